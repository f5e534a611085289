// One LSTM unit whose gates are levels to drag: numbers on every wire, forward and backward, and tasks to solve.

import { button, explore, told } from "./explorable.js";
import { HUES, number, percent, set, shape, signed, tag } from "./drawing.js";
import { lstmUnit, lstmUnitBack } from "./unit.js";

const HEIGHT = 318;
const [ROAD, PRODUCT, BAR_TOP, BAR_HEIGHT] = [52, 122, 184, 96];
const LEVELS = {
  c_prev: { name: "old memory c_prev", short: "c_prev", at: 0.07, low: -3, high: 3, hue: "road" },
  f: { name: "forget gate f", short: "f", at: 0.25, low: 0, high: 1, hue: "forget" },
  i: { name: "input gate i", short: "i", at: 0.42, low: 0, high: 1, hue: "input" },
  g: { name: "candidate g", short: "g", at: 0.6, low: -1, high: 1, hue: "candidate" },
  o: { name: "output gate o", short: "o", at: 0.77, low: 0, high: 1, hue: "output" },
};
const LAST = 0.9; // where c turns down to become h
export const FAR = 20; // steps over which the last task follows the gradient

// When a task counts as solved. `before` is true when a step has just been taken.
export const SOLVED = {
  hold_in_secret: (s, { c, h }) => Math.abs(s.c_prev) >= 0.5 && Math.abs(c - s.c_prev) < 0.05 && Math.abs(h) < 0.05,
  replace: (s, { c }) => Math.abs(s.c_prev - s.g) >= 1 && Math.abs(s.g) >= 0.5 && Math.abs(c - s.g) < 0.05,
  add_up: (s, { c }) => Math.abs(s.c_prev) >= 0.5 && Math.abs(s.g) >= 0.5 && Math.abs(c - s.c_prev - s.g) < 0.05,
  reach: (s) => s.steps === 3 && Math.abs(s.c_prev - 2.5) < 0.05,
  far_back: (s) => Math.abs(s.f ** FAR - 0.9) < 0.005,
};

export function step(s) {
  return { ...lstmUnit(s), back: lstmUnitBack(s, s) };
}

function whatHappens({ f, i, o }) {
  const [open, shut] = [0.9, 0.1];
  if (f >= open && i <= shut) return o <= shut ? "Held in secret" : "Held";
  if (f <= shut) return i >= open ? "Replaced" : i <= shut ? "Wiped out" : "Nearly replaced";
  if (f >= open && i >= open) return "Added up";
  return i <= shut ? "Fading" : "Mixed";
}

export function tell(s, { keep, add, c, h, back }) {
  if (s.way === "backward") {
    return {
      sentence:
        `Of the gradient at c, ${number(back.whole)}, the road hands on ${percent(s.f, fine(s.f))}: ${number(back.dc_prev)} ` +
        `goes to the step before. Over ${FAR} steps with this f it would be ${percent(s.f ** FAR, 1)}. ` +
        `The gates get df ${number(back.df)}, di ${number(back.di)}, do ${number(back.do)}, the candidate dg ${number(back.dg)}.`,
      description:
        `The LSTM cell, backward: dc ${number(s.dc)} and dh ${number(s.dh)} come in at the right, together ` +
        `${number(back.whole)} at c, and ${number(back.dc_prev)} leaves at the left.`,
    };
  }
  return {
    sentence:
      `${whatHappens(s)}: the forget gate keeps ${percent(s.f, fine(s.f))} of the old ${number(s.c_prev)}, the input gate ` +
      `lets in ${percent(s.i)} of the candidate ${number(s.g)}, and the memory is now ${number(c)}. ` +
      `The output gate shows ${percent(s.o)} of its tanh: h\u00a0=\u00a0${number(h)}.`,
    description:
      `The LSTM cell with numbers at its wires: c_prev ${number(s.c_prev)}, f times c_prev ${number(keep)}, ` +
      `i times g ${number(add)}, c ${number(c)}, h ${number(h)}.`,
  };
}

const fine = (f) => (Number.isInteger(Math.round(f * 1e6) / 1e4) ? 0 : 1);

// --- the picture ---

