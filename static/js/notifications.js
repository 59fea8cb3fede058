// Switches messages on for this browser, and keeps what the server knows of it in step with what the browser does.

import { order, register } from "./lib/offline.js";

const card = document.querySelector("[data-push]");
const button = card.querySelector("[data-switch-on]");
const key = Uint8Array.from(atob(card.dataset.key.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

function show(state) {
  for (const words of card.querySelectorAll("[data-state]")) words.hidden = words.dataset.state !== state;
  if (button) button.hidden = !["off", "failed"].includes(state);
}

function possible() {
  if ("PushManager" in window && "Notification" in window && navigator.serviceWorker) return true;
  const apple = /iPhone|iPad/.test(navigator.userAgent) && !matchMedia("(display-mode: standalone)").matches;
  show(apple ? "install" : "none");
  return false;
}

function sameKey(subscription) {
  const theirs = new Uint8Array(subscription.options.applicationServerKey ?? []);
  return theirs.length === key.length && theirs.every((byte, at) => byte === key[at]);
}

// The browser's subscription under our key: the one that is there, or a new one.
async function subscription() {
  await register();
  const { pushManager } = await navigator.serviceWorker.ready;
  const present = await pushManager.getSubscription();
  if (present && sameKey(present)) return present;
  await present?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function keep(subscribed) {
  const answer = await fetch(card.dataset.save, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": card.dataset.token },
    body: JSON.stringify(subscribed),
  });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
}

async function switchOn() {
  show("working");
  try {
    if ((await Notification.requestPermission()) !== "granted") return show("denied");
    await keep(await subscription());
    location.reload();
  } catch {
    show("failed");
  }
}

// Switched on here before: what the worker does now and then, it does at once (lib/push-worker.js).
async function renew(isLost) {
  if (Notification.permission !== "granted") return show("denied");
  if (isLost) show("working");
  await register();
  const renewed = await order("push").catch(() => false);
  if (isLost && renewed) location.reload();
  else if (isLost) show("off");
}

button?.addEventListener("click", switchOn);
if (possible()) {
  if (card.dataset.push !== "off") renew(card.dataset.push === "lost").catch(() => {});
  else show(Notification.permission === "denied" ? "denied" : "off");
}
card.dataset.ready = "";
