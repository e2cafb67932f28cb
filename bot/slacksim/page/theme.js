// Light or dark theme, or that of the system.

import { button } from "./dom.js";
import { icon } from "./icons.js";

const order = ["auto", "light", "dark"];
const pictures = { auto: "half", light: "sun", dark: "moon" };
const key = "slacksim-theme";

// storage wraps localStorage; without it nothing is stored.
export const storage = {
  get(name) {
    try { return localStorage.getItem(name); } catch { return null; }
  },
  set(name, value) {
    try { localStorage.setItem(name, value); } catch { /* not stored */ }
  },
};

let theme = order.includes(storage.get(key)) ? storage.get(key) : "auto";

export function applyTheme() {
  document.documentElement.dataset.theme = theme;
}

// ThemeButton switches between the three themes.
export function ThemeButton() {
  const toggle = button({ class: "tool theme" }, () => {
    theme = order[(order.indexOf(theme) + 1) % order.length];
    storage.set(key, theme);
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
