// The little every page shares: show a password, go to the errors of a form, let a second press do nothing, and
// renew a page about work that still runs.

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

document.querySelectorAll("[data-reveal]").forEach(reveal);
document.querySelector("[data-error-summary]")?.focus();
document.addEventListener("submit", holdSecondPress);
// A page that comes back from the browser's memory must be usable again.
window.addEventListener("pageshow", release);
