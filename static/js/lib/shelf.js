// The page for "no network": what is on this phone, and, when it stands in for another page, why.

import { attemptsOf } from "./kept-attempt.js";
import { openOutbox } from "./outbox.js";
import { listed, remove, whoIsHere } from "./packs.js";
import { Room, megabytes } from "./room.js";

const shelf = document.querySelector("[data-shelf]");
const drawn = document.querySelector("template[data-course]");
const FIRST_LOOK = 8000;
const SLOWEST_LOOK = 60000;
const room = new Room(document.querySelector("[data-room]"));
const show = (name) => (document.querySelector(`[data-note="${name}"]`).hidden = false);

function standIn() {
  if (location.pathname === shelf.dataset.here) return;
  show("missing");
  document.querySelector("[data-again]").addEventListener("click", () => location.reload());
  // A line that only flickered, or a page that is being left for another, is no reason.
  window.addEventListener("online", () => setTimeout(() => navigator.onLine && location.reload(), 500));
  setTimeout(look, FIRST_LOOK, FIRST_LOOK);
}

// A bad network comes and goes without the browser's saying so.
async function look(waited) {
  const there = !document.hidden && (await fetch("/healthz", { cache: "no-store" }).then(({ ok }) => ok, () => false));
  if (there) return location.reload();
  const wait = Math.min(SLOWEST_LOOK, waited * 1.5);
  setTimeout(look, wait, wait);
}

// A form that did not get through: everything typed stands here again and can be sent once more.
function showTyped() {
  const kept = document.getElementById("typed");
  if (!kept) return standIn();
  const { action, fields } = JSON.parse(kept.textContent);
  const form = document.querySelector("form[data-typed]");
  form.action = action;
  for (const [name, value] of fields) {
    const long = value.length > 40 || value.includes("\n");
    const field = document.createElement(long ? "textarea" : "input");
    Object.assign(field, { name, value });
    if (long && !name.includes("token")) Object.assign(field, { className: "input", rows: 8, ariaLabel: form.dataset.label });
    else field.hidden = true;
    form.prepend(field);
  }
  show("typed");
}

function courseOf(modules) {
  const card = drawn.content.cloneNode(true).firstElementChild;
  const bytes = modules.reduce((sum, module) => sum + module.bytes, 0);
  card.querySelector("h2").textContent = modules[0].course;
  card.querySelector("[data-size]").textContent = `${megabytes(bytes)} MB`;
  const row = card.querySelector("li");
  const rows = modules.flatMap((module) => module.pages.filter((page) => page.kind).map((page) => [module, page]));
  const items = rows.map(([module, page]) => {
    const item = row.cloneNode(true);
    item.querySelector("a").href = page.url;
    item.querySelector(".row-title").textContent = page.title;
    item.querySelector(".row-note").textContent = module.title;
    return item;
  });
  row.replaceWith(...items);
  card.querySelector("button").addEventListener("click", async () => {
    await Promise.all(modules.map((module) => remove(module.name)));
    card.remove();
    document.querySelector("[data-empty]").hidden = shelf.children.length > 0;
    room.draw();
  });
  return card;
}

function byCourse(packs) {
  const found = new Map();
  for (const pack of packs) found.set(pack.cohort, [...(found.get(pack.cohort) ?? []), pack]);
  return found;
}

async function fill() {
  const person = await whoIsHere();
  const packs = person ? await listed(person) : [];
  shelf.replaceChildren(...Array.from(byCourse(packs).values(), courseOf));
  const open = person ? await attemptsOf(person) : [];
  document.querySelector("[data-empty]").hidden = packs.length + open.length > 0;
  list(open);
  if (person) await send(person);
}

// Quizzes that are being taken: their time runs on, so they stand first.
function list(attempts) {
  const section = document.querySelector("[data-attempts]");
  const row = section.querySelector("li");
  section.hidden = !attempts.length;
  const items = attempts.map(({ title, url }) => {
    const item = row.cloneNode(true);
    item.querySelector("a").href = url;
    item.querySelector(".row-title").textContent = title;
    return item;
  });
  row.parentElement.replaceChildren(...items);
}

// The page as the phone keeps it knows nobody, but whose work waits here is known. It leaves as soon as the network lets it.
async function send(person) {
  document.body.dataset.person ||= person;
  const outbox = await openOutbox();
  const draw = () => {
    const waiting = outbox.waiting();
    document.querySelector("[data-waiting]").textContent = waiting;
    document.querySelector('[data-note="waiting"]').hidden = !waiting;
  };
  outbox.addEventListener("receipt", draw);
  draw();
}

showTyped();
await fill();
await room.draw();
shelf.dataset.ready = "";
