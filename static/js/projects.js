// Marking: the assessor's draft saves itself while they work, and the server says what it comes to.
// Without this script the button "Simpan draf" does the same.

const form = document.querySelector("[data-autosave]");
const QUIET = 1500;
let timer = 0;
let sending = false;
let again = false;

function say(state, words) {
  const mark = document.getElementById("saved");
  mark.className = `saved saved-${state}`;
  mark.dataset.saved = state;
  mark.lastElementChild.textContent = words;
}

function show(answer) {
  document.querySelector("[data-percent]").textContent = answer.percent || "–";
  for (const cell of document.querySelectorAll("[data-mark]")) {
    cell.textContent = answer.members[cell.dataset.mark] || "–";
  }
}

async function save() {
  if (sending) {
    again = true;
    return;
  }
  sending = true;
  say("saving", form.dataset.saving);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const saved = await answer.json();
    show(saved);
    say("server", saved.message);
  } catch {
    say("full", form.dataset.unsaved);
  }
  sending = false;
  if (again) {
    again = false;
    await save();
  }
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(save, QUIET);
}

if (form) {
  // Fields of the form also stand outside of it, so the document listens.
  document.addEventListener("input", (event) => event.target.form === form && changed());
  form.addEventListener("submit", () => clearTimeout(timer));
}
