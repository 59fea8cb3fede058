// Which pages of a document were read: those whose end stood on the screen for a moment. Their numbers go to the server as
// the stretches of a film do, in pages.

const MOMENT = 1000;
const UNDER_NAVIGATION = "0px 0px -72px";
const visit = Math.random().toString(36).slice(2); // what one visit tells replaces only what the same visit told
const { lesson: activity, cohort } = document.querySelector("[data-lesson]").dataset;
const timers = new Map();
const read = new Map(); // document → its pages

async function tell(sheet) {
  const file = sheet.closest("[data-document]").dataset.document;
  const position = Number(sheet.dataset.sheet);
  read.set(file, (read.get(file) ?? new Set()).add(position));
  const ranges = [...read.get(file)].map((page) => [page - 1, page]);
  const { openOutbox } = await import("./outbox.js");
  const outbox = await openOutbox();
  await outbox.put("lessons:watched", `${file} ${visit}`, { cohort, activity, file, ranges, position });
}

const ends = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      clearTimeout(timers.get(target));
      if (isIntersecting) timers.set(target, setTimeout(() => document.hidden || tell(target.parentElement), MOMENT));
    }
  },
  { rootMargin: UNDER_NAVIGATION },
);
document.querySelectorAll("[data-sheet] > figcaption").forEach((end) => ends.observe(end));
