// WebVTT (or SubRip) text as cues {start, end, text} and back. Times are strings as somebody typed them: what cannot be
// read stays as it is, so that nothing typed is lost. Pure.

const ENTITIES = [["&lt;", "<"], ["&gt;", ">"], ["&amp;", "&"]];
const ARROW = "-->";

export function read(text) {
  return text
    .replace(/\r\n?/g, "\n")
    .split(/\n(?:[ \t]*\n)+/)
    .map((block) => block.split("\n").filter((line) => line.trim()))
    .filter((lines) => lines.length && !/^(WEBVTT|NOTE|STYLE|REGION)(\s|$)/.test(lines[0].replace("\ufeff", "")))
    .map(cue);
}

function cue(lines) {
  const at = lines.findIndex((line) => line.includes(ARROW));
  if (at < 0) return { start: "", end: "", text: plain(lines.join("\n")) };
  const [start, rest] = lines[at].split(ARROW);
  const [end = ""] = rest.trim().split(/\s+/);
  return { start: tidy(start), end: tidy(end), text: plain(lines.slice(at + 1).join("\n")) };
}

function plain(text) {
  const untagged = text.replace(/<\/?[a-z][^<>]*>|<\d[\d:.]*>/gi, "");
  return ENTITIES.reduce((words, [entity, sign]) => words.replaceAll(entity, sign), untagged);
}

function tidy(time) {
  const value = milliseconds(time);
  return Number.isNaN(value) ? time.trim() : clock(value);
}

export function write(cues) {
  const blocks = cues.map(({ start, end, text }) => `${inFull(start)} ${ARROW} ${inFull(end)}\n${escaped(text)}\n`);
  return cues.length ? ["WEBVTT\n", ...blocks].join("\n") : "";
}

function escaped(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  return ENTITIES.reduceRight((words, [entity, sign]) => words.replaceAll(sign, entity), lines.join("\n"));
}

function inFull(time) {
  const value = milliseconds(time);
  return Number.isNaN(value) ? time : clock(value);
}

// "1:02,5", "62.5" and "00:01:02.500" are the same; NaN for what is no time.
export function milliseconds(typed) {
  const found = /^\s*(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5})(?:[.,](\d{1,3}))?\s*$/.exec(typed);
  if (!found) return NaN;
  const [, hours = 0, minutes, seconds, fraction = ""] = found;
  if (minutes !== undefined && seconds >= 60) return NaN;
  return (Number(hours) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, "0"));
}

export function clock(milliseconds) {
  const two = (value) => String(Math.floor(value)).padStart(2, "0");
  const seconds = Math.floor(milliseconds / 1000);
  const hours = seconds >= 3600 ? `${two(seconds / 3600)}:` : "";
  const fraction = String(Math.floor(milliseconds % 1000)).padStart(3, "0");
  return `${hours}${two((seconds % 3600) / 60)}:${two(seconds % 60)}.${fraction}`;
}

// Two cues of one: its words up to `caret` and after it (in the middle if it stands at an end), the time by their share.
export function halves({ start, end, text }, caret) {
  const middle = text.indexOf(" ", text.length / 2);
  const at = caret > 0 && caret < text.length ? caret : middle < 0 ? Math.ceil(text.length / 2) : middle;
  const [from, to] = [milliseconds(start), milliseconds(end)];
  const cut = clock(Math.round(from + (to - from) * (at / Math.max(1, text.length))));
  return [
    { start, end: cut, text: text.slice(0, at).trim() },
    { start: cut, end, text: text.slice(at).trim() },
  ];
}

// What is wrong with a cue that follows one which began at `before`, in a recording of `length` ms; "" if nothing is.
export function faultOf(cue, before, length) {
  const [from, to] = [milliseconds(cue.start), milliseconds(cue.end)];
  if (Number.isNaN(from) || Number.isNaN(to)) return "time";
  if (to <= from) return "order";
  if (from >= length) return "late";
  if (from < before) return "before";
  return cue.text.trim() ? "" : "empty";
}
