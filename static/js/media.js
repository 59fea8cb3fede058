// Upload fields and rows of files (templates/media/_upload.html says how a page writes them).
//
// Each element with data-upload takes files from its chooser or dropped on it, shows a row for each, and puts the id of
// what has arrived into the form around it. It fires "upload:stored" and "upload:ready" with the file as detail. Rows with
// data-watch ask the server about files that are being prepared.

import { ask } from "./lib/ask.js";
import { Upload } from "./lib/upload.js";

const WATCH_FIRST = 1500;
const WATCH_SLOWEST = 15000;
const AT_ONCE = 3; // files of one field
const LANGUAGE = document.documentElement.lang;
const UNFINISHED = ["waiting", "starting", "sending", "checking", "interrupted", "paused"];

const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const number = (value, digits) => value.toLocaleString(LANGUAGE, { maximumFractionDigits: digits });

function size(bytes) {
  if (bytes < 1e6) return `${number(Math.ceil(bytes / 1e3), 0)} KB`;
  return `${number(bytes / 1e6, bytes < 1e8 ? 1 : 0)} MB`;
}

function left(seconds, words) {
  if (seconds < 90) return say(words.saySecond, { count: number(Math.max(1, seconds), 0) });
  if (seconds < 5400) return say(words.sayMinute, { count: number(seconds / 60, 0) });
  return say(words.sayHour, { count: number(seconds / 3600, 1) });
}

// A row of templates/media/_upload.html: everything in it is there already, this only shows and hides.
function show(row, { state, tone = "", note, icon, acts = [], progress = null }) {
  row.dataset.state = state;
  row.querySelector("[data-tile]").className = tone ? `tile tile-${tone}` : "tile";
  if (icon !== undefined) {
    const icons = [...row.querySelectorAll("[data-icon]")];
    const wanted = icons.find((one) => one.dataset.icon === icon) ?? icons[0];
    icons.forEach((one) => (one.hidden = one !== wanted));
  }
  const line = row.querySelector("[data-note]");
  line.className = `row-note${tone === "warning" || tone === "danger" ? ` tone-${tone}` : ""}`;
  if (line.textContent !== note) line.textContent = note;
  const bar = row.querySelector("progress");
  bar.hidden = progress === null;
  if (progress !== null) bar.value = progress;
  row.querySelector("[data-done]").hidden = state !== "ready";
  for (const button of row.querySelectorAll("[data-act]")) button.hidden = !acts.includes(button.dataset.act);
}

function showMedia(row, file) {
  const failed = file.state === "failed";
  const input = row.querySelector("input[type=hidden]");
  if (input) Object.assign(input, { value: file.id, disabled: failed });
  row.dataset.media = file.id;
  show(row, {
    state: file.state,
    tone: failed ? "danger" : "",
    note: file.message,
    icon: failed ? "warning" : file.group ?? "",
    acts: [...(file.can_retry ? ["retry"] : []), ...(row.dataset.chosen ? ["remove"] : [])],
  });
}

const tell = (row, name, file) => row.dispatchEvent(new CustomEvent(name, { detail: file, bubbles: true }));

async function watch(row, wait = WATCH_FIRST) {
  if (!row.isConnected || row.dataset.state !== "stored") return;
  await new Promise((go) => setTimeout(go, wait));
  const answer = await fetch(row.dataset.watch, { headers: { Accept: "application/json" } }).catch(() => null);
  const file = answer?.ok ? await answer.json() : null;
  if (file) showMedia(row, file);
  if (file?.state === "ready") tell(row, "upload:ready", file);
  watch(row, Math.min(WATCH_SLOWEST, wait * 1.5));
}

async function retry(event, row, token) {
  event.preventDefault();
  const path = row.querySelector("[data-act=retry]").getAttribute("formaction") ?? `/media/${row.dataset.media}/ulang`;
  const file = await ask(path, {}, token).catch(() => null);
  if (!file) return;
  showMedia(row, file);
  watch(row);
}

