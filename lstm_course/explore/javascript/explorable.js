// What all explorables have in common: a question, sliders, a sentence that says what is happening, a picture.
//
// A model is anywidget's: get, set, save_changes, on, off. In a notebook it leads to Python, on a page of the site it is
// that of stand_in.js. What is shown follows from the model's `state` alone, so it goes on when the kernel is gone.

import { set, shape, tag } from "./drawing.js";
import { explain } from "./glossary.js";

const NARROWEST = 300;
const WIDEST = 700;

/**
 * Puts an explorable into the page.
 *
 * @param {{model, el}} place where anywidget or the site wants it.
 * @param {object} parts
 *   step(state, data): the mathematics, a pure function; what it gives is handed to the others.
 *   tell(state, found, data): {sentence, description}: what is happening, and what the picture shows.
 *   picture(svg, width, {data, change}): draws once for this width, {height, draw(state, found)}.
 *   refine(controls, state, data)?: other ends of sliders for a state.
 *   extend(box, {data, change, state})?: further controls; gives a function to call after each change.
 *   role?: of the picture; "group" where something in it can be moved.
 * @returns a function that takes it away again.
 */
export function explore({ model, el }, { step, tell, picture, refine, extend, role = "img" }) {
  const data = model.get("data");
  el.classList.add("lstm-explorable");
  el.replaceChildren();
  const box = tag(el, "div", { class: "box", role: "group", "aria-label": "Explorer" });
  // JupyterLab takes keys for itself, unless the very element that has the focus asks it not to.
  box.addEventListener("focusin", ({ target }) => set(target, { "data-lm-suppress-shortcuts": "true" }));
  const question = tag(box, "p", { class: "question" });
  tag(question, "strong", {}, "Before you move anything: ");
  question.append(model.get("question"));

  const change = (part) => {
    model.set("state", { ...model.get("state"), ...part });
    model.save_changes();
  };
  const area = tag(box, "div", { class: "area" });
  const handles = tag(area, "div", { class: "handles" });
  const sliders = model.get("controls").map((control) => control.options ? menu(handles, control, change) : slider(handles, control, change));
  const frame = tag(area, "div", { class: "picture" });
  const svg = shape(frame, "svg", { role });
  const follow = extend?.(handles, { data, change, state: () => model.get("state"), model, frame });
  if (!handles.hasChildNodes()) handles.remove();
  const said = tag(box, "p", { class: "sentence", "aria-live": "polite" });
  const words = explain(box, svg, own);

  let shown;
  function build() {
    const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, frame.clientWidth || WIDEST)));
    if (shown?.width === width) return;
    svg.replaceChildren();
    shown = { width, ...picture(svg, width, { data, change, state: () => model.get("state"), svg }) };
    set(svg, { viewBox: `0 0 ${width} ${shown.height}`, width, height: shown.height });
    redraw();
  }
  function redraw() {
    const state = model.get("state");
    const found = step(state, data);
    for (const show of sliders) show(state, refine?.(state, data));
    shown.draw(state, found);
    const { sentence, description } = tell(state, found, data);
    if (said.textContent !== sentence) said.textContent = sentence;
    set(svg, { "aria-label": description });
    follow?.(state, found);
    words();
  }
  build();
  model.on("change:state", redraw);
  const sizes = new ResizeObserver(build);
  sizes.observe(frame);
  return () => {
    sizes.disconnect();
    model.off?.("change:state", redraw);
  };
}

/** What a slider says: its number with its unit. */
export function told(value, { step: by, unit = "" }) {
  const digits = Number.isInteger(by) ? 0 : by < 0.01 ? 3 : 2;
  return value.toFixed(digits).replace("-", "−") + unit;
}

// Elements that name each other need names of their own in the page, where other explorers stand as well.
const own = Math.random().toString(36).slice(2);
let labels = 0;

/** A slider with its name and its number; gives a function that shows a state. */
function slider(parent, control, change) {
  const id = `lstm-${own}-${++labels}`;
  const row = tag(parent, "div", { class: "slider" });
  tag(row, "label", { for: id }, control.label);
  const value = tag(row, "output", { for: id });
  const { min, max, step } = control;
  const input = tag(row, "input", { id, type: "range", min, max, step });
  input.addEventListener("input", () => change({ [control.name]: Number(input.value) }));
  return (state, refined) => {
    const now = { ...control, ...refined?.[control.name] };
    for (const end of ["min", "max", "step"]) if (input[end] !== String(now[end])) input[end] = now[end];
    if (Number(input.value) !== state[control.name]) input.value = state[control.name];
    input.disabled = now.disabled ?? false;
    value.textContent = told(state[control.name], now);
    input.setAttribute("aria-valuetext", value.textContent);
  };
}

/** A choice among a few words. */
function menu(parent, control, change) {
  const id = `lstm-${own}-${++labels}`;
  const row = tag(parent, "div", { class: "slider" });
  tag(row, "label", { for: id }, control.label);
  const select = tag(row, "select", { id });
  for (const option of control.options) tag(select, "option", {}, option);
  select.addEventListener("change", () => change({ [control.name]: select.value }));
  return (state) => {
    select.value = state[control.name];
  };
}

/** A button. */
export function button(parent, text, press) {
  const made = tag(parent, "button", { type: "button" }, text);
  made.addEventListener("click", press);
  return made;
}
