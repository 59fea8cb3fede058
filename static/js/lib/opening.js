// The waiting room of a quiz: counts down by the server's clock, then comes in at a moment of this phone's own, so that
// a thousand phones do not knock in one second.

import { Countdown, face } from "./clock.js";

const room = document.querySelector("[data-opens]");
const show = (name) => (document.querySelector(`[data-${name}]`).hidden = false);
const turn = Math.random() * Number(room.dataset.spread) * 1000;

function enter() {
  if (navigator.onLine) location.reload();
  else window.addEventListener("online", enter, { once: true });
}

const countdown = new Countdown((seconds) => {
  room.querySelector("[data-face]").textContent = face(seconds);
  if (seconds) return;
  show("turn");
  room.querySelector("[data-counting]").hidden = true;
  setTimeout(enter, 500 + turn);
});

show("counting");
show("alone");
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now();
countdown.set(Number(room.dataset.left) * 1000, arrived);
