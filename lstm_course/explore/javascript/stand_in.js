// For a page without a kernel: the part of a model that an explorable needs, and where it goes.

/** The part of a model that an explorable needs, for a page without a kernel. */
export function standIn(values) {
  const [now, listeners] = [{ ...values }, {}];
  return {
    get: (name) => now[name],
    set: (name, value) => {
      now[name] = value;
      for (const listener of listeners[`change:${name}`] ?? []) listener();
    },
    save_changes: () => {},
    on: (name, listener) => (listeners[name] ??= []).push(listener),
  };
}

/** Draws an explorable wherever the page has a place for it. */
export function mount(name, render) {
  for (const el of document.querySelectorAll(`[data-explorable="${name}"]`)) {
    const page = JSON.parse(el.querySelector("script[type='application/json']").textContent);
    render({ model: standIn(page), el });
  }
}
