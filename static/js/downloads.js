// Unduhan: one module after the other comes to this phone; each can be paused, goes on after a restart, and be deleted.

import { Download, nameOf, record, remove } from "./lib/packs.js";
import { Room, megabytes } from "./lib/room.js";
import { supported } from "./lib/offline.js";

const { person, token, cohort } = document.querySelector("[data-packs]").dataset;
const words = document.querySelector("[data-words]").dataset;
const room = new Room(document.querySelector("[data-room]"));
// A bad network comes back without the browser's saying so.
const FIRST_RETRY = 5000;
const SLOWEST_RETRY = 60000;

class Module {
  failures = 0;
  timer = 0;

  constructor(box) {
    this.box = box;
    this.name = nameOf(person, cohort, box.dataset.module);
    this.download = new Download({ name: this.name, list: box.dataset.list, token });
    this.download.addEventListener("progress", ({ detail }) => this.progress(detail));
    for (const button of box.querySelectorAll("button[data-do]")) button.addEventListener("click", () => this[button.dataset.do]());
    window.addEventListener("online", () => this.state === "waiting" && this.start());
  }

  async show() {
    const { title, whole } = await record(this.name);
    if (!title) this.is("idle");
    else this.is(whole ? "done" : "paused");
  }

  // states: idle · running · paused · waiting · full · refused · done
  is(state) {
    this.state = this.box.dataset.state = state;
    const say = this.box.querySelector("[data-say]");
    say.textContent = words[state] ?? say.dataset.text;
    for (const button of this.box.querySelectorAll("button[data-when]")) {
      button.hidden = !button.dataset.when.split(" ").includes(state);
    }
    this.box.querySelector("progress").hidden = ["idle", "done"].includes(state);
    if (["idle", "done"].includes(state)) this.box.querySelector("[data-amount]").textContent = this.box.dataset.size;
  }

  progress({ done, of }) {
    const bar = this.box.querySelector("progress");
    bar.max = of;
    bar.value = done;
    this.box.querySelector("[data-amount]").textContent = words.amount
      .replace("{done}", megabytes(done))
      .replace("{of}", megabytes(of));
  }

  async start() {
    this.is("running");
    room.protect();
    this.is(await this.download.run());
    if (this.state === "waiting") this.later();
    else this.failures = 0;
    room.draw();
  }

  later() {
    const wait = Math.min(SLOWEST_RETRY, FIRST_RETRY * 2 ** this.failures) * (0.5 + Math.random() / 2);
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.state === "waiting" && this.start(), wait);
  }

  pause() {
    this.download.pause();
  }

  async remove() {
    this.download.pause();
    await remove(this.name);
    this.is("idle");
    room.draw();
  }
}

if (supported) {
  const modules = Array.from(document.querySelectorAll("[data-module]"), (box) => new Module(box));
  await Promise.all(modules.map((module) => module.show()));
  room.draw();
  document.querySelector("[data-unsupported]").hidden = true;
  document.querySelector("[data-packs]").dataset.ready = "";
}
