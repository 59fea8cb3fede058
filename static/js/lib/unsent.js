// Words typed into a long form and not sent: leaving the page asks first. Browsers give nothing back of a page that they may
// not store, so one slip on "back" would cost everything. A page that is the answer to a form begins with unsent words.

const unsent = new Set(document.querySelectorAll("form[data-unsent=typed]"));

document.addEventListener("input", ({ target }) => target.form?.matches("[data-unsent]") && unsent.add(target.form));
// On the window, after all who might still hold the form back.
window.addEventListener("submit", (event) => event.defaultPrevented || unsent.clear());
window.addEventListener("beforeunload", (event) => unsent.size && event.preventDefault());