function picture(svg, width, { change, state }) {
  const across = (share) => Math.round(share * width);
  const x = Object.fromEntries(Object.entries(LEVELS).map(([name, { at }]) => [name, across(at)]));
  const [sum, last, right] = [(x.i + x.g) / 2, across(LAST), width - 4];
  shape(svg, "rect", { x: x.c_prev + 24, y: 18, width: last + 18 - x.c_prev - 24, height: 138, rx: 12, class: "body" });
  const wires = {
    c_prev: wire(svg, "road", [[x.c_prev, BAR_TOP], [x.c_prev, ROAD], [x.f - 13, ROAD]], [(x.c_prev + x.f) / 2 + 8, ROAD - 10]),
    keep: wire(svg, "road", [[x.f + 13, ROAD], [sum - 13, ROAD]], [(x.f + sum) / 2, ROAD - 10]),
    c: wire(svg, "road", [[sum + 13, ROAD], [right, ROAD]], [(sum + last) / 2 - 4, ROAD - 10]),
    add: wire(svg, "candidate", [[sum, PRODUCT - 13], [sum, ROAD + 13]], [sum + 27, (PRODUCT + ROAD) / 2 + 4]),
    f: wire(svg, "forget", [[x.f, BAR_TOP], [x.f, ROAD + 13]], [x.f - 26, 150]),
    i: wire(svg, "input", [[x.i, BAR_TOP], [x.i, PRODUCT], [sum - 13, PRODUCT]], [x.i - 26, 150]),
    g: wire(svg, "candidate", [[x.g, BAR_TOP], [x.g, PRODUCT], [sum + 13, PRODUCT]], [x.g - 26, 150]),
    squashed: wire(svg, "road", [[last, ROAD + 4], [last, PRODUCT - 13]], [last - 28, PRODUCT - 18]),
    o: wire(svg, "output", [[x.o, BAR_TOP], [x.o, PRODUCT], [last - 13, PRODUCT]], [x.o - 26, 150]),
    h: wire(svg, "output", [[last, PRODUCT + 13], [last, 214], [right, 214]], [last + 4, 234]),
  };
  for (const [cx, cy, sign] of [[x.f, ROAD, "×"], [sum, ROAD, "+"], [sum, PRODUCT, "×"], [last, PRODUCT, "×"]]) {
    shape(svg, "circle", { cx, cy, r: 12, class: "operator" });
    shape(svg, "text", { x: cx, y: cy + 6, class: "sign" }, sign);
  }
  shape(svg, "rect", { x: last - 18, y: ROAD + 15, width: 36, height: 18, rx: 5, class: "operator" });
  shape(svg, "text", { x: last, y: ROAD + 28, class: "tick", "text-anchor": "middle" }, "tanh");
  const ends = [[x.c_prev, 30, "c_prev"], [right, 34, "c"], [right, 205, "h"]].map(([at, up, name], k) =>
    shape(svg, "text", { x: at, y: up, class: "name", "text-anchor": k ? "end" : "middle" }, name),
  );
  const levels = Object.keys(LEVELS).map((name) => level(svg, name, x[name], { change, state }));
  return { height: HEIGHT, draw: (s, found) => drawState(s, found, { wires, levels, ends }) };
}

function drawState(s, found, { wires, levels, ends }) {
  const backward = s.way === "backward";
  const { back } = found;
  const values = backward
    ? { c_prev: back.dc_prev, keep: back.whole, c: s.dc, add: back.whole, f: back.df, i: back.di, g: back.dg, o: back.do, squashed: back.through_h, h: s.dh }
    : { ...s, ...found };
  for (const [name, draw] of Object.entries(wires)) draw(values[name], backward);
  ["c_prev", "c", "h"].forEach((name, k) => (ends[k].textContent = backward ? `d${name}` : name));
  for (const draw of levels) draw(s);
}