class Field {
  constructor(element) {
    this.element = element;
    this.rows = element.querySelector("[data-upload-rows]");
    this.alert = element.querySelector("[data-upload-alert]");
    this.uploads = new Map(); // row → upload
    const input = element.querySelector("input[type=file]");
    const drop = element.querySelector("[data-upload-drop]");
    element.querySelector("[data-upload-plain]")?.toggleAttribute("hidden", true);
    const taken = () => {
      this.take(input.files);
      input.value = ""; // the form carries ids, not bytes
    };
    input.addEventListener("change", taken);
    for (const name of ["dragover", "dragleave", "drop"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.toggle("drop-over", name === "dragover");
        if (name === "drop") this.take(input.multiple ? event.dataTransfer.files : [...event.dataTransfer.files].slice(0, 1));
      });
    }
    element.closest("form")?.addEventListener("submit", (event) => this.hold(event), true);
    addEventListener("beforeunload", (event) => this.unfinished && event.preventDefault());
    if (input.files.length) taken(); // chosen before this script came
  }

  get unfinished() {
    return [...this.uploads.values()].some((upload) => UNFINISHED.includes(upload.state));
  }

  // A form sent now would lack the files that are on their way, or wait for somebody to go on.
  hold(event) {
    if (!this.unfinished || event.submitter?.dataset.act) return;
    event.preventDefault();
    event.stopPropagation();
    this.alert.textContent = this.element.dataset.sayWait;
    this.alert.hidden = false;
  }

  take(files) {
    for (const file of files) this.add(file);
    this.next();
  }

  add(file) {
    const row = this.element.querySelector("template[data-upload-row]").content.firstElementChild.cloneNode(true);
    const upload = new Upload(file, { url: this.element.dataset.upload, token: this.element.dataset.token });
    upload.state = "waiting";
    row.dataset.chosen = "1";
    row.querySelector("[data-title]").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    for (const button of row.querySelectorAll("[data-act]")) button.querySelector(".sr").append(` ${file.name}`);
    row.querySelector("[data-act=pause]").addEventListener("click", () => upload.pause());
    row.querySelector("[data-act=resume]").addEventListener("click", () => upload.start());
    row.querySelector("[data-act=remove]").addEventListener("click", () => this.remove(row));
    row.querySelector("[data-act=retry]").addEventListener("click", (event) => retry(event, row, this.element.dataset.token));
    upload.addEventListener("change", () => this.changed(row, upload));
    this.uploads.set(row, upload);
    this.rows.hidden = false;
    this.rows.append(row);
    show(row, { state: "waiting", icon: file.type.split("/")[0].replace("image", "picture"), note: size(file.size), acts: ["remove"] });
  }

  next() {
    const all = [...this.uploads.values()];
    const room = AT_ONCE - all.filter((upload) => ["starting", "sending", "checking"].includes(upload.state)).length;
    all.filter((upload) => upload.state === "waiting").slice(0, Math.max(0, room)).forEach((upload) => upload.start());
  }

  remove(row) {
    this.uploads.get(row)?.cancel();
    this.uploads.delete(row);
    row.remove();
    this.rows.hidden = !this.rows.children.length;
    this.alert.hidden ||= !this.unfinished;
    this.next();
  }

  changed(row, upload) {
    if (!this.uploads.has(row)) return;
    this.alert.hidden ||= !this.unfinished;
    if (upload.state === "stored") {
      row.dataset.watch = `/media/${upload.media.id}/keadaan`;
      showMedia(row, upload.media);
      tell(row, "upload:stored", upload.media);
      watch(row);
      if (this.element.dataset.then && !this.unfinished) this.element.querySelector("[data-upload-plain]").click();
    } else if (upload.state === "refused") {
      show(row, { state: "refused", tone: "danger", icon: "warning", note: upload.problem, acts: ["remove"] });
    } else {
      this.under(row, upload);
    }
    if (["stored", "refused", "paused"].includes(upload.state)) this.next();
  }

  under(row, upload) {
    const words = this.element.dataset;
    const { state, sent, speed, file } = upload;
    const sentence = { sending: speed ? words.saySending : words.sayBegun, paused: words.sayPaused, interrupted: words.sayInterrupted, checking: words.sayChecking }[state];
    const values = { done: size(sent), total: size(file.size), speed: size(speed), left: left((file.size - sent) / (speed || 1), words) };
    const stands = state === "paused" || state === "interrupted";
    show(row, {
      state,
      tone: stands ? "warning" : "accent",
      note: say(sentence ?? words.sayStarting, values),
      progress: sent / (file.size || 1),
      acts: stands ? ["resume", "remove"] : state === "checking" ? [] : ["pause"],
    });
  }
}

for (const element of document.querySelectorAll("[data-upload]")) new Field(element);
for (const row of document.querySelectorAll("[data-watch]")) {
  const token = row.closest("[data-token]")?.dataset.token ?? document.querySelector("[name=csrf_token]")?.value;
  if (token) row.querySelector("[data-act=retry]").addEventListener("click", (event) => retry(event, row, token));
  watch(row);
}
