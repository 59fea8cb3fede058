// The little that every page shares.

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
}

function release() {
  for (const button of document.querySelectorAll("[data-held]")) {
    button.removeAttribute("data-held");
    button.removeAttribute("aria-disabled");
  }
}

function holdSecondPress(event) {
  const button = event.submitter;
  if (event.defaultPrevented || !button) return;
  if (button.hasAttribute("data-held")) {
    event.preventDefault();
    return;
  }
  button.setAttribute("data-held", "");
  button.setAttribute("aria-disabled", "true");
  // A form that answers with a file leaves the page standing.
  setTimeout(release, 8000);
}

// A page about work that still runs shows itself anew, unless its reader is in the middle of something on it.
function renew() {
  if (document.hidden || document.activeElement !== document.body) setTimeout(renew, 2000);
  else location.reload();
}

const running = document.querySelector("meta[name=renew]");
if (running) setTimeout(renew, Number(running.content) * 1000);

// Work that an earlier page left here is brought to the server from any page; offline the page says so.
function attendOutbox() {
  import("./lib/outbox.js").then(({ openOutbox }) => openOutbox());
}

function leftBehind() {
  try {
    return localStorage.getItem("bina-waiting") === document.body.dataset.person;
  } catch {
    return false;
  }
}

if (document.body.dataset.person) {
  // What a page needs only later waits until the page stands.
  window.addEventListener("load", () => import("./lib/offline.js").then(({ stand }) => stand()), { once: true });
  if (!navigator.onLine || leftBehind()) attendOutbox();
  else window.addEventListener("offline", attendOutbox, { once: true });
}

// A form that survives a lost network goes through the outbox; the module is fetched when it is needed.
function sendLater(event) {
  const form = event.target.closest("form[data-operation]");
  if (event.defaultPrevented || !form) return;
  event.preventDefault();
  import("./lib/outbox-form.js").then(({ send }) => send(form)).catch(() => form.submit());
}

document.querySelectorAll("[data-reveal]").forEach(reveal);
document.querySelector("[data-error-summary]")?.focus();
document.addEventListener("submit", holdSecondPress);
document.addEventListener("submit", sendLater);
// A page that comes back from the browser's memory must be usable again.
window.addEventListener("pageshow", release);
