// What a trained classifier holds of a review, and what it would say, after each word.

import { chart } from "./charts.js";
import { HUES, percent, set, shape } from "./drawing.js";
import { explore } from "./explorable.js";

const ROW = 15; // pixels of a unit's row of states

const points = (move) => {
  const rounded = Math.round(100 * move);
  return rounded ? `${rounded > 0 ? "+" : "−"}${Math.abs(rounded)} points` : "0 points";
};

const review = (s, { reviews }) => reviews.find(({ title }) => title === s.title) ?? reviews[0];

export function step(s, data) {
  const { words, verdicts } = review(s, data);
  const read = Math.min(s.read, words.length);
  const moves = verdicts.slice(0, read).map((verdict, k) => verdict - (k ? verdicts[k - 1] : 0.5));
  const strongest = moves.reduce((best, move, k) => (Math.abs(move) > Math.abs(moves[best]) ? k : best), 0);
  return { read, moves, strongest };
}

export const refine = (s, data) => ({ read: { max: review(s, data).words.length } });

export function tell(s, { read, moves, strongest }, data) {
  const { words, verdicts, units } = review(s, data);
  return {
    sentence:
      `After ${read} of ${words.length} words, the last one “${words[read - 1]}”, it says ${percent(verdicts[read - 1])} good; ` +
      `that word moved it by ${points(moves[read - 1])}. The strongest word so far: “${words[strongest]}” ` +
      `(word ${strongest + 1}, ${points(moves[strongest])}).`,
    description:
      `The verdict of a classifier on a review of ${words.length} words, after each of the first ${read}: it ends at ` +
      `${verdicts[read - 1].toFixed(2)}, where 0 is bad and 1 is good. Below, the cell states of ${units.length} units.`,
  };
}

function picture(svg, width, { data }) {
  const shown = Math.max(10, Math.floor((width - 60) / 22)); // words that have room beside each other
  const most = Math.max(...data.reviews.map(({ units }) => units.length));
  const limits = new Map(data.reviews.map(({ title, states }) => [title, Math.max(1, ...states.flat().map(Math.abs))]));
  const box = { left: 46, top: 22, width: width - 56, height: 100 };
  const axis = { from: 0, to: 1, ticks: [0, 0.5, 1], label: "verdict: 1 is good" };
  const { atY } = chart(svg, { ...box, x: { from: 0, to: 1, ticks: [], label: "" }, y: axis });
  const [wordsAt, statesAt] = [box.top + box.height + 72, box.top + box.height + 96];
  shape(svg, "text", { x: 0, y: statesAt - 7, class: "label" }, "cell state, by unit; a dash: below 0");
  const cell = box.width / shown;
  const columns = Array.from({ length: shown }, (_word, k) => {
    const x = box.left + (k + 0.5) * cell;
    const word = shape(svg, "text", { transform: `translate(${x + 4} ${wordsAt}) rotate(-90)`, class: "tick" });
    const squares = Array.from({ length: most }, (_unit, unit) => {
      const y = statesAt + unit * ROW;
      const square = shape(svg, "rect", { x: x - cell / 2 + 0.5, y, width: cell - 1, height: ROW - 1 });
      return [square, shape(svg, "path", { d: `M${x - 3} ${y + ROW / 2}h6`, stroke: "currentColor", "stroke-width": 2 })];
    });
    return { x, word, squares, dot: shape(svg, "circle", { cx: x, fill: HUES.lstm }) };
  });
  const names = Array.from({ length: most }, (_, unit) => shape(svg, "text", { x: 40, y: statesAt + unit * ROW + 11, class: "tick", "text-anchor": "end" }));
  function draw(s, { read }) {
    const one = review(s, data);
    // It jumps by half a picture, so that with most words only one column changes.
    const half = Math.floor(shown / 2);
    const first = Math.max(0, Math.min(half * Math.floor((read - 1) / half - 0.5), one.words.length - shown));
    columns.forEach((column, k) => drawWord(column, one, first + k, { read, atY, limit: limits.get(one.title) }));
    names.forEach((name, unit) => (name.textContent = one.units[unit] ?? ""));
  }
  return { height: statesAt + most * ROW + 4, draw };
}

/** The column of one word: the word, the verdict after it, the states after it. */
function drawWord(column, { title, words, verdicts, states }, t, { read, atY, limit }) {
  const stands = `${title} ${t} ${t < read} ${t === read - 1}`;
  if (column.stands === stands) return;
  column.stands = stands;
  const { word, dot, squares } = column;
  word.textContent = (words[t] ?? "").slice(0, 11);
  set(word, { opacity: t < read ? 1 : 0.75, "font-weight": t === read - 1 ? 700 : 400 });
  const last = t === read - 1;
  dot.style.visibility = t < read ? "visible" : "hidden";
  if (t < read) set(dot, { cy: atY(verdicts[t]), r: last ? 7 : 3.5, stroke: last ? "currentColor" : "none" });
  squares.forEach(([square, dash], unit) => {
    const share = t < read ? (states[t][unit] ?? 0) / limit : 0;
    set(square, { opacity: Math.abs(share).toFixed(2), fill: share < 0 ? HUES.negative : HUES.size });
    dash.style.visibility = share < -0.2 ? "visible" : "hidden";
  });
}

export function render(place) {
  const { model } = place;
  let title = model.get("state").title;
  model.on("change:state", () => {
    const state = model.get("state");
    if (state.title === title) return;
    title = state.title;
    const { words } = review(state, model.get("data"));
    model.set("state", { ...state, read: Math.max(1, Math.floor(words.length / 2)) });
  });
  return explore(place, { step, tell, picture, refine });
}
