// The quiet line of every page: offline, what still waits, that all was sent.

export function watch(outbox) {
  const line = document.querySelector("[data-outbox-line]");
  if (!line) return;
  const text = line.querySelector("span");
  const button = line.querySelector("button");
  let had = outbox.waiting() > 0;

  const words = () => {
    const count = outbox.waiting();
    const said = (name) => line.dataset[name].replace("{count}", count);
    if (count && outbox.stopped) return said("out");
    if (!navigator.onLine) return `${said("offline")} ${count ? said("waiting") : ""}`;
    if (count) return said(outbox.failures ? "waiting" : "sending");
    return had ? said("sent") : "";
  };
  const draw = () => {
    had ||= outbox.waiting() > 0;
    const now = words();
    if (text.textContent !== now) text.textContent = now;
    line.hidden = !now;
    button.hidden = !outbox.failures || !outbox.waiting() || !navigator.onLine;
  };

  button.addEventListener("click", () => outbox.resume());
  for (const name of ["change", "failed", "idle"]) outbox.addEventListener(name, draw);
  for (const name of ["online", "offline"]) window.addEventListener(name, draw);
  draw();
}
