// One player: quality, speed, captions and transcript around the browser's own controls. Nothing is loaded before it is
// asked for; a store that is silent may be asked again. `lesson` is whose (none in a preview), `opened` gives the outbox.

import { Played } from "./played.js";
import { Transcript } from "./transcript.js";

const TELL_EVERY = 15_000;
const PATIENCE = 12_000; // without a byte
const AT_END = 3; // seconds before the end, from where playing begins anew
const [STREAM, HLS] = ["auto", "application/vnd.apple.mpegurl"]; // the browser chooses among the films, where it can
const PREFERENCES = "bina-player";
export const KIND = "lessons:watched";

// What one visit tells replaces only what the same visit told before.
const visit = Math.random().toString(36).slice(2);

function preferences(changed) {
  try {
    const known = { speed: "1", captions: true, ...JSON.parse(localStorage.getItem(PREFERENCES)), ...changed };
    if (changed) localStorage.setItem(PREFERENCES, JSON.stringify(known));
    return known;
  } catch {
    return { speed: "1", captions: true, ...changed };
  }
}

const face = (seconds) => `${Math.floor(seconds / 60)}.${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export class Player {
  told = "";
  timer = 0;
  triedAgain = false;

  constructor(section, lesson, opened) {
    Object.assign(this, { section, lesson, opened });
    this.media = section.querySelector("video, audio");
    this.played = new Played(this.media);
    this.cover = section.querySelector("[data-play]");
    this.trouble = section.querySelector("[data-trouble]");
    this.qualities = Array.from(section.querySelectorAll(".segments input"));
    this.at = Number(section.dataset.start);
    for (const stream of section.querySelectorAll("[data-stream]")) stream.hidden = !this.media.canPlayType(HLS);
    this.source = this.media.getAttribute("src").split("#")[0];
    this.begun = !this.media.paused;
    if (!this.begun) this.wait();
    this.hear();
    this.offerTools();
    if (section.querySelector("[data-transcript]")) this.transcript = new Transcript(this);
  }

  get chosen() {
    return this.qualities.find((input) => input.checked);
  }

  wait() {
    this.media.controls = false;
    this.cover.hidden = false;
    this.cover.addEventListener("click", () => this.begin(this.at));
  }

  hear() {
    const { media } = this;
    const on = (names, act) => names.forEach((name) => media.addEventListener(name, act));
    on(["play", "waiting", "stalled", "progress", "loadedmetadata"], () => this.bePatient());
    on(["playing"], () => this.recovered());
    on(["pause", "ended"], () => clearTimeout(this.timer));
    on(["error"], () => this.failed());
    on(["pause", "ended"], () => this.tell());
    document.addEventListener("visibilitychange", () => document.hidden && this.tell({ now: true }));
    window.addEventListener("pagehide", () => this.tell({ now: true }));
    window.addEventListener("online", () => this.trouble.hidden || this.again());
    setInterval(() => media.paused || this.tell(), TELL_EVERY);
    this.trouble.querySelector("[data-again]").addEventListener("click", () => this.again());
    for (const input of this.qualities) input.addEventListener("change", () => this.choose(input));
  }

  offerTools() {
    const tools = this.section.querySelector("[data-tools]");
    const speed = tools.querySelector("[data-speed]");
    const captions = tools.querySelector("[data-show-captions]");
    const known = preferences();
    tools.hidden = false;
    speed.value = known.speed;
    this.run(speed.value);
    speed.addEventListener("change", () => this.run(preferences({ speed: speed.value }).speed));
    this.media.addEventListener("ratechange", () => (speed.value = String(this.media.playbackRate)));
    if (!captions) return;
    const [track] = this.media.textTracks;
    captions.checked = known.captions;
    const show = () => (track.mode = captions.checked ? "showing" : "hidden");
    captions.addEventListener("change", () => show(preferences({ captions: captions.checked })));
    this.media.addEventListener("play", show, { once: true });
    this.media.textTracks.addEventListener("change", () => (captions.checked = track.mode === "showing"));
  }

  run(speed) {
    this.media.defaultPlaybackRate = this.media.playbackRate = Number(speed);
  }

  begin(at) {
    this.begun = true;
    this.cover.hidden = true;
    this.section.querySelector("[data-stood]").hidden = true;
    this.media.controls = true;
    this.load(this.chosen?.dataset.src ?? this.source, at);
    this.media.focus();
    if (navigator.mediaSession) {
      navigator.mediaSession.metadata = new MediaMetadata({ title: this.section.getAttribute("aria-label") });
    }
    if (this.lesson) this.opened().then((box) => (this.box = box));
  }

  load(source, at) {
    const { media } = this;
    this.played.stop();
    this.at = at > media.duration - AT_END ? 0 : at;
    // A playlist is fetched like a page's data, so a store elsewhere must agree to it.
    media.crossOrigin = this.chosen?.value === STREAM ? "anonymous" : null;
    media.src = source;
    media.addEventListener("loadedmetadata", () => this.at && (media.currentTime = this.at), { once: true });
    media.play().catch(() => {});
  }

  choose(input) {
    this.cover.querySelector("[data-cost]").textContent = input.dataset.size;
    if (this.begun) this.load(input.dataset.src, this.now());
  }

  // From a line of the transcript.
  seek(at) {
    if (!this.begun) this.begin(at);
    else if (this.media.readyState) this.media.currentTime = at;
    this.media.play().catch(() => {});
  }

  // Where one stands, also while a new source has not told its length yet.
  now() {
    return this.media.readyState ? this.media.currentTime : this.at;
  }

  bePatient() {
    clearTimeout(this.timer);
    if (!this.media.paused && this.media.readyState < 3) this.timer = setTimeout(() => (this.trouble.hidden = false), PATIENCE);
  }

  recovered() {
    clearTimeout(this.timer);
    this.triedAgain = false;
    this.trouble.hidden = true;
  }

  // The address in the page may just be too old: once it is asked for anew without a word.
  failed() {
    clearTimeout(this.timer);
    if (!this.begun) return;
    if (this.chosen?.value === STREAM) return this.leaveStream();
    if (this.triedAgain || !navigator.onLine || !this.section.dataset.fresh) this.trouble.hidden = false;
    else this.again();
  }

  // Some browsers say that they can and cannot: the usual film always plays.
  leaveStream() {
    const usual = this.qualities.find((input) => input.value === this.section.dataset.usual) ?? this.qualities[0];
    usual.checked = true;
    this.choose(usual);
  }

  again() {
    const { fresh } = this.section.dataset;
    const source = this.chosen?.dataset.src ?? this.source;
    this.triedAgain = true;
    this.trouble.hidden = true;
    this.load(fresh ? `${fresh}?versi=${this.chosen?.value ?? this.section.dataset.usual}` : source, this.now());
  }

  async tell({ now = false } = {}) {
    const { lesson: activity, cohort } = this.lesson ?? {};
    const file = this.section.dataset.player;
    const content = { cohort, activity, file, ranges: this.played.all(), position: Math.round(this.now() * 1000) };
    const told = JSON.stringify(content);
    if (!this.lesson || !content.ranges.length || told === this.told) return;
    this.told = told;
    if (now) this.beacon(content);
    const box = await this.opened();
    await box.put(KIND, `${file} ${visit}`, content);
  }

  // A page that goes away has no time for the phone's store: what it says must leave at once. Twice is the same as once.
  beacon(content) {
    const { wire, clock } = this.box ?? {};
    wire?.send([{ id: crypto.randomUUID?.() ?? visit, kind: KIND, order: 0, content, made: clock.now() }]).catch(() => {});
  }

  // What an earlier visit could not send yet is newer than what the server knows.
  stood(position) {
    this.at = position / 1000;
    this.section.querySelector("[data-stop]").textContent = face(this.at);
    this.section.querySelector("[data-stood]").hidden = false;
  }
}
