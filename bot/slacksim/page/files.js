// Files of a message: preview and download.

import { button, download, h, literal, spelled } from "./dom.js";
import { icon } from "./icons.js";
import { getJSON } from "./wire.js";

const units = ["bytes", "KB", "MB", "GB"];

export function size(bytes) {
  let n = bytes, unit = 0;
  while (n >= 1024 && unit < units.length - 1) { n /= 1024; unit++; }
  return `${unit && n < 100 ? n.toFixed(1) : Math.round(n)} ${units[unit]}`;
}

export function files(m) {
  return m.files?.length ? h("div", { class: "files" }, m.files.map(file)) : null;
}

function file(f) {
  if (f.deleted) return h("div", { class: "file muted" }, icon("file"), "This file was deleted.");
  const path = `/page/files/${encodeURIComponent(f.id)}`;
  const shown = h("div", { class: "file-text", hidden: true });
  const look = button({ class: "press plain", "aria-expanded": "false", "data-focus": `look-${f.id}` }, async () => {
    const opens = shown.hidden;
    look.setAttribute("aria-expanded", String(opens));
    shown.hidden = !opens;
    if (!opens || shown.hasChildNodes()) return;
    try {
      const head = await getJSON(`${path}/text`);
      shown.append(h("pre", { tabindex: "0", "aria-label": `Beginning of ${spelled(f.name)}` }, h("code", {}, literal(head.text))));
      if (head.cut) shown.append(h("p", { class: "muted" }, "Only the beginning is shown; download the file for the rest."));
    } catch (problem) {
      shown.append(h("p", { class: "problem" }, icon("alert"), literal(problem.message)));
    }
  }, "Preview");
  return h("div", { class: "file" },
    icon("file"),
    h("div", { class: "file-name" }, h("b", {}, literal(f.name)), h("span", { class: "muted" }, [size(f.size), f.snippet ? "snippet" : ""].filter(Boolean).join(" · "))),
    h("div", { class: "file-tools" }, look, download(path, { class: "press", "data-focus": `save-${f.id}`, "aria-label": `Download ${spelled(f.name)}` }, icon("download"), h("span", {}, "Download"))),
    shown);
}
