// Counts down to the server's deadline. The phone's own clock is never asked: only how much time has passed since.

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
