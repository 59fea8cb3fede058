// The server's time without the phone's clock: a moment that the server named, and how much has passed since by the
// page's own steady clock. Before the server has named one on this page, the difference it had last time is used.

export class ServerClock {
  base = null;

  // The server said `milliseconds`; `at` is when, by performance.now().
  set(milliseconds, at = performance.now()) {
    this.base = milliseconds - at;
  }

  // A page that comes from the phone knows an old moment: what has passed since is asked of the phone's clock, once.
  recall({ server, phone }) {
    this.base ??= server + Math.max(0, Date.now() - phone) - performance.now();
  }

  now() {
    return this.base === null ? null : Math.round(this.base + performance.now());
  }
}

export function face(seconds) {
  const two = (value) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const rest = two(seconds % 60);
  return minutes >= 60 ? `${Math.floor(minutes / 60)}.${two(minutes % 60)}.${rest}` : `${minutes}.${rest}`;
}

export class Countdown {
  // `tick(seconds)` is called every second and once more at 0.
  constructor(tick) {
    this.tick = tick;
    this.end = Infinity;
    this.shown = null;
    setInterval(() => this.show(), 250);
  }

  // The server said `milliseconds` were left; `at` is when it said so, by performance.now().
  set(milliseconds, at = performance.now()) {
    this.end = at + milliseconds;
    this.show();
  }

  get over() {
    return performance.now() >= this.end;
  }

  show() {
    if (this.end === Infinity) return;
    const seconds = Math.max(0, Math.ceil((this.end - performance.now()) / 1000));
    if (seconds === this.shown) return;
    this.shown = seconds;
    this.tick(seconds);
  }
}
