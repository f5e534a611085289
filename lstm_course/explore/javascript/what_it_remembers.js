// A text of one's own, read by the trained classifier of lesson 4, with a bag of words beside it: which word moved the
// verdict, which one flips it when it goes, and how far away it is still remembered.

import { chart, path } from "./charts.js";
import { HUES, count, number, percent, set, shape, tag } from "./drawing.js";
import { button, explore } from "./explorable.js";
import { makeReader, tokenise } from "./reader.js";

const readers = new WeakMap(); // of the file, which is unpacked once
const FAR = 60; // words, at a click

function readerOf(data) {
  if (!readers.has(data.network)) readers.set(data.network, makeReader(data.network));
  return readers.get(data.network);
}

/** The words as they are read: the text, then as many of the words that say nothing as are asked for. */
function wordsOf({ text, gap }, { filler }) {
  const words = tokenise(text);
  return { words, all: [...words, ...Array.from({ length: words.length ? gap : 0 }, (_, k) => filler[k % filler.length])] };
}

export function step(s, data) {
  const reader = readerOf(data);
  const { words, all } = wordsOf(s, data);
  const verdicts = reader.verdicts(all);
  const moves = verdicts.map((verdict, k) => verdict - (k ? verdicts[k - 1] : 0.5));
  const first = reader.verdicts(tokenise(s.first)).at(-1) ?? 0.5;
  const verdict = verdicts.at(-1) ?? 0.5;
  return {
    words, verdicts, moves, verdict, first,
    bag: reader.bag(words),
    unknown: words.filter((word) => !reader.knows(word)).length,
    flipped: words.length > 0 && verdict > 0.5 !== first > 0.5,
  };
}

const says = (verdict) => `${verdict > 0.5 ? "praise" : "blame"} (${percent(verdict)} praise)`;

export function tell({ gap, chosen }, { words, moves, verdict, bag, unknown, flipped }) {
  if (!words.length) return { sentence: "Write a text, or take one of ours.", description: "No text yet." };
  const strongest = words.reduce((best, _word, k) => (Math.abs(moves[k]) > Math.abs(moves[best]) ? k : best), 0);
  const disagree = verdict > 0.5 !== bag > 0.5 ? " They disagree." : "";
  const far = gap ? ` after ${gap} more words that say nothing` : "";
  const strange = unknown ? ` ${count(unknown, "word")} of the text it has never seen.` : "";
  const word = words[chosen - 1];
  return {
    sentence:
      `The LSTM says ${says(verdict)}${far}, the bag of words ${says(bag)}.${disagree}${flipped ? " The verdict has flipped." : ""} ` +
      `“${words[strongest]}” moved it most, “${word}” by ${number(100 * moves[chosen - 1], 0)} points.${strange}`,
    description:
      `The verdict of the LSTM after each of ${words.length + gap} words: it ends at ${number(verdict)}, where 1 is praise. ` +
      `A dashed line shows the bag of words, ${number(bag)}.`,
  };
}

export const refine = (s, data) => ({ chosen: { max: Math.max(1, wordsOf(s, data).words.length) } });

function picture(svg, width) {
  const box = { left: 46, top: 24, width: width - 56, height: 120 };
  const y = { from: 0, to: 1, ticks: [0, 0.5, 1], label: "verdict after each word: 1 is praise" };
  const { atY, group } = chart(svg, { ...box, x: { from: 0, to: 1, ticks: [], label: "" }, y });
  const text = shape(group, "rect", { x: box.left, y: box.top, height: box.height, class: "empty" });
  const line = shape(group, "path", { class: "curve", stroke: HUES.lstm });
  const bag = shape(group, "path", { class: "curve", stroke: "currentColor", "stroke-dasharray": "6 5" });
  const dot = shape(group, "circle", { r: 6, fill: HUES.lstm, stroke: "currentColor" });
  shape(svg, "path", { class: "curve", stroke: HUES.lstm, d: `M${box.left + 4} 176h24` });
  shape(svg, "text", { x: box.left + 34, y: 180 }, "LSTM");
  shape(svg, "path", { class: "curve", stroke: "currentColor", "stroke-dasharray": "6 5", d: `M${box.left + 90} 176h24` });
  shape(svg, "text", { x: box.left + 120, y: 180 }, "bag of words");
  function draw({ chosen }, found) {
    const steps = Math.max(1, found.verdicts.length);
    const atX = (k) => box.left + ((k + 0.5) * box.width) / steps;
    set(text, { width: (box.width * found.words.length) / steps });
    set(line, { d: path(found.verdicts.map((_, k) => atX(k)), found.verdicts.map(atY)) });
    set(bag, { d: `M${box.left} ${atY(found.bag)}h${box.width}` });
    const at = found.verdicts[chosen - 1];
    dot.style.visibility = at === undefined ? "hidden" : "visible";
    if (at !== undefined) set(dot, { cx: atX(chosen - 1), cy: atY(at) });
  }
  return { height: 188, draw };
}

