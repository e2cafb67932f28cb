// The common part of Markdown, for markdown blocks.

import { anchor, h, literal } from "./dom.js";

// markdown renders text as elements.
export function markdown(text) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const out = [];
  for (let i = 0; i < lines.length; ) {
    const line = lines[i];
    const fence = line.match(/^\s*(`{3,}|~{3,})/);
    const heading = line.match(/^(#{1,6})\s+(.*?)\s*#*$/);
    if (fence) {
      const body = [];
      for (i++; i < lines.length && !lines[i].trim().startsWith(fence[1]); i++) body.push(lines[i]);
      i++;
      out.push(h("pre", {}, h("code", {}, literal(body.join("\n")))));
    } else if (heading) {
      out.push(h("p", { class: "heading", role: "heading", "aria-level": heading[1].length + 2 }, inline(heading[2])));
      i++;
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      out.push(h("hr"));
      i++;
    } else if (/^\s*>/.test(line)) {
      const body = [];
      for (; i < lines.length && /^\s*>/.test(lines[i]); i++) body.push(lines[i].replace(/^\s*>\s?/, ""));
      out.push(h("blockquote", {}, markdown(body.join("\n"))));
    } else if (item(line)) {
      const ordered = /^\s*\d/.test(line);
      const list = h(ordered ? "ol" : "ul", ordered ? { start: parseInt(line, 10) } : {});
      for (let found; i < lines.length && (found = item(lines[i])); i++) {
        list.append(h("li", { class: `indent-${Math.min(8, Math.floor(found[1].length / 2))}` }, inline(found[3])));
      }
      out.push(list);
    } else if (line.includes("|") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[i + 1] ?? "")) {
      const rows = [line];
      for (i += 2; i < lines.length && lines[i].includes("|"); i++) rows.push(lines[i]);
      out.push(table(rows));
    } else if (!line.trim()) {
      i++;
    } else {
      const body = [];
      for (; i < lines.length && lines[i].trim() && !/^\s*(#{1,6}\s|>|`{3}|~{3})/.test(lines[i]) && (body.length === 0 || !item(lines[i])); i++) body.push(lines[i]);
      if (!body.length) body.push(lines[i++]);
      out.push(h("p", {}, inline(body.join("\n"))));
    }
  }
  return out;
}

const item = (line) => line.match(/^(\s*)([-*+]|\d+[.)])\s+(.*)$/);

function table(rows) {
  const cells = rows.map((row) => row.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim()));
  const line = (row, tag) => h("tr", {}, row.map((cell) => h(tag, {}, inline(cell))));
  return h("div", { class: "table" }, h("table", {}, h("thead", {}, line(cells[0], "th")), h("tbody", {}, cells.slice(1).map((row) => line(row, "td")))));
}

const marks = [
  [/`([^`]+)`/, (m) => h("code", {}, literal(m[1]))],
  [/\[([^\]]+)\]\(([^)\s]+)\)/, (m) => anchor(m[2], {}, inline(m[1]))],
  [/<(https?:\/\/[^>\s]+)>/, (m) => anchor(m[1], {}, literal(m[1]))],
  [/\*\*([^*]+(?:\*[^*]+)*?)\*\*/, (m) => h("strong", {}, inline(m[1]))],
  [/~~([^~]+)~~/, (m) => h("s", {}, inline(m[1]))],
  [/(?<![\p{L}\p{N}*])\*([^*\s](?:[^*]*[^*\s])?)\*/u, (m) => h("em", {}, inline(m[1]))],
  [/(?<![\p{L}\p{N}_])_([^_\s](?:[^_]*[^_\s])?)_(?![\p{L}\p{N}])/u, (m) => h("em", {}, inline(m[1]))],
  [/https?:\/\/[^\s<>()]+[^\s<>().,;:!?'"]/, (m) => anchor(m[0], {}, literal(m[0]))],
];

function inline(text) {
  let first = null;
  for (const [pattern, make] of marks) {
    const found = text.match(pattern);
    if (found && (!first || found.index < first.found.index)) first = { found, make };
  }
  if (!first) return literal(text);
  const { found, make } = first;
  return [...literal(text.slice(0, found.index)), make(found), ...inline(text.slice(found.index + found[0].length))];
}
