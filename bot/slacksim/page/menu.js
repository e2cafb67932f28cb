// A small menu below a button: arrow keys move, Enter selects, Escape closes.

import { anchor, button, h, literal, on, rovingTabindex, safeURL } from "./dom.js";

let current = null;

// openMenu shows entries: {label, hint, does, url, icon}.
export function openMenu(opener, entries) {
  current?.();
  const choose = (entry) => () => {
    close();
    entry.does();
  };
  const items = entries.map((entry) => {
    const attributes = { class: "menu-item", role: "menuitem", tabindex: "-1" };
    const inside = [entry.icon, h("span", {}, literal(entry.label), entry.hint && h("small", {}, literal(entry.hint)))];
    return entry.url && safeURL(entry.url)
      ? on(anchor(entry.url, attributes, ...inside), "click", choose(entry))
      : button(attributes, choose(entry), ...inside);
  });
  const menu = h("div", { class: "menu", role: "menu", "aria-label": opener.getAttribute("aria-label") ?? "Menu" }, items);
  const outside = (event) => {
    if (!menu.contains(event.target) && !opener.contains(event.target)) close(false);
  };
  function close(refocus = true) {
    if (current !== close) return;
    current = null;
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    opener.setAttribute("aria-expanded", "false");
    if (refocus && opener.isConnected) opener.focus();
  }
  current = close;
  on(menu, "keydown", (event) => {
    if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  document.addEventListener("pointerdown", outside, true);
  rovingTabindex(menu, () => items);
  opener.setAttribute("aria-expanded", "true");
  (opener.closest("dialog") ?? document.body).append(menu);
  position(menu, opener);
  items[0]?.focus();
  return menu;
}

function position(menu, opener) {
  const at = opener.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const margin = 8;
  const below = at.bottom + 4 + size.height < innerHeight;
  menu.style.top = `${Math.max(margin, below ? at.bottom + 4 : at.top - size.height - 4)}px`;
  menu.style.left = `${Math.max(margin, Math.min(at.left, innerWidth - size.width - margin))}px`;
}
