// On a bad line a part of an attempt's script may not arrive. The page is asked for again, while nothing was typed on it.
// It stands alone, without imports, so that it comes whole or not at all.

const LATE = 8000;
const MOST = 3;
const TRIED = "bina-again";

const untouched = (field) => field.value === (field.defaultValue ?? field.value) && field.checked === field.defaultChecked;
let typed = false;

function askAgain() {
  const form = document.querySelector("form[data-attempt]:not([data-ready])");
  if (!form || typed || !navigator.onLine || !Array.from(form.elements).every(untouched)) return;
  const tried = Number(sessionStorage.getItem(TRIED));
  if (tried === MOST) return;
  sessionStorage.setItem(TRIED, tried + 1);
  location.reload();
}

document.addEventListener("input", () => (typed = true), { once: true });
setTimeout(askAgain, LATE);
