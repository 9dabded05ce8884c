// What the page's scripts share: the chosen event, the colours of the page, and elements made in one line.
"use strict";

document.documentElement.classList.add("scripted");

const glasscape = {
  // The event that table, plots and view show; 0: none. Numbers count over the whole page.
  chosen: 0,
  listeners: [],
  choose(number) {
    if (!number || number === this.chosen) return;
    this.chosen = number;
    for (const listener of this.listeners) listener(number);
  },

  element(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  },

  // "@K" or "@K/ALPHA" of the palette, or "@paper", as the page has it now, light or dark. Asked for once per scheme: each
  // question makes the browser work out the styles of the whole page.
  colors: new Map(),
  color(text) {
    const [name, alpha] = text.slice(1).split("/");
    if (!this.colors.has(name)) {
      const probe = this.element("i", name === "paper" ? {style: "color:var(--paper)"} : {class: "ink-" + name});
      document.body.append(probe);
      this.colors.set(name, getComputedStyle(probe).color);
      probe.remove();
    }
    const color = this.colors.get(name);
    return alpha === undefined ? color : color.replace("rgb(", "rgba(").replace(")", `, ${alpha})`);
  },

  onSchemeChange(redraw) {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colors.clear();
      redraw();
    });
  },
};
