// The quiet line of every page: offline, what still waits, that all was sent, and what the server did not take, until its
// owner has read why.

export function watch(outbox) {
  const line = document.querySelector("[data-outbox-line]");
  if (!line) return;
  const text = line.querySelector("span");
  const [button, discard] = line.querySelectorAll("button");
  const refused = () => outbox.list().find((piece) => piece.refused);
  let had = outbox.waiting() > 0;

  const words = () => {
    const count = outbox.waiting();
    const said = (name) => line.dataset[name].replace("{count}", count);
    if (refused()) return line.dataset.refused.replace("{message}", refused().refused);
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
    discard.hidden = !refused();
  };

  button.addEventListener("click", () => outbox.resume());
  discard.addEventListener("click", () => outbox.drop(refused()).then(draw));
  for (const name of ["change", "failed", "idle"]) outbox.addEventListener(name, draw);
  for (const name of ["online", "offline"]) window.addEventListener(name, draw);
  draw();
}
