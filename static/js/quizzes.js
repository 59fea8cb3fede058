// The page of an open attempt: every answer is kept on the phone as it is given and brought to the server from there.

import { countWords, drawn, makeOrdering, read, write } from "./lib/answers.js";
import { Attempt } from "./lib/attempt.js";
import { bars, note } from "./lib/attempt-bars.js";
import { Countdown } from "./lib/clock.js";
import { openOutbox } from "./lib/outbox.js";

const TYPING = 1500;
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now();

const form = document.querySelector("form[data-attempt]");
const words = document.querySelector("[data-words]");
const said = document.querySelector("[data-said]");
const boxes = new Map(Array.from(form.querySelectorAll("[data-number]"), (box) => [box.dataset.number, box]));
const revisions = new Map(Array.from(boxes.keys(), (number) => [number, Number(form.elements[`base_${number}`].value)]));
const typedBefore = new Map(Array.from(boxes, ([number, box]) => [number, JSON.stringify(drawn(box))]));

const outbox = await openOutbox();
const attempt = new Attempt(outbox, form.dataset, revisions);
const bar = bars(form, boxes, attempt, outbox);
let leaving = false;
let ending = false;

await attempt.setClock(arrived);
const given = new Map([...(await attempt.recall()), ...attempt.unsent()]);
for (const [number, box] of boxes) {
  const typed = JSON.stringify(read(box)) !== typedBefore.get(number);
  if (given.has(number) && !typed) write(box, given.get(number));
  if (box.dataset.kind === "ordering") {
    makeOrdering(box, words.content, (item, place, count) => {
      said.textContent = words.dataset.place.replace("{item}", item).replace("{place}", place).replace("{count}", count);
    });
  }
  // What was typed before this script arrived is an answer like any other.
  box.dataset.last = typed ? typedBefore.get(number) : JSON.stringify(read(box));
  if (typed) changed({ target: box });
  bar.draw(number);
}

function changed({ target }) {
  const box = target.closest("[data-number]");
  if (!box || attempt.heldElsewhere) return;
  const value = read(box);
  if (box.dataset.kind === "essay") {
    const count = box.closest(".question").querySelector("[data-count]");
    count.textContent = words.dataset.typed.replace("{count}", countWords(value));
  }
  // A field that is left sends a change event for what its input events have already said.
  if (JSON.stringify(value) === box.dataset.last) return;
  box.dataset.last = JSON.stringify(value);
  attempt.answer(box.dataset.number, value, { quiet: typeof value === "string" && box.dataset.kind !== "single" ? TYPING : undefined });
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);

function lock(locked) {
  for (const fieldset of form.querySelectorAll("fieldset.question")) fieldset.disabled = locked;
}

// Handing in

async function handIn() {
  ending = true;
  lock(true);
  note("submitting", true);
  for (const button of document.querySelectorAll("[name=submit]")) button.hidden = true;
  await attempt.submit();
  await outbox.flush();
}

const sheet = document.querySelector("dialog[data-submit]");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (ending) return;
  if (navigator.onLine && (await outbox.flush())) leave(form.dataset.check);
  else sheet.showModal();
});
sheet.addEventListener("close", () => sheet.returnValue === "submit" && handIn());

function leave(address) {
  leaving = true;
  location.assign(address);
}

const countdown = new Countdown((seconds) => {
  bar.time(seconds);
  if (seconds === 0 && !ending && !attempt.heldElsewhere) handIn();
});

function setCountdown() {
  if (attempt.left !== null) countdown.set(attempt.left);
}

// What happens to the attempt

attempt.addEventListener("answer", ({ detail }) => bar.draw(detail.number));
attempt.addEventListener("deadline", setCountdown);
attempt.addEventListener("told", ({ detail }) => note("told", true, detail.message));
attempt.addEventListener("rewrite", ({ detail }) => {
  const box = boxes.get(detail.number);
  form.elements[`base_${detail.number}`].value = revisions.get(detail.number);
  if (box.dataset.last === JSON.stringify(detail.value) || attempt.state(detail.number) !== "server") return;
  write(box, detail.value);
  box.dataset.last = JSON.stringify(read(box));
  note("other", true);
  bar.draw(detail.number);
});
attempt.addEventListener("conflicts", ({ detail }) => {
  if (detail.numbers.some((number) => !document.querySelector(`[data-conflict="${number}"]`))) note("conflict", true);
});
attempt.addEventListener("elsewhere", ({ detail }) => elsewhere(detail.held));
attempt.addEventListener("closed", () => {
  leaving = true;
  location.replace(form.dataset.result);
});

function elsewhere(held) {
  lock(held || ending);
  note("elsewhere", held);
  if (held) document.querySelector("[data-note=elsewhere]").scrollIntoView({ block: "center" });
}

document.querySelector("[data-take-over]").addEventListener("click", () => attempt.takeOver().then(() => attempt.look()));

// Two answers to one question: the learner says which one counts.

for (const choice of form.querySelectorAll("[data-conflict]")) {
  const number = choice.dataset.conflict;
  choice.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-settle]");
    if (!button) return;
    const box = boxes.get(number);
    if (button.dataset.settle === "other") write(box, JSON.parse(choice.dataset.other));
    box.dataset.last = JSON.stringify(read(box));
    choice.hidden = true;
    await attempt.answer(number, read(box), { settles: true, quiet: 0 });
  });
}

// The network, the store, the way out

outbox.addEventListener("failed", ({ detail }) => {
  note("offline", ["offline", "busy"].includes(detail.reason) && !ending);
  note("signed-out", detail.reason === "signed-out");
  note("other-person", detail.reason === "other-person");
  note("full", detail.reason === "full");
  bar.whole();
});
outbox.addEventListener("receipt", () => ["offline", "signed-out", "full"].forEach((name) => note(name, false)));
outbox.addEventListener("idle", () => bar.whole());
window.addEventListener("focus", () => attempt.look());
window.addEventListener("pageshow", (event) => event.persisted && attempt.look());
document.addEventListener("visibilitychange", () => document.hidden || attempt.look());
window.addEventListener("beforeunload", (event) => {
  if (outbox.waiting() && !leaving) event.preventDefault();
});
document.querySelector("[data-send]").addEventListener("click", () => outbox.resume());
const escape = () => import("./lib/escape.js");
for (const button of document.querySelectorAll("[data-escape]")) {
  button.hidden = !crypto.subtle; // a page without TLS cannot encrypt
  button.addEventListener("click", async () => {
    const { download } = await escape();
    await download(outbox, form.dataset.escapeKey, form.dataset.escapeName);
  });
}

form.querySelector("[data-plain]").hidden = true;
setCountdown();
elsewhere(attempt.heldElsewhere);
if (!outbox.durable) note("full", outbox.waiting() > 0);
if (attempt.wantsToSubmit) handIn();
document.querySelector("[data-quiz-status]").classList.remove("unaided");
form.dataset.ready = "";
// What is needed without a network is fetched while there is one.
escape().catch(() => {});
