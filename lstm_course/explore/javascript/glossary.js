// What the words in labels mean: over a label of the picture, with a slider, and in a list to be opened.

import { set, shape, tag } from "./drawing.js";

export const GLOSSARY = {}; // that of the lessons, notebooks/glossary.md, which explorer.py puts in
const SYMBOLS = { b: "bias", f: "forget gate", i: "input gate", o: "output gate", g: "candidate", c: "cell state", h: "hidden state", z: "update gate", r: "reset gate" };

/** The terms in a label: words of the glossary, the longer before the shorter, and letters that stand for one. */
export function termsIn(label, glossary = GLOSSARY) {
  const terms = Object.keys(glossary).sort((one, other) => other.length - one.length);
  if (!terms.length) return [];
  const found = [...label.toLowerCase().matchAll(new RegExp(`\\b(${terms.join("|")})(?=s?\\b)`, "g"))].map(([term]) => term);
  const letters = [...label.matchAll(/(?<![\w'])([bfiogchzr])(?:_prev)?(?!\w)/g)].map(([, letter]) => SYMBOLS[letter]);
  return [...new Set([...found, ...letters])].filter((term) => term in glossary);
}

let lists = 0; // several explorables may stand in a page, and each has ids of its own

const meanings = (terms) => terms.map((term) => `${term}: ${GLOSSARY[term]}`).join("\n");

/**
 * Explains the labels of an explorable; gives a function to call after each change.
 *
 * A label of the picture shows its words when the mouse is over it. A slider is described by them. All stand in one list,
 * a single stop of the Tab key, which a finger opens as well.
 */
export function explain(box, svg, own) {
  const name = ++lists;
  const list = tag(box, "details", { class: "glossary" });
  tag(list, "summary", {}, "The words here");
  const entries = tag(list, "dl");
  const idOf = (term) => `lstm-${own}-${name}-${term.replace(/\W/g, "-")}`;
  const seen = new Map(); // label -> its terms, so that a redraw looks nothing up twice
  const terms = (label) => seen.get(label) ?? seen.set(label, termsIn(label)).get(label);
  let listed = "";
  return () => {
    const here = new Set();
    const look = (label) => terms(label).map((term) => here.add(term) && term);
    for (const text of svg.querySelectorAll("text:not(.num):not(.tick)")) {
      const over = text.firstElementChild;
      const told = meanings(look(over ? text.firstChild.textContent : text.textContent));
      // The site marks words that were searched for, and would look for the place of a title on the page.
      if (!over && told) shape(text, "title", { class: "nohighlight" }, told);
    }
    const described = [];
    for (const label of box.querySelectorAll("label")) {
      const found = look(label.textContent);
      if (found.length) label.title = meanings(found);
      if (label.control) described.push([label.control, found]);
    }
    for (const handle of svg.querySelectorAll("[role=slider]")) described.push([handle, look(handle.getAttribute("aria-label"))]);
    // Handles of the picture are new ones when its width has changed.
    for (const [control, found] of described) if (found.length) set(control, { "aria-describedby": found.map(idOf).join(" ") });
    const names = [...here].sort();
    if (names.join() === listed) return;
    listed = names.join();
    list.hidden = !names.length;
    entries.replaceChildren();
    for (const term of names) {
      tag(entries, "dt", {}, term);
      tag(entries, "dd", { id: idOf(term) }, GLOSSARY[term]);
    }
  };
}
