// The transcript: its lines play from where they are said, the one being said is marked, and a word can be looked for.
export class Transcript {
  constructor(player) {
    this.player = player;
    this.box = player.section.querySelector("[data-transcript]");
    this.lines = Array.from(this.box.querySelectorAll("[data-at]"));
    this.box.addEventListener("toggle", () => this.make(), { once: true });
    player.media.addEventListener("timeupdate", () => this.follow(player.media.currentTime));
  }

  make() {
    this.lines.forEach((line) => {
      const button = document.createElement("button");
      const clock = document.createElement("span");
      clock.textContent = line.dataset.clock;
      button.type = "button";
      button.append(clock, line.textContent);
      button.addEventListener("click", () => this.player.seek(Number(line.dataset.at)));
      line.replaceChildren(button);
      line.removeAttribute("data-clock");
    });
    const field = this.box.querySelector("[data-search]");
    field.hidden = false;
    field.querySelector("input").addEventListener("input", (event) => this.search(event.target.value));
  }

  search(words) {
    const wanted = words.trim().toLowerCase();
    for (const line of this.lines) line.hidden = !line.textContent.toLowerCase().includes(wanted);
    const found = this.box.querySelector("[data-found]");
    found.dataset.hint ??= found.textContent;
    const count = this.lines.filter((line) => !line.hidden).length;
    found.textContent = wanted ? found.dataset.say.replace("{count}", count) : found.dataset.hint;
  }

  follow(time) {
    const said = this.lines.filter((line) => Number(line.dataset.at) <= time).pop();
    if (said === this.said) return;
    this.said?.removeAttribute("aria-current");
    this.said = said;
    if (!said) return;
    said.setAttribute("aria-current", "true");
    const list = said.parentElement;
    list.scrollTop = said.offsetTop - list.offsetTop - list.clientHeight / 3;
  }
}
