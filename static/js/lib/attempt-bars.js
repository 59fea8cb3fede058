// What an attempt's page says about itself: the mark of each question, the bar on top, the time, the notes.

import { isAnswered, read } from "./answers.js";
import { face } from "./clock.js";

const SPOKEN = [600, 300, 60, 0];
const MARKS = { phone: "phone", sending: "phone", refused: "phone" };

export function note(name, shown, text) {
  const element = document.querySelector(`[data-note="${name}"]`);
  if (text) element.querySelector("span").textContent = text;
  element.hidden = !shown;
}

export function showTime(status, seconds) {
  status.querySelector("[data-time]").textContent = face(seconds);
  status.querySelector(".timer").className = `timer${seconds < 60 ? " timer-last" : seconds < 300 ? " timer-soon" : ""}`;
}

export function bars(form, boxes, attempt, outbox) {
  const status = document.querySelector("[data-quiz-status]");
  const words = document.querySelector("[data-words]");
  const said = document.querySelector("[data-said]");

  const mark = (shown, state) => {
    if (shown.dataset.saved === state) return;
    const drawn = words.content.querySelector(`[data-saved="${state}"]`);
    shown.className = drawn.className;
    shown.dataset.saved = state;
    shown.replaceChildren(...drawn.cloneNode(true).childNodes);
  };

  const draw = (number) => {
    const answered = isAnswered(read(boxes.get(number)));
    const state = MARKS[attempt.state(number)] ?? (answered ? "server" : "open");
    mark(document.getElementById(`soal-${number}-saved`), state);
    form.querySelector(`[data-open="${number}"]`).hidden = answered;
    const tick = status.querySelectorAll(".ticks > li")[number - 1];
    if (tick) tick.className = !answered ? "" : state === "server" ? "tick-server" : "tick-phone";
    whole();
  };

  const whole = () => {
    const answered = Array.from(boxes.values()).filter((box) => isAnswered(read(box))).length;
    status.querySelector("[data-answered] b").textContent = answered;
    const bar = status.querySelector("progress");
    if (bar) bar.value = answered;
    form.querySelector("[data-open-list]").hidden = answered === boxes.size;
    form.querySelector("[data-all]").hidden = answered !== boxes.size;
    const waiting = attempt.unsent().size;
    const shown = status.querySelector(".saved");
    const drawn = words.content.querySelector(`[data-saved="${waiting ? "phone" : "server"}"]`).cloneNode(true);
    drawn.lastElementChild.textContent = waiting ? words.dataset.unsent.replace("{count}", waiting) : words.dataset.saved;
    shown.className = drawn.className;
    shown.replaceChildren(...drawn.childNodes);
    for (const count of document.querySelectorAll("[data-count-answered]")) count.textContent = words.dataset.of.replace("{answered}", answered).replace("{count}", boxes.size);
    for (const count of document.querySelectorAll("[data-count-waiting]")) count.textContent = outbox.waiting();
  };

  const time = (seconds) => {
    showTime(status, seconds);
    if (SPOKEN.includes(seconds)) said.textContent = words.dataset[`left-${seconds}`];
  };

  return { draw, whole, time };
}
