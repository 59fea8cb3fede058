// Captions cue by cue beside their recording: heard from here, retimed, split, joined, taken out, and checked at the cue.
// What is sent is the text field of the form; without this module it stands there alone.

import { clock, faultOf, halves, milliseconds, read, write } from "./cues.js";

const LENGTH = 3000; // of a new cue
const form = document.querySelector("[data-cues]");
const text = form.querySelector("textarea[name=captions]");
const list = form.querySelector("[data-list]");
const mould = document.querySelector("template[data-cue]");
const media = document.querySelector("[data-media]");
const end = Number(form.dataset.length) || Infinity;
const past = [];
const track = media?.addTextTrack("captions");
let current = null;
let pressed = false;

const part = (row, name) => row.querySelector(`[data-${name}]`);
const rows = () => Array.from(list.children);

function cueOf(row) {
  return { start: part(row, "start").value, end: part(row, "end").value, text: part(row, "words").value };
}

function rowOf(cue) {
  const row = mould.content.firstElementChild.cloneNode(true);
  part(row, "start").value = cue.start;
  part(row, "end").value = cue.end;
  part(row, "words").value = cue.text;
  name(row);
  return row;
}

function name(row) {
  const cue = cueOf(row);
  part(row, "times").textContent = `${cue.start} – ${cue.end}`;
}

function draw(cues) {
  list.replaceChildren(...cues.map(rowOf));
  settle();
}

// After every change: the text that will be sent, the captions on the picture, and what is not right.
function settle() {
  const cues = rows().map(cueOf);
  text.value = write(cues);
  form.querySelector("[data-none]").hidden = cues.length > 0;
  list.hidden = !cues.length;
  check();
  show(cues);
}

function show(cues) {
  if (!track) return;
  track.mode = "showing";
  for (const shown of Array.from(track.cues ?? [])) track.removeCue(shown);
  for (const cue of cues) {
    const [from, to] = [milliseconds(cue.start), milliseconds(cue.end)];
    if (to > from && cue.text.trim()) track.addCue(new VTTCue(from / 1000, to / 1000, cue.text));
  }
}

function check() {
  let before = 0;
  const faulty = rows().filter((row) => {
    const cue = cueOf(row);
    const fault = faultOf(cue, before, end);
    before = milliseconds(cue.start) || before;
    point(row, fault);
    return fault;
  });
  const said = form.querySelector("[data-faults]");
  said.hidden = !faulty.length;
  said.textContent = said.dataset.say.replace("{count}", faulty.length);
  return faulty;
}

function point(row, fault) {
  const said = part(row, "fault");
  said.hidden = !fault;
  said.textContent = mould.dataset[fault] ?? "";
  const inText = fault === "empty";
  invalid(part(row, "words"), inText);
  for (const field of ["start", "end"]) invalid(part(row, field), Boolean(fault) && !inText);
}

function invalid(field, is) {
  if (is) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function remember() {
  past.push(rows().map(cueOf));
  showUndo();
}

function showUndo() {
  const button = document.querySelector("[data-undo]");
  if (button) button.disabled = !past.length;
}

function put(cue, before) {
  const row = rowOf(cue);
  list.insertBefore(row, before);
  settle();
  part(row, "words").focus();
}

const now = () => clock((media?.currentTime ?? 0) * 1000);

function playFrom(row) {
  if (!media) return;
  media.currentTime = (milliseconds(cueOf(row).start) || 0) / 1000;
  media.play().catch(() => {});
}

const acts = {
  start: (row) => (part(row, "start").value = now()),
  end: (row) => (part(row, "end").value = now()),
  split(row) {
    const pieces = halves(cueOf(row), part(row, "words").selectionStart);
    row.replaceWith(...pieces.map(rowOf));
  },
  merge(row) {
    const next = row.nextElementSibling;
    if (!next) return;
    const [first, second] = [cueOf(row), cueOf(next)];
    next.remove();
    row.replaceWith(rowOf({ start: first.start, end: second.end, text: `${first.text.trim()}\n${second.text.trim()}` }));
  },
  after(row) {
    const from = milliseconds(cueOf(row).end) || 0;
    const until = row.nextElementSibling ? milliseconds(cueOf(row.nextElementSibling).start) : end;
    const to = until > from ? Math.min(until, from + LENGTH) : from + LENGTH;
    put({ start: clock(from), end: clock(to), text: "" }, row.nextElementSibling);
  },
  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (next) part(next, "words").focus();
  },
};

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const row = button.closest(".cue");
  if (button.dataset.act === "play") return playFrom(row);
  remember();
  acts[button.dataset.act](row);
  if (row.isConnected) name(row);
  settle();
});
// Not while a finger is down: a sentence that appears would push the button away from under it.
list.addEventListener("change", (event) => {
  name(event.target.closest(".cue"));
  if (pressed) document.addEventListener("pointerup", () => setTimeout(settle), { once: true });
  else settle();
});
document.addEventListener("pointerdown", () => (pressed = true), true);
document.addEventListener("pointerup", () => (pressed = false), true);
document.addEventListener("pointercancel", () => (pressed = false), true);
document.querySelector("[data-add]")?.addEventListener("click", () => {
  remember();
  const from = media.currentTime * 1000;
  const next = rows().find((row) => milliseconds(cueOf(row).start) > from) ?? null;
  put({ start: clock(from), end: clock(Math.min(end, from + LENGTH)), text: "" }, next);
});
document.querySelector("[data-undo]")?.addEventListener("click", () => {
  draw(past.pop());
  showUndo();
});
form.addEventListener("submit", (event) => {
  settle();
  const [first] = form.elements.berkas.value ? [] : check();
  if (!first) return;
  event.preventDefault();
  const field = first.querySelector("[aria-invalid]");
  field.closest("details")?.setAttribute("open", "");
  field.focus();
});
media?.addEventListener("timeupdate", () => {
  document.querySelector("[data-now]").textContent = now();
  const at = media.currentTime * 1000;
  const said = rows().filter((row) => milliseconds(cueOf(row).start) <= at).pop();
  if (said === current) return;
  current?.removeAttribute("aria-current");
  current = said;
  said?.setAttribute("aria-current", "true");
  if (said && !media.paused && !list.contains(document.activeElement)) said.scrollIntoView({ block: "center" });
});

// A browser that comes back to the page fills in what was typed only after this module ran.
window.addEventListener("pageshow", () => draw(read(text.value)));
form.querySelector("[data-text]").hidden = true;
document.querySelector("[data-tools]")?.removeAttribute("hidden");
