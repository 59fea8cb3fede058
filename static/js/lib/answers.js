// Reads and enhances the answer controls that the server drew.

const readers = {
  single: (box) => box.querySelector(":checked")?.value ?? null,
  multiple: (box) => Array.from(box.querySelectorAll(":checked"), (input) => input.value),
  true_false: (box) => ({ true: true, false: false })[box.querySelector(":checked")?.value] ?? null,
  matching: pairs,
  ordering: pairs,
};

function pairs(box) {
  const chosen = Array.from(box.querySelectorAll("select")).filter((select) => select.value);
  return Object.fromEntries(chosen.map((select) => [select.name.split("_").pop(), select.value]));
}

function typed(box) {
  return box.querySelector("textarea, input:not([type=hidden])").value;
}

export function read(box) {
  return (readers[box.dataset.kind] ?? typed)(box);
}

// What the server had drawn, whatever was typed before this script arrived.
export function drawn(box) {
  const form = document.createElement("form");
  form.append(box.cloneNode(true));
  form.reset();
  return read(form.firstChild);
}

// Shows an answer in its controls, as it came from the phone's store or from another tab.
export function write(box, value) {
  const chosen = (input) => {
    if (Array.isArray(value)) return value.includes(input.value);
    return value !== null && value !== undefined && String(value) === input.value;
  };
  for (const input of box.querySelectorAll("[type=radio], [type=checkbox]")) input.checked = chosen(input);
  for (const select of box.querySelectorAll("select")) select.value = value?.[select.name.split("_").pop()] ?? "";
  const field = box.querySelector("textarea, input:not([type=hidden], [type=radio], [type=checkbox])");
  if (field && !box.querySelector("select")) field.value = value ?? "";
  box.dispatchEvent(new Event("rewritten"));
}

export function isAnswered(value) {
  if (value === null || value === undefined) return false;
  if (typeof value === "string") return value.trim() !== "";
  return typeof value === "object" ? Object.keys(value).length > 0 : true;
}

export function countWords(text) {
  return text.split(/\s+/).filter(Boolean).length;
}

// Turns rows with a number each into rows with two buttons. The numbers stay in the form, only hidden.
export function makeOrdering(box, parts, say) {
  const fields = Array.from(box.querySelectorAll(".field"));
  const list = parts.querySelector(".order").cloneNode(false);
  const rowOf = (field) => {
    const row = parts.querySelector(".order li").cloneNode(true);
    const select = field.querySelector("select");
    const words = field.querySelector("label").textContent;
    row.querySelector("span").textContent = words;
    for (const name of row.querySelectorAll("i")) name.textContent = words;
    select.hidden = true;
    row.append(select);
    return row;
  };
  const place = (field) => Number(field.querySelector("select").value) || Infinity;
  const sorted = fields.map((field, at) => [place(field), at, field]).sort((a, b) => (a[0] - b[0] || 0) || a[1] - b[1]);
  list.append(...sorted.map(([, , field]) => rowOf(field)));
  const agree = parts.querySelector("[data-agree]").cloneNode(true);
  const base = box.querySelector("[type=hidden]");
  box.closest(".question").querySelector(".hint")?.remove();
  box.replaceChildren(base, list, agree);

  const ends = () => {
    for (const row of list.children) {
      row.querySelector("[data-step='-1']").disabled = row === list.firstElementChild;
      row.querySelector("[data-step='1']").disabled = row === list.lastElementChild;
    }
    agree.hidden = Array.from(list.querySelectorAll("select")).every((select) => select.value);
  };
  const number = () => {
    Array.from(list.children).forEach((row, at) => {
      row.querySelector("select").value = String(at + 1);
    });
    ends();
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };
  box.addEventListener("rewritten", () => {
    const rows = Array.from(list.children).sort((a, b) => a.querySelector("select").value - b.querySelector("select").value);
    list.append(...rows);
    ends();
  });
  agree.addEventListener("click", () => {
    number();
    list.querySelector("button:enabled").focus();
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const row = button.closest("li");
    // The neighbour moves, so that the pressed button keeps the focus.
    if (button.dataset.step === "-1") row.after(row.previousElementSibling);
    else row.before(row.nextElementSibling);
    number();
    if (button.disabled) row.querySelector("button:enabled").focus();
    say(row.querySelector("span").textContent, Array.from(list.children).indexOf(row) + 1, list.children.length);
  });
  ends();
}
