// What was really played of a film, as stretches of milliseconds. Browsers know it themselves (`played`), but Chromium
// counts what was jumped over before the first frame. Time by the wall and the speed bound what may have been played.

const SLACK = 1; // seconds that an event may come late

export class Played {
  ranges = [];
  from = null;
  last = 0;
  ready = 0; // where playing was asked to begin; its first event may come some frames late

  constructor(media) {
    this.media = media;
    const on = (names, act) => names.forEach((name) => media.addEventListener(name, act));
    on(["seeking", "emptied"], () => this.stop());
    on(["play", "seeking"], () => (this.ready = media.currentTime));
    on(["playing", "seeked"], () => media.paused || this.start(this.ready));
    on(["timeupdate"], () => this.go());
    on(["pause", "ended", "waiting"], () => this.stop({ here: !media.seeking }));
  }

  start(ready = this.media.currentTime) {
    this.stop();
    const late = this.media.currentTime - ready;
    this.last = this.media.currentTime;
    this.from = late > 0 && late < SLACK ? ready : this.last;
    this.at = performance.now();
  }

  go() {
    const { currentTime, playbackRate, seeking } = this.media;
    if (this.from === null || seeking) return;
    const most = ((performance.now() - this.at) / 1000) * playbackRate + SLACK;
    if (currentTime < this.last || currentTime - this.last > most) return this.start();
    this.last = currentTime;
    this.at = performance.now();
  }

  stop({ here = false } = {}) {
    if (here) this.go();
    if (this.from !== null) this.ranges = joined([...this.ranges, this.stretch()]);
    this.from = null;
  }

  stretch() {
    return [Math.round(this.from * 1000), Math.round(this.last * 1000)];
  }

  // Everything until now.
  all() {
    return this.from === null ? this.ranges : joined([...this.ranges, this.stretch()]);
  }
}

function joined(ranges) {
  const union = [];
  for (const [start, end] of ranges.filter(([from, to]) => to > from).sort((a, b) => a[0] - b[0])) {
    const last = union[union.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else union.push([start, end]);
  }
  return union;
}
