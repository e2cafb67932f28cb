// Blocks of messages and modals as elements.

import { h, literal, on, append } from "./dom.js";
import { element, imageElement, plain, textOf } from "./elements.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { richText } from "./richtext.js";

// blocks renders blocks in a context (see elements.js).
export function blocks(list, context) {
  return (Array.isArray(list) ? list : []).map((block) => {
    const make = kinds[block?.type];
    const inside = make ? make(block, context) : h("span", { class: "unknown" }, literal(`[${block?.type}]`));
    return h("div", { class: `block block-${make ? block.type : "unknown"}` }, inside);
  });
}

const kinds = {
  header: (b) => h("p", { class: "heading", role: "heading", "aria-level": (b.level ?? 1) + 2 }, plain(b.text)),
  divider: () => h("hr"),
  section,
  context: (b, context) => (b.elements ?? []).map((e) =>
    h("span", { class: "context-part" }, e.type === "image" ? imageElement(b, e) : textOf(e, context.names))),
  actions: (b, context) => (b.elements ?? []).map((e) => element(b, e, context)),
  context_actions: (b, context) => (b.elements ?? []).map((e) => element(b, e, context)),
  image: (b) => [b.title && h("p", {}, plain(b.title)), imageElement(b, b)],
  markdown: (b) => markdown(b.text),
  rich_text: (b, context) => richText(b, context.names),
  table: (b, context) => table(b, context),
  data_table: (b, context) => [h("p", { class: "caption" }, literal(b.caption)), table(b, context, true)],
  input,
  alert: (b, context) => h("div", { class: `alert ${b.level ?? "default"}`, role: "note" }, icon(["warning", "error"].includes(b.level) ? "alert" : "info"), h("div", {}, textOf(b.text, context.names))),
  container,
};

function section(b, context) {
  return [
    h("div", { class: "section-text" },
      b.text && h("div", { class: "text" }, textOf(b.text, context.names)),
      b.fields && h("div", { class: "fields" }, b.fields.map((f) => h("div", { class: "text" }, textOf(f, context.names))))),
    b.accessory && h("div", { class: "accessory" }, element(b, b.accessory, context)),
  ];
}

// container can be opened and closed, and stays as the person left it.
function container(b, context) {
  const title = h("span", { class: "container-title" },
    b.icon && imageElement(b, b.icon),
    b.rich_text_title ? h("span", { class: "inline" }, richText(b.rich_text_title, context.names)) : h("span", {}, plain(b.title)),
    b.subtitle && h("small", {}, textOf(b.subtitle, context.names)));
  const children = h("div", { class: "container-body" }, blocks(b.child_blocks, context));
  if (!b.is_collapsible) {
    return h("section", { class: `container ${b.has_header_divider ? "ruled" : ""}` }, h("div", { class: "container-head" }, title), children);
  }
  const key = `${context.key}/${b.block_id}`;
  const details = h("details", { class: `container ${b.has_header_divider ? "ruled" : ""}` },
    h("summary", { class: "container-head", "data-focus": `${b.block_id}/summary` }, icon("chevron"), title), children);
  details.open = context.opened.get(key) ?? !b.default_collapsed;
  on(details, "toggle", () => {
    context.opened.set(key, details.open);
    if (details.open) context.makeScrollable?.(details); // it had no width before
  });
  return details;
}

function table(b, context, header = false) {
  const settings = b.column_settings ?? [];
  const cell = (c, tag, column) => {
    const inside = c.type === "rich_text" ? richText(c, context.names) : literal(c.text || (c.value ?? ""));
    const at = settings[column] ?? {};
    return h(tag, { class: `${at.align ?? (c.type === "raw_number" ? "right" : "left")} ${at.is_wrapped ? "wrapped" : ""}`, scope: tag === "th" ? (header ? "col" : null) : null }, inside);
  };
  const rows = (b.rows ?? []).map((row, i) => h("tr", {}, row.map((c, column) =>
    cell(c, (header && i === 0) || (header && column === b.row_header_column_index) ? "th" : "td", column))));
  return h("div", { class: "table" }, h("table", {}, h("tbody", {}, rows)));
}

// input renders a label, the element, a hint and an error.
function input(b, context) {
  const id = `${context.key}-${b.block_id}`.replace(/[^\w-]/g, "_");
  const wrong = context.errorOf?.(b);
  const single = ["plain_text_input", "number_input", "static_select"].includes(b.element.type);
  const made = element(b, b.element, {
    ...context,
    described: () => ({
      id: single ? id : null, "aria-labelledby": single ? null : `${id}-label`,
      "aria-describedby": [b.hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || null,
      "aria-invalid": wrong ? "true" : null, "aria-required": single && !b.optional ? "true" : null,
    }),
  });
  return append(h("div", { class: wrong ? "field wrong" : "field" }), [
    h(single ? "label" : "span", { class: "label", for: single ? id : null, id: `${id}-label` }, plain(b.label), b.optional && h("span", { class: "optional" }, " (optional)")),
    made,
    b.hint && h("span", { class: "hint", id: `${id}-hint` }, plain(b.hint)),
    wrong && h("span", { class: "problem", id: `${id}-wrong`, role: "alert" }, icon("alert"), literal(wrong)),
  ]);
}
