// The page of an open attempt: every answer is saved as it is given, the clock is the server's.

import { countWords, isAnswered, makeOrdering, read } from "./lib/answers.js";
import { Countdown, face } from "./lib/clock.js";
import { Post } from "./lib/post.js";
import { SaveQueue } from "./lib/save-queue.js";

const TYPING = 2000;
const SPOKEN = [600, 300, 60, 0];

const form = document.querySelector("form[data-answers]");
const status = document.querySelector("[data-quiz-status]");
const words = document.querySelector("[data-words]");
const said = document.querySelector("[data-said]");
const boxes = new Map(Array.from(form.querySelectorAll("[data-number]"), (box) => [box.dataset.number, box]));
const base = (number) => form.elements[`base_${number}`];
const revisions = new Map(Array.from(boxes.keys(), (number) => [number, Number(base(number).value)]));
const countdown = new Countdown(tick);
const post = new Post(form.dataset.answers, form.dataset.token, (left, at) => countdown.set(left, at));
const queue = new SaveQueue({ send: (batch) => post.send(batch), revisions });
let leaving = false;
let ending = false;

// Coming back to the page: is the attempt still open, and has another tab changed something?
async function comeBack() {
  if (leaving) return;
  try {
    const facts = await post.renew();
    form.elements.csrf_token.value = post.token;
    if (!facts.open) return leave(facts.result);
    note("signed-out", false);
    await queue.resume();
    const elsewhere = Object.entries(facts.saved).some(([number, revision]) => revision > (revisions.get(number) ?? 0));
    if (elsewhere && !queue.size) leave(location.href);
  } catch (error) {
    if (error.reason === "signed-out") note("signed-out", true);
  }
}

function leave(address) {
  leaving = true;
  if (address === location.href) location.reload();
  else location.replace(address);
}

function note(name, shown, text) {
  const element = document.querySelector(`[data-note="${name}"]`);
  if (text) element.querySelector("span").textContent = text;
  element.hidden = !shown;
}

function mark(number, state) {
  const shown = document.getElementById(`soal-${number}-saved`);
  if (shown.dataset.saved === state) return;
  const drawn = words.content.querySelector(`[data-saved="${state}"]`);
  shown.className = drawn.className;
  shown.dataset.saved = state;
  shown.replaceChildren(...drawn.cloneNode(true).childNodes);
}

const STATES = { saving: "saving", waiting: "phone" };

function draw(number) {
  const answered = isAnswered(read(boxes.get(number)));
  const state = STATES[queue.state(number)] ?? (answered ? "server" : "open");
  mark(number, state);
  form.querySelector(`[data-open="${number}"]`).hidden = answered;
  base(number).value = revisions.get(number);
  const tick = status.querySelectorAll(".ticks > li")[number - 1];
  if (tick) tick.className = !answered ? "" : state === "server" ? "tick-server" : "tick-phone";
}

function drawWhole() {
  const answered = Array.from(boxes.values()).filter((box) => isAnswered(read(box))).length;
  status.querySelector("[data-answered] b").textContent = answered;
  const bar = status.querySelector("progress");
  if (bar) bar.value = answered;
  form.querySelector("[data-open-list]").hidden = answered === boxes.size;
  form.querySelector("[data-all]").hidden = answered !== boxes.size;
  const shown = status.querySelector(".saved");
  const state = !queue.size ? "server" : queue.failures ? "phone" : "saving";
  const text = { server: words.dataset.saved, saving: words.dataset.saving }[state];
  const drawn = words.content.querySelector(`[data-saved="${state}"]`).cloneNode(true);
  drawn.lastElementChild.textContent = text ?? words.dataset.unsent.replace("{count}", queue.size);
  shown.className = drawn.className;
  shown.replaceChildren(...drawn.childNodes);
}

function tick(seconds) {
  status.querySelector("[data-time]").textContent = face(seconds);
  status.querySelector(".timer").className = `timer${seconds < 60 ? " timer-last" : seconds < 300 ? " timer-soon" : ""}`;
  if (SPOKEN.includes(seconds)) said.textContent = words.dataset[`left-${seconds}`];
  if (seconds === 0) end();
}

// The time is over: what is here is sent, then the server hands it in.
async function end() {
  if (ending) return;
  ending = true;
  for (const fieldset of form.querySelectorAll("fieldset")) fieldset.disabled = true;
  for (;;) {
    if ((await queue.flush()) || queue.stopped) break;
    await new Promise((later) => setTimeout(later, 3000));
  }
  if (queue.stopped) return;
  leaving = true;
  // A moment later even a server whose clock is a little behind agrees.
  setTimeout(() => HTMLFormElement.prototype.submit.call(form), 1000);
}

form.addEventListener("input", (event) => changed(event));
form.addEventListener("change", (event) => changed(event));

function changed(event) {
  const box = event.target.closest("[data-number]");
  if (!box) return;
  const value = read(box);
  if (box.dataset.kind === "essay") counted(box, value);
  // A field that is left sends a change event for what its input events have already said.
  if (JSON.stringify(value) === box.dataset.last) return;
  box.dataset.last = JSON.stringify(value);
  queue.put(box.dataset.number, value, typeof value === "string" && box.dataset.kind !== "single" ? TYPING : undefined);
}

function counted(box, text) {
  const count = box.closest(".question").querySelector("[data-count]");
  count.textContent = words.dataset.typed.replace("{count}", countWords(text));
}

queue.addEventListener("change", (event) => {
  draw(event.detail);
  drawWhole();
});
queue.addEventListener("sent", (event) => {
  note("offline", false);
  if (event.detail.overtaken.length) note("other", true);
});
queue.addEventListener("failed", ({ detail }) => {
  note("offline", detail.again);
  note("signed-out", detail.reason === "signed-out");
  note("refused", detail.reason === "refused", detail.message);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await queue.flush()) {
    leaving = true;
    location.assign(form.dataset.check);
  } else if (!queue.stopped) {
    document.querySelector("[data-note=offline]").scrollIntoView({ block: "center" });
  }
});

document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? queue.flush() : comeBack()));
window.addEventListener("pageshow", (event) => event.persisted && comeBack());
window.addEventListener("focus", () => queue.stopped && comeBack());
window.addEventListener("online", () => queue.flush());
window.addEventListener("beforeunload", (event) => {
  if (queue.size && !leaving) event.preventDefault();
});

form.querySelector("[data-plain]").hidden = true;
for (const box of boxes.values()) {
  if (box.dataset.kind === "ordering") {
    makeOrdering(box, words.content, (item, place, count) => {
      said.textContent = words.dataset.place.replace("{item}", item).replace("{place}", place).replace("{count}", count);
    });
  }
  box.dataset.last = JSON.stringify(read(box));
}
if (form.dataset.left) {
  const arrived = performance.getEntriesByType("navigation")[0]?.responseStart;
  countdown.set(Number(form.dataset.left) * 1000, arrived);
}
