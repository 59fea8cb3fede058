// The page's side of being offline. The worker: registering it, giving it orders, letting a new one in when it disturbs
// nobody. On every page of somebody signed in, `stand()`: what the network is like, the offer to install, forms that are sent
// without a network, and the way out when work still waits on the phone.

let policy = null;

function trusted(address) {
  if (!globalThis.trustedTypes) return address;
  policy ??= trustedTypes.createPolicy("bina", { createScriptURL: (text) => text });
  return policy.createScriptURL(address);
}

export const supported = "serviceWorker" in navigator && "caches" in globalThis;

export async function register() {
  const registration = await navigator.serviceWorker.register(trusted("/sw.js"), { scope: "/", updateViaCache: "none" });
  const offer = () => registration.waiting && order("update", {}, registration.waiting);
  registration.addEventListener("updatefound", () => {
    const next = registration.installing;
    next?.addEventListener("statechange", () => next.state === "installed" && registration.active && offer());
  });
  offer();
  return registration;
}

// Resolves to the worker's answer; rejects with its reason.
export async function order(name, facts = {}, worker = null) {
  const to = worker ?? (await navigator.serviceWorker.ready).active;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data.value));
    to.postMessage({ order: name, ...facts }, [port2]);
  });
}

const part = (name) => document.querySelector(`[data-offline="${name}"]`);

// A slow line is a wish for little data, as long as the person has not chosen. The server reads the cookie.
function noteNetwork() {
  const { saveData, effectiveType = "" } = navigator.connection ?? {};
  const slow = saveData || ["slow-2g", "2g", "3g"].includes(effectiveType);
  document.cookie = `hemat=${slow ? 1 : 0}; path=/; max-age=604800; samesite=lax`;
}

async function attend() {
  const registration = await register();
  await order("meet", { person: document.body.dataset.person });
  if (!registration.waiting || !location.pathname.includes("/percobaan/")) return;
  const note = part("update");
  note.hidden = false;
  note.querySelector("button").addEventListener("click", async () => {
    note.hidden = true;
    await order("update", { now: true }, registration.waiting);
  });
}

// Installing is offered where the server says that it is time, until somebody says no.

function offerInstall(box) {
  if (/\bpasang=0\b/.test(document.cookie) || matchMedia("(display-mode: standalone)").matches || navigator.standalone) return;
  let prompt = null;
  const [install, dismiss] = box.querySelectorAll("button");
  if (/iPhone|iPad/.test(navigator.userAgent)) {
    box.querySelector("[data-ios]").hidden = false;
    box.hidden = false;
  }
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event;
    install.hidden = box.hidden = false;
  });
  install.addEventListener("click", () => {
    prompt?.prompt();
    box.hidden = true;
  });
  dismiss.addEventListener("click", () => {
    document.cookie = "pasang=0; path=/; max-age=63072000; samesite=lax";
    box.hidden = true;
  });
}

// Forms and files

const STAYS = 15000;

function tell(name) {
  const hide = () => (part(name).hidden = true);
  part(name).hidden = false;
  window.addEventListener("online", hide, { once: true });
  setTimeout(hide, STAYS);
}

function holdBack(event) {
  if (event.defaultPrevented || navigator.onLine || event.target.method !== "post") return;
  if ("luring" in event.target.dataset) return;
  event.preventDefault();
  // shell.js holds a second press: this one has done nothing.
  for (const name of ["data-held", "aria-disabled"]) event.submitter?.removeAttribute(name);
  tell("form");
}

// A file to save is fetched past the worker, and the browser would only say that it failed. What is on the phone is a blob.
function holdFile(event) {
  const link = event.target.closest("a[download]");
  if (!link || navigator.onLine || link.protocol === "blob:") return;
  event.preventDefault();
  tell("file");
}

// Also from a page that the worker does not control: one that was loaded afresh on purpose.
async function wipePages() {
  const worker = supported && (await navigator.serviceWorker.getRegistration())?.active;
  if (worker) await order("wipe", {}, worker);
}

async function leave(form) {
  const { openOutbox } = await import("./outbox.js");
  const outbox = await openOutbox();
  const sheet = part("leave");
  if (outbox.waiting() && !(await outbox.flush())) {
    sheet.querySelector("[data-count]").textContent = outbox.waiting();
    sheet.returnValue = "";
    sheet.showModal();
    await new Promise((resolve) => sheet.addEventListener("close", resolve, { once: true }));
    if (sheet.returnValue === "send") return leave(form);
    if (sheet.returnValue !== "leave") return;
  }
  await outbox.wipe();
  await wipePages().catch(() => {});
  HTMLFormElement.prototype.submit.call(form);
}

export function stand() {
  document.addEventListener("submit", holdBack);
  document.addEventListener("click", holdFile);
  for (const form of document.querySelectorAll("form[data-sign-out]")) {
    form.dataset.luring = "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      leave(form);
    });
  }
  noteNetwork();
  if (location.hash === "#luring" && part("start")) {
    tell("start");
    history.replaceState(null, "", location.pathname); // seen again, the page says it no more
  }
  const box = part("install");
  if (box) offerInstall(box);
  if (supported) attend().catch(() => {});
  document.body.dataset.offlineReady = "";
}
