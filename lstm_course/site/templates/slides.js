// One slide at a time. Without this script all slides stand one below the other, and can be read and printed.
const slides = [...document.querySelectorAll("section")];
const where = document.getElementById("where");
const notes = document.getElementById("notes");
let shown = 0;

function show(number, focus = true) {
  shown = Math.max(0, Math.min(slides.length - 1, number));
  slides.forEach((slide, k) => (slide.hidden = k !== shown));
  where.textContent = `${shown + 1} of ${slides.length}`;
  history.replaceState(null, "", `#${shown + 1}`);
  window.scrollTo(0, 0);
  if (focus) slides[shown].focus({ preventScroll: true });
}

function toggleNotes() {
  notes.setAttribute("aria-pressed", document.body.classList.toggle("with-notes"));
}

const keys = {
  ArrowRight: () => show(shown + 1),
  PageDown: () => show(shown + 1),
  ArrowLeft: () => show(shown - 1),
  PageUp: () => show(shown - 1),
  Home: () => show(0),
  End: () => show(slides.length - 1),
  n: toggleNotes,
};

document.addEventListener("keydown", (event) => {
  const scrolls = event.target.closest("pre, .wide") && event.key.startsWith("Arrow");
  if (event.ctrlKey || event.metaKey || event.altKey || scrolls || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
document.getElementById("back").addEventListener("click", () => show(shown - 1, false));
document.getElementById("on").addEventListener("click", () => show(shown + 1, false));
notes.addEventListener("click", toggleNotes);
window.addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1));
document.querySelector("nav").hidden = false;
show((Number(location.hash.slice(1)) || 1) - 1, false);