/** A wire with its number: as wide as the value is large, dashed where it is negative, its arrow turned backward. */
function wire(svg, hue, points, [textX, textY]) {
  const colour = HUES[hue];
  const d = points.map(([x, y], k) => `${k ? "L" : "M"}${x} ${y}`).join("");
  const line = shape(svg, "path", { d, class: "wire", stroke: colour });
  const head = shape(svg, "path", { d: "M-7 -6L5 0L-7 6Z", fill: colour });
  const said = shape(svg, "text", { x: textX, y: textY, class: "num", "text-anchor": "middle" });
  return (value, backward) => {
    const size = Math.min(1.2, Math.abs(value));
    set(line, { "stroke-width": (1.5 + 8 * size).toFixed(2), "stroke-dasharray": value < 0 ? "5 6" : "none" });
    const [tip, from] = backward ? [points[0], points[1]] : [points.at(-1), points.at(-2)];
    const turn = (Math.atan2(tip[1] - from[1], tip[0] - from[0]) * 180) / Math.PI;
    const inset = 5;
    const [dx, dy] = [Math.cos((turn * Math.PI) / 180) * inset, Math.sin((turn * Math.PI) / 180) * inset];
    set(head, { transform: `translate(${tip[0] - dx} ${tip[1] - dy}) rotate(${turn}) scale(${0.8 + 0.5 * size})` });
    const faint = Math.abs(value) < 0.005 ? 0.35 : 1;
    line.style.opacity = head.style.opacity = faint;
    said.textContent = signed(value);
  };
}

/** A level to drag, or to move by key: a slider within the picture. */
function level(svg, name, x, { change, state }) {
  const { low, high, hue, name: label, short } = LEVELS[name];
  const handle = shape(svg, "g", { class: "level", tabindex: 0, role: "slider", "aria-label": label, "aria-orientation": "vertical", "aria-valuemin": low, "aria-valuemax": high });
  const half = 19;
  shape(handle, "rect", { x: x - half - 4, y: BAR_TOP - 4, width: 2 * half + 8, height: BAR_HEIGHT + 34, class: "touch" });
  shape(handle, "rect", { x: x - half, y: BAR_TOP, width: 2 * half, height: BAR_HEIGHT, rx: 5, class: "frame" });
  const filled = shape(handle, "rect", { x: x - half + 2, width: 2 * half - 4, fill: HUES[hue] });
  const line = shape(handle, "rect", { x: x - half - 3, width: 2 * half + 6, height: 5, rx: 2, fill: "currentColor" });
  const said = shape(handle, "text", { x, y: BAR_TOP + BAR_HEIGHT + 15, class: "num", "text-anchor": "middle" });
  shape(handle, "text", { x, y: BAR_TOP + BAR_HEIGHT + 31, class: "name", "text-anchor": "middle" }, short);

  const move = (value, s = state()) => {
    const by = stepOf(name, s);
    const rounded = Math.round(Math.min(high, Math.max(low, value)) / by) * by;
    change({ [name]: Number(rounded.toFixed(4)) });
  };
  const follow = (event) => {
    const box = svg.getBoundingClientRect();
    const up = ((event.clientY - box.top) / box.height) * HEIGHT;
    move(low + ((BAR_TOP + BAR_HEIGHT - up) / BAR_HEIGHT) * (high - low));
  };
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
    follow(event);
  });
  handle.addEventListener("pointermove", (event) => handle.hasPointerCapture(event.pointerId) && follow(event));
  handle.addEventListener("keydown", (event) => {
    const by = stepOf(name, state());
    const near = by < 0.01 ? by : 0.05;
    const moves = { ArrowUp: near, ArrowRight: near, ArrowDown: -near, ArrowLeft: -near, PageUp: (high - low) / 4, PageDown: (low - high) / 4 };
    const value = { Home: low, End: high }[event.key] ?? state()[name] + moves[event.key];
    if (Number.isNaN(value)) return;
    event.preventDefault();
    move(value);
  });
  const place = (value) => BAR_TOP + BAR_HEIGHT * (1 - (value - low) / (high - low));
  return (s) => {
    const [at, zero] = [place(s[name]), place(0)];
    set(filled, { y: Math.min(at, zero), height: Math.abs(at - zero) });
    set(line, { y: at - 2.5 });
    said.textContent = told(s[name], { step: stepOf(name, s) });
    const text = low === 0 ? `${percent(s[name], fine(s[name]))} open` : said.textContent;
    set(handle, { "aria-valuenow": s[name], "aria-valuetext": text });
  };
}

