// The number that a pattern would give, while it is being written. The server checks it again.

const MONTHS = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

const form = document.querySelector("[data-number-example]");
const shown = form?.querySelector("[data-example]");
const pattern = form?.querySelector("[data-pattern]");

/** The pattern with today's values; an unknown part stays as it was written. */
function example() {
  const today = new Date();
  const values = {
    urut: "148",
    bulan: String(today.getMonth() + 1).padStart(2, "0"),
    bulan_romawi: MONTHS[today.getMonth()],
    tahun: String(today.getFullYear()),
  };
  for (const part of form.querySelectorAll("[data-part]")) values[part.dataset.part] = part.value;
  return pattern.value.replace(/\{([a-z_]+)(?::0([1-9]))?\}/g, (whole, name, width) =>
    name in values ? values[name].padStart(Number(width ?? 0), "0") : whole,
  );
}

if (shown && pattern) {
  form.addEventListener("input", () => {
    shown.textContent = example();
  });
}
