// The lesson editor: a small toolbar over a plain textarea, drafts every five seconds, text from Word without its looks.

import { Upload } from "./lib/upload.js";

const form = document.querySelector("[data-editor]");
const text = form.querySelector("textarea");
const state = form.querySelector("[data-state]");
const leftOut = form.querySelector("[data-left-out]");
const token = form.querySelector("[name=csrf_token]").value;
const SAVE_EVERY = 5000;
const KEPT_ALIVE = 60000;
const INSIDE = /<img\b[^>]*?\bsrc\s*=\s*["']?data:image\/(png|jpeg|gif|webp);base64,([a-z0-9+/]+=*)/gi;
// What the page came with: words typed before this script arrived, or brought back by the browser, are not saved yet.
let saved = text.defaultValue;

async function send(url, body) {
  const text = JSON.stringify(body);
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    body: text,
    // So that the last words arrive although the page is being left; browsers do this for small requests only.
    keepalive: new Blob([text]).size < KEPT_ALIVE,
  });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function say(words, tone) {
  state.textContent = words;
  state.className = `saved saved-${tone}`;
}

async function saveDraft() {
  const source = text.value;
  if (source === saved) return;
  say(form.dataset.saving, "saving");
  try {
    const answer = await send(form.dataset.draft, { source, version: Number(form.version.value) });
    saved = source;
    say(answer.stale || answer.saved, answer.stale ? "conflict" : "server");
  } catch {
    say(form.dataset.offline, "phone");
  }
}

// Typed as the browser types, so that undo takes it back.
function insert(words) {
  text.focus();
  if (!document.execCommand("insertText", false, words)) {
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
  }
}

function around(mark) {
  const chosen = text.value.slice(text.selectionStart, text.selectionEnd);
  insert(`${mark}${chosen}${mark}`);
  if (!chosen) text.setSelectionRange(text.selectionStart - mark.length, text.selectionStart - mark.length);
}

function wholeLines() {
  const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  const end = text.value.indexOf("\n", text.selectionEnd);
  text.setSelectionRange(start, end < 0 ? text.value.length : end);
  return text.value.slice(text.selectionStart, text.selectionEnd);
}

function beforeLines(mark) {
  insert(
    wholeLines()
      .split("\n")
      .map((line) => (line.startsWith(mark) ? line.slice(mark.length) : mark + line))
      .join("\n"),
  );
}

const MARKS = {
  bold: () => around("**"),
  heading: () => beforeLines("## "),
  list: () => beforeLines("- "),
  quote: () => beforeLines("> "),
  link(button) {
    const chosen = text.value.slice(text.selectionStart, text.selectionEnd) || button.dataset.words;
    insert(`[${chosen}](https://)`);
  },
  table(button) {
    const word = button.dataset.words;
    insert(`\n\n| ${word} 1 | ${word} 2 |\n| --- | --- |\n|  |  |\n|  |  |\n\n`);
  },
};

async function pastePictures(files) {
  for (const file of files) {
    const upload = new Upload(file, { url: form.dataset.uploadUrl, token });
    say(form.dataset.uploading, "saving");
    await new Promise((go) => {
      upload.addEventListener("change", () => ["stored", "refused"].includes(upload.state) && go());
      upload.start();
    });
    if (upload.state === "refused") say(upload.problem, "conflict");
    else insertBlocks((await send(form.dataset.pasted, { media: upload.media.id })).markdown, true);
  }
}

// Text of several blocks stands alone, whatever it is pasted between.
function insertBlocks(words, several = words.includes("\n")) {
  const before = text.value.slice(0, text.selectionStart);
  const after = text.value.slice(text.selectionEnd);
  const above = several && /[^\n]\n?$/.test(before) ? "\n\n" : "";
  const below = several && /^\n?[^\n]/.test(after) ? "\n\n" : "";
  insert(above + words + below);
}

// The pictures that came inside pasted text, as files.
function picturesIn(html) {
  return [...html.matchAll(INSIDE)].map(([, type, data], number) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    return new File([bytes], `gambar-${number + 1}.${type}`, { type: `image/${type}` });
  });
}

async function pasteWords(html, plain) {
  try {
    insertBlocks((await send(form.dataset.tidy, { html })).markdown.trim());
  } catch {
    insert(plain);
  }
  const inside = picturesIn(html);
  // Word names pictures on its own computer, pages those of another site: neither comes along.
  leftOut.hidden = (html.match(/<img\b/gi) ?? []).length <= inside.length;
  await pastePictures(inside);
}

function paste(event) {
  const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
  const html = event.clipboardData.getData("text/html");
  if (pictures.length && !html) {
    event.preventDefault();
    pastePictures(pictures);
    return;
  }
  if (!html) return;
  event.preventDefault();
  pasteWords(html, event.clipboardData.getData("text/plain"));
}

form.querySelector("[data-toolbar]").hidden = false;
for (const button of form.querySelectorAll("[data-mark]")) {
  button.addEventListener("click", () => MARKS[button.dataset.mark](button));
}
text.addEventListener("paste", paste);
setInterval(saveDraft, SAVE_EVERY);
document.addEventListener("visibilitychange", () => document.hidden && saveDraft());
addEventListener("pagehide", saveDraft);
