// The page before handing in: its clock runs on, at its end it hands in like the page of the questions, and what the button
// needs is here before the network goes.

import "./outbox-form.js";
import { showTime } from "./attempt-bars.js";
import { Countdown } from "./clock.js";

const form = document.querySelector("form[data-deadline]");
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now();

if (form) {
  const countdown = new Countdown((seconds) => {
    showTime(document.querySelector("[data-quiz-status]"), seconds);
    if (!seconds) form.requestSubmit?.();
  });
  countdown.set(form.dataset.deadline - form.dataset.now, arrived);
}
