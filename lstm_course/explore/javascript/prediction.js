// A form that asks for a prediction: a number, one of a few answers, or an order.

import { set, tag } from "./drawing.js";
import { button } from "./explorable.js";

// Elements that name each other need names of their own in the page, where other forms stand as well.
let forms = 0;

/** Places for the answer of each kind; gives a function that reads it, null where it is not complete. */
const FIELDS = {
  number(box, { unit }, id) {
    const label = tag(box, "label", { class: "row" }, "Your number: ");
    const input = tag(label, "input", { id, type: "text", inputmode: "decimal", size: 8, autocomplete: "off" });
    if (unit) label.append(` ${unit}`);
    return () => input.value.trim() || null;
  },
  choice(box, { options }, id) {
    const inputs = options.map((option) => {
      const label = tag(box, "label", { class: "option" });
      const input = tag(label, "input", { type: "radio", name: id, value: option });
      label.append(` ${option}`);
      return input;
    });
    return () => inputs.find((input) => input.checked)?.value ?? null;
  },
  order(box, { options }) {
    const menus = options.map((_, k) => {
      const label = tag(box, "label", { class: "option" }, `${k + 1}. `);
      const menu = tag(label, "select");
      for (const option of ["", ...options]) tag(menu, "option", { value: option }, option || "…");
      return menu;
    });
    return () => {
      const chosen = menus.map((menu) => menu.value);
      return new Set(chosen).size === options.length && !chosen.includes("") ? chosen : null;
    };
  },
};

/** Puts the form into the page. */
export function render({ model, el }) {
  el.classList.add("lstm-explorable");
  el.replaceChildren();
  const id = `lstm-prediction-${Math.random().toString(36).slice(2)}-${++forms}`;
  const form = tag(el, "form", { class: "box" });
  // JupyterLab takes keys for itself, unless the very element that has the focus asks it not to.
  form.addEventListener("focusin", ({ target }) => set(target, { "data-lm-suppress-shortcuts": "true" }));
  const fields = tag(form, "fieldset");
  tag(fields, "legend", { class: "question" }, model.get("question"));
  const read = FIELDS[model.get("form").kind](fields, model.get("form"), id);
  const row = tag(fields, "div", { class: "row" });
  const label = tag(row, "label", {}, "How sure are you? ");
  const sure = tag(label, "select");
  tag(sure, "option", { value: "" }, "not said");
  for (const percent of model.get("sure")) tag(sure, "option", { value: percent }, `${percent} %`);
  const keep = button(row, "Keep my prediction", () => {});
  keep.type = "submit";
  const said = tag(form, "p", { role: "status" });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const answer = read();
    if (answer === null) {
      said.textContent = "Answer first: your prediction is not complete.";
      return;
    }
    model.set("guess", { answer, sure: sure.value ? Number(sure.value) : null });
    model.save_changes();
  });
  const show = () => {
    said.textContent = model.get("said");
    fields.disabled = model.get("done");
  };
  show();
  model.on("change:said", show);
  model.on("change:done", show);
  return () => {
    model.off?.("change:said", show);
    model.off?.("change:done", show);
  };
}
