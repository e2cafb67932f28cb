// Light, dark, or as the system is.

import { button } from "./dom.js";
import { icon } from "./icons.js";

const order = ["auto", "light", "dark"];
const pictures = { auto: "half", light: "sun", dark: "moon" };
const key = "slacksim-theme";

// remembered reads and writes what the browser keeps for the page; without
// storage it forgets.
export const remembered = {
  get(name) {
    try { return localStorage.getItem(name); } catch { return null; }
  },
  set(name, value) {
    try { localStorage.setItem(name, value); } catch { /* forgotten, then */ }
  },
};

let theme = order.includes(remembered.get(key)) ? remembered.get(key) : "auto";

export function applyTheme() {
  document.documentElement.dataset.theme = theme;
}

// ThemeButton goes round the three.
export function ThemeButton() {
  const toggle = button({ class: "tool theme" }, () => {
    theme = order[(order.indexOf(theme) + 1) % order.length];
    remembered.set(key, theme);
    applyTheme();
    draw();
  });
  const draw = () => {
    const label = `Theme: ${theme === "auto" ? "as the system" : theme}`;
    toggle.setAttribute("aria-label", label);
    toggle.title = label;
    toggle.replaceChildren(icon(pictures[theme]));
  };
  draw();
  return toggle;
}
