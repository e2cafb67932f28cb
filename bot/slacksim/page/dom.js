// Creating elements. Text from a log, a message or a file can enter the document
// only as a text node.

const forbidden = /^(on|style$|src|href$|action$|formaction$)/i;

// h creates an element: attributes (false, null and undefined are omitted), then
// children: nodes, strings, or arrays of them.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (forbidden.test(name)) throw new Error(`h does not set ${name}`);
    element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

// append appends children; strings become text nodes.
export function append(parent, children) {
  for (const child of [children].flat(Infinity)) {
    if (child == null || child === false) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return parent;
}

// on adds a listener and returns the element.
export function on(element, type, listener) {
  element.addEventListener(type, listener);
  return element;
}

// button creates a button with a click handler.
export function button(attributes, onClick, ...children) {
  return on(h("button", { type: "button", ...attributes }, ...children), "click", onClick);
}

// safeURL returns the address if it is http or https, otherwise null.
export function safeURL(address) {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

// anchor creates a link to another site, or plain text if the address is not http
// or https.
export function anchor(address, attributes, ...children) {
  const url = safeURL(address);
  if (!url) return h("span", { ...attributes, title: `not a web address: ${spelled(address)}` }, ...children);
  const a = h("a", { ...attributes, rel: "noopener noreferrer", target: "_blank" }, ...children);
  a.href = url;
  return a;
}

// download creates a download link to a path of this server.
export function download(path, attributes, ...children) {
  const a = h("a", { ...attributes, download: true }, ...children);
  a.href = new URL(path, location.origin).href;
  return a;
}

// Invisible characters that change how others are shown: control characters and
// marks of the reading direction.
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const spelling = (c) => `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`;

// spelled returns text with invisible characters spelled out, for places that
// cannot hold nodes.
export const spelled = (text) => String(text ?? "").replace(invisible, spelling);

// literal returns text as nodes, with invisible characters spelled out and marked.
export function literal(text) {
  text = String(text ?? "").replaceAll("\r\n", "\n");
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(invisible)) {
    if (found.index > from) nodes.push(document.createTextNode(text.slice(from, found.index)));
    nodes.push(h("span", { class: "odd" }, spelling(found[0])));
    from = found.index + found[0].length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

// showDialog opens a modal dialog and removes it when it is closed.
export function showDialog(dialog) {
  document.body.append(dialog);
  on(dialog, "close", () => dialog.remove());
  dialog.showModal();
  return dialog;
}

// rovingTabindex lets the arrow keys move between the items of a container, only
// one of which is in the tab order. items returns them in order.
export function rovingTabindex(container, items, { keys = ["ArrowUp", "ArrowDown"] } = {}) {
  const mark = (chosen) => {
    for (const item of items()) item.tabIndex = item === chosen ? 0 : -1;
  };
  on(container, "keydown", (event) => {
    const list = items();
    const at = list.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = { [keys[0]]: at - 1, [keys[1]]: at + 1, Home: 0, End: list.length - 1 }[event.key];
    if (next === undefined || !list[next]) return;
    event.preventDefault();
    mark(list[next]);
    list[next].focus();
  });
  on(container, "focusin", (event) => {
    const item = items().find((one) => one.contains(event.target));
    if (item) mark(item);
  });
  return {
    // settle makes exactly one item part of the tab order after the items have
    // changed.
    settle(preferred) {
      const list = items();
      if (!list.length) return;
      const current = list.find((item) => item.tabIndex === 0 && item.dataset.roving === "yes");
      for (const item of list) item.dataset.roving = "yes";
      mark(current ?? preferred ?? list[0]);
    },
  };
}