/** The last task asks for a forget gate to a thousandth. */
const stepOf = (name, s) => (name === "f" && s.task === "far_back" ? 0.001 : 0.01);

// --- the tasks, and which way the numbers run ---

function extend(box, { data, change, state, model }) {
  const ways = tag(box, "div", { class: "row" });
  const turn = data.teaser ? undefined : button(ways, "", () => change({ way: state().way === "forward" ? "backward" : "forward" }));
  const next = data.teaser ? undefined : button(ways, "Take the step: c becomes c_prev", () => takeStep({ change, state }));
  const gradients = ["dc", "dh"].map((name) => gradientSlider(box, name, { change, state }));
  const list = tag(box, "div", { class: "row", role: "group", "aria-label": "Tasks" });
  const buttons = data.tasks.map(({ id, title, start }) =>
    [id, button(list, title, () => change({ ...start, task: id, steps: 0 })), title]);
  const asked = tag(box, "div", { class: "task" });
  const words = tag(asked, "p");
  const guesses = tag(asked, "div", { class: "row", role: "group", "aria-label": "Your guess" });
  const verdict = tag(asked, "p", { role: "status" });
  let current;
  return (s, found) => {
    const task = data.tasks.find(({ id }) => id === s.task);
    if (task && current !== task.id) {
      current = task.id;
      words.textContent = task.ask;
      guesses.replaceChildren();
      for (const guess of task.guesses) button(guesses, guess, () => change({ guesses: { ...state().guesses, [task.id]: guess } }));
    }
    asked.hidden = !task;
    const solved = model.get("solved");
    const guess = task && s.guesses[task.id];
    if (task && guess !== undefined && !solved.includes(task.id) && SOLVED[task.id](s, found)) {
      model.set("solved", [...solved, task.id]);
      model.save_changes();
    }
    const done = model.get("solved");
    for (const [id, pressed, title] of buttons) {
      pressed.textContent = (done.includes(id) ? "✓ " : "") + title;
      pressed.classList.toggle("solved", done.includes(id));
      set(pressed, { "aria-pressed": id === s.task });
    }
    for (const choice of guesses.children) set(choice, { "aria-pressed": choice.textContent === guess });
    verdict.textContent = task ? status(task, guess, done.includes(task.id), s) : "";
    verdict.classList.toggle("solved", Boolean(task) && done.includes(task.id));
    if (turn) turn.textContent = s.way === "forward" ? "Show the way back" : "Show the way forward";
    if (next) next.hidden = s.way === "backward";
    for (const show of gradients) show(s);
  };
}

export function takeStep({ change, state }) {
  const s = state();
  // As far as the level of c_prev reaches, and in its steps, so that what is shown is what counts.
  const c = Math.min(3, Math.max(-3, Math.round(100 * lstmUnit(s).c) / 100));
  change({ c_prev: c, steps: s.steps + 1 });
}

function status(task, guess, solved, s) {
  if (guess === undefined) return "Guess first: press one of these.";
  const taken = task.id === "reach" && !solved ? ` Steps taken: ${s.steps}.${s.steps >= 3 ? " Press the task to start again." : ""}` : "";
  if (!solved) return `You say: ${guess}. Now make it so.${taken}`;
  return guess === task.answer ? `✓ Solved, and your guess was right: ${guess}.` : `✓ Solved. You guessed: ${guess}. It was: ${task.answer}.`;
}

/** The gradient that comes in at the right, to be set on the way back. */
function gradientSlider(box, name, { change, state }) {
  const row = tag(box, "label", { class: "slider" }, `gradient ${name} from the right`);
  const value = tag(row, "output");
  const input = tag(row, "input", { type: "range", min: -1, max: 1, step: 0.05, "aria-label": `gradient ${name} from the right` });
  input.addEventListener("input", () => change({ [name]: Number(input.value) }, state));
  return (s) => {
    row.hidden = s.way === "forward";
    input.value = s[name];
    value.textContent = number(s[name]);
    set(input, { "aria-valuetext": value.textContent });
  };
}

export function render(place) {
  return explore(place, { step, tell, picture, extend, role: "group" });
}
