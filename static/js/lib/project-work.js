// A group's page: the draft and words for the discussion are kept on the phone as they are typed, and sent from there.
// Without this script the buttons send ordinary forms.

import { openOutbox } from "./outbox.js";
import { newId } from "./wire.js";
import { order, supported } from "./offline.js";

const DRAFT = "projects:draft";
const COMMENT = "projects:comment";
const QUIET = 1500;
const REST = 5000;

const form = document.querySelector("form[data-draft]");
const talk = document.querySelector("form[data-comment]");
const { cohort, activity } = form.dataset;
const words = document.querySelector("template[data-words]");
const outbox = await openOutbox();
let last = JSON.stringify(contents());
let renewing = 0;

function contents() {
  const media = Array.from(form.querySelectorAll('input[name="media"]'), (box) => (box.type !== "checkbox" || box.checked ? box.value : ""));
  return {
    cohort,
    activity,
    text: form.elements.text.value,
    links: form.elements.links.value,
    media: media.filter(Boolean),
  };
}

function say(state, text = "") {
  const mark = form.querySelector("[data-saved]");
  const drawn = words.content.querySelector(`[data-saved="${state}"]`).cloneNode(true);
  if (text) drawn.lastElementChild.textContent = text;
  mark.replaceWith(drawn);
}

const MARKS = { phone: "phone", sending: "saving", server: "server" };

function draw() {
  const piece = outbox.list(DRAFT).filter((kept) => kept.key === activity).pop();
  const state = outbox.state(DRAFT, activity);
  if (state === "refused") say("conflict", piece.refused);
  else if (outbox.full) say("full");
  else say(MARKS[state]);
}

async function keep() {
  const now = contents();
  if (JSON.stringify(now) === last) return;
  last = JSON.stringify(now);
  await outbox.put(DRAFT, activity, { ...now, revision: Number(form.elements.revision.value) }, { quiet: QUIET });
}

const plain = (text) => text.replace(/\r\n?/g, "\n").trim();

// A form that was sent carries everything, so what waits beside it is done with; but the line may lose the form.
async function handOver() {
  if (!navigator.onLine) return;
  const sent = { ...contents(), revision: Number(form.elements.revision.value), person: outbox.person };
  await outbox.store.know(`form:${activity}`, sent);
  outbox.list(DRAFT).filter(({ key }) => key === activity).forEach((piece) => outbox.drop(piece));
}

// Words of a form of which this page knows nothing are kept like any others; the server decides whose count.
async function retrieve() {
  const { person, ...sent } = (await outbox.store.fact(`form:${activity}`).catch(() => null)) ?? {};
  if (person !== outbox.person) return;
  await outbox.store.know(`form:${activity}`, null);
  const arrived = plain(sent.text) === plain(form.elements.text.value) && plain(sent.links) === plain(form.elements.links.value);
  if (!arrived && outbox.state(DRAFT, activity) === "server") await outbox.put(DRAFT, activity, sent);
}

// What was typed before and never left stands in the form again.
function restore() {
  const piece = outbox.list(DRAFT).filter((kept) => kept.key === activity).pop();
  if (!piece) return;
  form.elements.text.value = piece.content.text;
  form.elements.links.value = piece.content.links;
  last = JSON.stringify(contents());
  draw();
}

// A page that was taken away is kept as it is now, once its writer rests or leaves: each time costs its bytes.
function renewLater() {
  clearTimeout(renewing);
  renewing = setTimeout(renew, REST);
}

function renew() {
  if (!renewing) return;
  clearTimeout(renewing);
  renewing = 0;
  order("renew", { url: location.href.split("#")[0] }).catch(() => {});
}

async function answered({ operation, receipt }) {
  if (supported && operation.content.activity === activity) renewLater();
  if (operation.kind === COMMENT) return shown(operation, receipt);
  if (operation.kind !== DRAFT || operation.key !== activity || receipt.status === "refused") return;
  form.elements.revision.value = receipt.answer.revision;
  // What was typed while it flew still names the revision before.
  const next = outbox.list(DRAFT).find((piece) => piece.key === activity && piece.id !== operation.id);
  if (next) await outbox.put(DRAFT, activity, { ...next.content, revision: receipt.answer.revision });
}

// The discussion

function pending(piece) {
  const line = words.content.querySelector("[data-said]").cloneNode(true);
  line.dataset.said = piece.id;
  line.querySelector("[data-text]").textContent = piece.content.text;
  document.querySelector("[data-none]")?.remove();
  talk.before(line);
}

function shown(operation, receipt) {
  const line = document.querySelector(`[data-said="${operation.id}"]`);
  if (!line) return;
  const state = receipt.status === "refused" ? "full" : "server";
  const drawn = words.content.querySelector(`[data-saved="${state}"]`).cloneNode(true);
  if (receipt.message) drawn.lastElementChild.textContent = receipt.message;
  line.querySelector("[data-saved]").replaceWith(drawn);
}

form.addEventListener("input", keep);
form.addEventListener("change", keep);
form.addEventListener("submit", handOver);
talk.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = talk.elements.text.value.trim();
  if (!text) return;
  pending(await outbox.put(COMMENT, newId(), { cohort, activity, text }, { quiet: 0 }));
  talk.reset();
});
window.addEventListener("pagehide", renew);
outbox.addEventListener("change", ({ detail }) => detail.kind === DRAFT && detail.key === activity && draw());
outbox.addEventListener("receipt", ({ detail }) => answered(detail));
outbox.addEventListener("failed", () => outbox.list(DRAFT).length && draw());

await retrieve();
restore();
outbox.list(COMMENT).filter((piece) => piece.content.activity === activity).forEach(pending);
form.dataset.ready = "";
