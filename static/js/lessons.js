// A lesson: its players, pictures that wait for a tap, and what was really played, which goes through the outbox, also days
// later. Without this module the browser's player and the transcript stand there alone.

import { KIND, Player } from "./lib/player.js";

const lesson = document.querySelector("[data-lesson]")?.dataset;
const open = () => import("./lib/outbox.js").then(({ openOutbox }) => openOutbox());
let outbox = null;

function opened() {
  outbox ??= open().then((found) => {
    found.addEventListener("receipt", ({ detail }) => heard(detail));
    // When the page is left there is no time to ask for a token.
    if (!found.wire.token) found.wire.renew().catch(() => {});
    return found;
  });
  return outbox;
}

function heard({ operation, receipt }) {
  if (operation.kind !== KIND || operation.content.activity !== lesson.lesson) return;
  const waits = document.querySelector("[data-waits]");
  if (!waits || receipt.status === "refused") return;
  waits.querySelector("[data-seen]").textContent = receipt.answer.seen;
  waits.hidden = receipt.answer.seen >= receipt.answer.enough;
  document.querySelector("[data-finish]").hidden = !waits.hidden;
}

// "Hemat data": the picture is fetched where its link stood.
function showPicture(event) {
  const link = event.target.closest("[data-picture]");
  if (!link) return;
  event.preventDefault();
  const picture = new Image(Number(link.dataset.width), Number(link.dataset.height));
  picture.alt = link.dataset.alt;
  picture.src = link.href;
  link.replaceWith(picture);
}

function leftBehind() {
  try {
    return localStorage.getItem("bina-waiting") === document.body.dataset.person;
  } catch {
    return false;
  }
}

const players = Array.from(document.querySelectorAll("[data-player]"), (section) => new Player(section, lesson, opened));
document.addEventListener("click", showPicture);
if (lesson && players.length && leftBehind()) {
  const box = await opened();
  for (const { content } of box.list(KIND)) {
    players.find((player) => player.section.dataset.player === content.file && !player.begun)?.stood(content.position);
  }
}
