// How elements are made. Whatever comes from a log, a message or a file enters
// the document as a text node; there is no other way in here.

const barred = /^(on|style$|src|href$|action$|formaction$)/i;

// h makes an element: attributes (false, null and undefined are left out), then
// children: nodes, strings, or lists of them.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (barred.test(name)) throw new Error(`h does not set ${name}`);
    element.setAttribute(name, value === true ? "" : String(value));
  }
  put(element, children);
  return element;
}

// put appends children; strings become text nodes.
export function put(parent, children) {
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

// button makes a button that does something.
export function button(attributes, does, ...children) {
  return on(h("button", { type: "button", ...attributes }, ...children), "click", does);
}

// safeURL returns the address when it is one of the web, and null otherwise.
export function safeURL(address) {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

// anchor makes a link to another site, or plain text when the address is none
// of the web.
export function anchor(address, attributes, ...children) {
  const url = safeURL(address);
  if (!url) return h("span", { ...attributes, title: `not a web address: ${spelled(address)}` }, ...children);
  const a = h("a", { ...attributes, rel: "noopener noreferrer", target: "_blank" }, ...children);
  a.href = url;
  return a;
}

// download makes a link to one of this server's own files.
export function download(path, attributes, ...children) {
  const a = h("a", { ...attributes, download: true }, ...children);
  a.href = new URL(path, location.origin).href;
  return a;
}

// Characters that draw nothing themselves but change how their neighbours look:
// controls, and marks that turn the reading direction.
const odd = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const spelling = (c) => `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`;

// spelled is text with odd characters spelled out, for where no nodes can stand.
export const spelled = (text) => String(text ?? "").replace(odd, spelling);

// literal returns text as nodes, with odd characters spelled out and marked.
export function literal(text) {
  text = String(text ?? "").replaceAll("\r\n", "\n");
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(odd)) {
    if (found.index > from) nodes.push(document.createTextNode(text.slice(from, found.index)));
    nodes.push(h("span", { class: "odd" }, spelling(found[0])));
    from = found.index + found[0].length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

// overlaid opens a dialog above everything; it goes when closed.
export function overlaid(dialog) {
  document.body.append(dialog);
  on(dialog, "close", () => dialog.remove());
  dialog.showModal();
  return dialog;
}

// roving lets the arrow keys walk over the items of a container, of which only
// one is in the tab order. items returns them in order.
export function roving(container, items, { keys = ["ArrowUp", "ArrowDown"] } = {}) {
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
    // settle keeps exactly one item in the tab order after the items changed.
    settle(preferred) {
      const list = items();
      if (!list.length) return;
      const current = list.find((item) => item.tabIndex === 0 && item.dataset.roving === "yes");
      for (const item of list) item.dataset.roving = "yes";
      mark(current ?? preferred ?? list[0]);
    },
  };
}
