// Dragging activities in the author's outline. The buttons up and down do the same without it.

const outline = document.querySelector("[data-outline]");
const rowsOf = (list) => [...list.querySelectorAll("[data-activity]")];
let dragged = null;

function order() {
  const modules = outline.querySelectorAll("[data-module]");
  return Object.fromEntries(
    [...modules].map((list) => [list.dataset.module, rowsOf(list).map((row) => row.dataset.activity)]),
  );
}

async function save() {
  try {
    const answer = await fetch(outline.dataset.outline, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": outline.dataset.token,
      },
      body: JSON.stringify(order()),
    });
    if (answer.ok) return;
  } catch {
    // said below
  }
  const note = document.createElement("p");
  note.className = "note note-danger";
  note.setAttribute("role", "alert");
  note.textContent = outline.dataset.failed;
  outline.prepend(note);
}

function over(event) {
  const list = event.target.closest("[data-module]");
  if (!dragged || !list) return;
  event.preventDefault();
  const below = rowsOf(list).find((row) => {
    const box = row.getBoundingClientRect();
    return row !== dragged && event.clientY < box.top + box.height / 2;
  });
  const after = rowsOf(list).pop() ?? list.querySelector(".list-head");
  if (below) below.before(dragged);
  else if (after !== dragged) after.after(dragged);
}

if (outline?.dataset.outline) {
  for (const grip of outline.querySelectorAll("[data-grip]")) {
    const row = grip.closest("[data-activity]");
    // Only from the grip, so that text in the row can still be selected.
    grip.addEventListener("pointerdown", () => (row.draggable = true));
    row.addEventListener("dragstart", () => (dragged = row));
    row.addEventListener("dragend", () => {
      row.draggable = false;
      dragged = null;
      save();
    });
  }
  outline.addEventListener("dragover", over);
}