// --- the words, and what can be done with them ---

function extend(box, { data, change, state, frame }) {
  const named = tag(box, "label", { class: "slider" }, "your text");
  const input = tag(named, "textarea", { rows: 3 });
  input.addEventListener("input", () => change({ text: input.value, first: input.value, gap: 0, best: 0, chosen: 1 }));
  const samples = tag(box, "div", { class: "row", role: "group", "aria-label": "Texts of the course" });
  data.texts.forEach((text, k) => button(samples, `Text ${k + 1}`, () => change({ text, first: text, gap: 0, best: 0, chosen: 1 })));

  const cloud = tag(frame, "p", { class: "words" });
  const row = tag(frame, "div", { class: "row", role: "group", "aria-label": "The chosen word" });
  const edit = (make) => {
    const words = tokenise(state().text);
    const k = state().chosen - 1;
    const text = make(words, k).join(" ");
    change({ text, chosen: Math.max(1, Math.min(state().chosen, tokenise(text).length)) });
  };
  const remove = button(row, "", () => edit((words, k) => words.toSpliced(k, 1)));
  const other = tag(row, "input", { type: "text", size: 10, "aria-label": "another word" });
  button(row, "Put this in its place", () => other.value.trim() && edit((words, k) => words.toSpliced(k, 1, ...tokenise(other.value))));
  button(row, `${FAR} words farther away`, () => change({ gap: Math.min(240, state().gap + FAR) }));
  button(row, "As it was", () => change({ text: state().first, gap: 0 }));
  const found = tag(frame, "ul", { class: "found", "aria-label": "To find" });
  const goals = ["a word that flips the verdict", "the longest gap that it survives", "a text on which the two disagree"].map((goal) => tag(found, "li", {}, goal));
  const reached = [false, false, false];
  const chips = wordChips(cloud, change);

  return (s, now) => {
    if (input.value !== s.text) input.value = s.text;
    chips(s, now, data);
    remove.textContent = `Delete “${now.words[s.chosen - 1] ?? ""}”`;
    if (s.gap > s.best && !now.flipped) change({ best: s.gap });
    reached[0] ||= now.flipped && s.gap === 0 && s.text !== s.first;
    reached[1] ||= now.flipped && s.gap > 0 && s.text === s.first;
    reached[2] ||= now.words.length > 0 && now.verdict > 0.5 !== now.bag > 0.5;
    goals.forEach((goal, k) => goal.classList.toggle("solved", reached[k]));
    const survived = s.best === 240 ? "240 words, and more than there is room for" : `${s.best} words`;
    goals[1].textContent = `the longest gap that it survives: so far ${survived}`;
  };
}

/** The words, tinted by how they moved the verdict: solid below for praise, dashed for blame. A click chooses one. */
function wordChips(cloud, change) {
  let [chips, tinted] = [[], ""];
  return (s, { words, moves }, data) => {
    const reader = readerOf(data);
    chips.forEach((chip, k) => chip.classList.toggle("chosen", k === s.chosen - 1));
    if (tinted === `${words.join(" ")} ${moves.length}`) return;
    tinted = `${words.join(" ")} ${moves.length}`;
    if (chips.length !== words.length) {
      cloud.replaceChildren();
      chips = words.map((_, k) => {
        const chip = tag(cloud, "span");
        chip.addEventListener("click", () => change({ chosen: k + 1 }));
        cloud.append(" ");
        return chip;
      });
    }
    chips.forEach((chip, k) => {
      const strength = Math.min(1, Math.abs(moves[k]) / 0.3);
      chip.textContent = words[k];
      chip.className = `${moves[k] < 0 ? "blame" : "praise"}${k === s.chosen - 1 ? " chosen" : ""}${reader.knows(words[k]) ? "" : " unknown"}`;
      chip.style.setProperty("--strength", `${Math.round(45 * strength)}%`);
      chip.style.borderBottomWidth = `${(4 * strength).toFixed(1)}px`;
    });
  };
}

export function render(place) {
  return explore(place, { step, tell, picture, refine, extend });
}
