// A lesson's players: the poster becomes a video when it is pressed, and what was seen is told to the server.

const TELL_EVERY = 15_000;
const token = document.querySelector("[data-token]")?.value;

function milliseconds(played) {
  return Array.from({ length: played.length }, (_, i) => [
    Math.round(played.start(i) * 1000),
    Math.round(played.end(i) * 1000),
  ]);
}

function showSeen(percent) {
  const seen = document.querySelector("[data-seen]");
  if (!seen) return;
  seen.textContent = String(percent);
  if (percent < 90) return;
  document.querySelector("[data-waits]").hidden = true;
  document.querySelector("[data-finish]").hidden = false;
}

// `earlier` are the ranges of qualities that were played before: a new source empties video.played.
function watcher(section, video) {
  let earlier = [];
  let told = "";
  async function tell() {
    const ranges = [...earlier, ...milliseconds(video.played)];
    const body = JSON.stringify({ ranges, position: Math.round(video.currentTime * 1000) });
    if (!ranges.length || body === told || !section.dataset.watch) return;
    told = body;
    try {
      const answer = await fetch(section.dataset.watch, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body,
        keepalive: true,
      });
      if (answer.ok) showSeen((await answer.json()).seen);
      else told = "";
    } catch {
      told = "";
    }
  }
  video.addEventListener("pause", tell);
  video.addEventListener("ended", tell);
  document.addEventListener("visibilitychange", () => document.hidden && tell());
  setInterval(() => video.paused || tell(), TELL_EVERY);
  return {
    keep() {
      earlier = [...earlier, ...milliseconds(video.played)];
    },
  };
}

function chosen(section, link) {
  return section.querySelector(".segments :checked")?.dataset.src ?? link.href;
}

function addCaptions(section, video) {
  if (!section.dataset.captions) return;
  const track = document.createElement("track");
  Object.assign(track, { kind: "captions", srclang: "id", src: section.dataset.captions, default: true });
  track.label = section.dataset.captionsLabel;
  video.append(track);
}

function failed(section, video) {
  const sentence = document.createElement("p");
  sentence.className = "tone-danger small";
  sentence.setAttribute("role", "alert");
  sentence.textContent = section.dataset.failed;
  video.addEventListener("error", () => section.querySelector(".video-body").append(sentence));
  video.addEventListener("loadeddata", () => sentence.remove());
}

function open(section, link) {
  const frame = document.createElement("div");
  frame.className = "poster";
  const video = document.createElement("video");
  Object.assign(video, { controls: true, preload: "none", playsInline: true, src: chosen(section, link) });
  const picture = link.querySelector("img");
  if (picture) video.poster = picture.src;
  addCaptions(section, video);
  failed(section, video);
  const watching = watcher(section, video);
  const start = Number(section.dataset.start);
  if (start) video.addEventListener("loadedmetadata", () => (video.currentTime = start), { once: true });
  section.querySelectorAll(".segments input").forEach((input) =>
    input.addEventListener("change", () => {
      const at = video.currentTime;
      watching.keep();
      video.src = input.dataset.src;
      video.addEventListener("loadedmetadata", () => (video.currentTime = at), { once: true });
      video.play();
    }),
  );
  frame.append(video);
  link.replaceWith(frame);
  video.focus();
  video.play();
}

function ready(section) {
  const link = section.querySelector("[data-video]");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    open(section, link);
  });
  section.querySelectorAll(".segments input").forEach((input) =>
    input.addEventListener("change", () => {
      const words = link.querySelector(".poster-play > span");
      if (words) words.lastChild.textContent = ` · ${input.dataset.size}`;
    }),
  );
}

// "Hemat data": the picture is fetched where its link stood.
function showPicture(event) {
  const link = event.target.closest("[data-picture]");
  if (!link) return;
  event.preventDefault();
  const picture = new Image(Number(link.dataset.width), Number(link.dataset.height));
  picture.alt = link.dataset.alt;
  picture.src = link.href;
  link.replaceWith(picture);
}

document.querySelectorAll("[data-player]").forEach(ready);
document.addEventListener("click", showPicture);
