// Buttons, menus and inputs. Each gets a context from its message or modal:
// context.use(block, element, values) tells the app, context.valuesOf and
// context.setValues read and store what a form holds.

import { anchor, button, h, literal, on, showDialog, safeURL, spelled } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { openMenu } from "./menu.js";

export function plain(text) {
  return literal(String(text?.text ?? "").replace(/&(amp|lt|gt);/g, (all) => ({ "&amp;": "&", "&lt;": "<", "&gt;": ">" })[all]));
}

export function textOf(object, names) {
  return object?.type === "mrkdwn" ? mrkdwn(object.text, names) : plain(object);
}

// element creates an element; an unknown type is shown by its name.
export function element(block, e, context) {
  const make = {
    button: pressButton, icon_button: iconButton, feedback_buttons: feedback, overflow, static_select: select,
    radio_buttons: choiceList, checkboxes: choiceList, plain_text_input: textInput, number_input: textInput, image: imageElement,
  }[e.type];
  return make ? make(block, e, context) : h("span", { class: "unknown" }, literal(`[${e.type}]`));
}

const focusKey = (block, e, more = "") => `${block.block_id ?? ""}/${e.action_id ?? ""}${more}`;

// use asks for confirmation first if the app wants that.
async function use(block, e, context, values) {
  if (e.confirm && !(await askConfirmation(e.confirm, context.names))) return;
  context.use(block, e, values);
}

function pressButton(block, e, context) {
  const busy = context.busy(block, e);
  const attributes = {
    class: `press ${e.style ?? ""}`, "data-focus": focusKey(block, e), "data-action": e.action_id,
    "aria-label": e.accessibility_label, "aria-busy": busy ? "true" : null,
  };
  const inside = [h("span", {}, plain(e.text)), busy && spinner()];
  if (e.url && safeURL(e.url)) {
    return on(anchor(e.url, attributes, ...inside, icon("out")), "click", () => context.use(block, e, []));
  }
  return button({ ...attributes, "aria-disabled": busy ? "true" : null }, () => busy || use(block, e, context, []), ...inside);
}

function spinner() {
  return h("span", { class: "spinner", role: "img", "aria-label": "waiting for the app" });
}

function iconButton(block, e, context) {
  const only = e.visible_to_user_ids;
  if (only?.length && !only.includes(context.names.me)) return h("span", { hidden: true });
  const busy = context.busy(block, e);
  return button(
    { class: "press plain", "data-focus": focusKey(block, e), "data-action": e.action_id, "aria-label": e.accessibility_label, "aria-busy": busy ? "true" : null },
    () => busy || use(block, e, context, []),
    icon(e.icon === "trash" ? "trash" : "more"), h("span", {}, plain(e.text)), busy && spinner(),
  );
}

function feedback(block, e, context) {
  const one = (side, iconName) => {
    const choice = e[side];
    const busy = context.busy(block, e, choice.value);
    return button(
      { class: "press plain", "data-focus": focusKey(block, e, choice.value), "data-action": e.action_id, "aria-label": choice.accessibility_label, "aria-busy": busy ? "true" : null },
      () => busy || context.use(block, e, [choice.value]),
      icon(iconName), h("span", {}, plain(choice.text)), busy && spinner(),
    );
  };
  return h("span", { class: "feedback" }, one("positive_button", "up"), one("negative_button", "thumbsdown"));
}

function overflow(block, e, context) {
  const busy = context.busy(block, e);
  const opener = button(
    { class: "press plain square", "data-focus": focusKey(block, e), "data-action": e.action_id, "aria-haspopup": "menu", "aria-label": "More choices", "aria-busy": busy ? "true" : null },
    () => openMenu(opener, e.options.map((o) => ({
      label: o.text.text, hint: o.description?.text, url: o.url, does: () => use(block, e, context, [o.value]),
    }))),
    icon("more"), busy && spinner(),
  );
  return opener;
}

const optionTag = (o) => h("option", { value: o.value }, spelled(o.text.text));

function select(block, e, context) {
  const tag = h("select", { class: "select", "data-focus": focusKey(block, e), "data-action": e.action_id, "aria-label": context.described ? null : spelled(e.placeholder?.text ?? "Choose"), ...context.described?.(block) });
  const current = context.valuesOf(block, e)[0];
  if (current === undefined || !context.required?.(block)) {
    tag.append(h("option", { value: "" }, spelled(e.placeholder?.text ?? "Choose")));
  }
  for (const o of e.options ?? []) tag.append(optionTag(o));
  for (const g of e.option_groups ?? []) tag.append(h("optgroup", { label: spelled(g.label.text) }, g.options.map(optionTag)));
  tag.value = current ?? "";
  on(tag, "change", () => {
    context.setValues(block, e, tag.value ? [tag.value] : []);
    if (context.dispatches(block)) use(block, e, context, tag.value ? [tag.value] : []);
  });
  return h("span", { class: "chooser" }, tag, icon("down"), context.busy(block, e) && spinner());
}

function choiceList(block, e, context) {
  const many = e.type === "checkboxes";
  const current = context.valuesOf(block, e);
  const name = `${context.key}/${focusKey(block, e)}`;
  const boxes = e.options.map((o) => {
    const box = h("input", { type: many ? "checkbox" : "radio", name, value: o.value, "data-focus": focusKey(block, e, o.value), "data-action": e.action_id });
    box.checked = current.includes(o.value);
    return box;
  });
  const group = h("div", { class: "ticks", role: many ? "group" : "radiogroup", ...context.described?.(block) }, e.options.map((o, i) =>
    h("label", {}, boxes[i], h("span", {}, textOf(o.text, context.names), o.description && h("small", {}, textOf(o.description, context.names))))));
  on(group, "change", () => {
    const values = boxes.filter((box) => box.checked).map((box) => box.value);
    context.setValues(block, e, values);
    if (context.dispatches(block)) use(block, e, context, values);
  });
  return group;
}

function textInput(block, e, context) {
  const input = h(e.multiline ? "textarea" : "input", {
    class: "input", "data-focus": focusKey(block, e), "data-action": e.action_id, rows: e.multiline ? 4 : null,
    type: e.multiline ? null : "text", inputmode: e.type === "number_input" ? "decimal" : null,
    placeholder: e.placeholder && spelled(e.placeholder.text), maxlength: e.max_length, autocomplete: "off", spellcheck: "false",
    autofocus: e.focus_on_load, ...context.described?.(block),
  });
  input.value = context.valuesOf(block, e)[0] ?? "";
  const triggers = e.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  on(input, "input", () => {
    context.setValues(block, e, input.value === "" ? [] : [input.value]);
    if (context.dispatches(block) && triggers.includes("on_character_entered")) context.use(block, e, input.value === "" ? [] : [input.value]);
  });
  on(input, "keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !context.dispatches(block) || !triggers.includes("on_enter_pressed") || (e.multiline && !event.ctrlKey)) return;
    event.preventDefault();
    context.use(block, e, input.value === "" ? [] : [input.value]);
  });
  return input;
}

// imageElement is a placeholder: the page does not load images, because that would
// tell the owner of the address that somebody reads the message.
export function imageElement(_block, e) {
  const label = [icon("picture"), h("span", {}, literal(e.alt_text))];
  return e.image_url ? anchor(e.image_url, { class: "picture" }, ...label) : h("span", { class: "picture" }, ...label);
}

// askConfirmation shows the confirmation dialog.
function askConfirmation(confirm, names) {
  return new Promise((answer) => {
    const dialog = h("dialog", { class: "modal small", "aria-labelledby": "confirm-title" });
    const done = (value) => () => { answer(value); dialog.close(); };
    dialog.append(
      h("h2", { id: "confirm-title" }, plain(confirm.title)),
      h("div", { class: "modal-body" }, h("p", {}, textOf(confirm.text, names))),
      h("footer", {},
        button({ class: "press" }, done(false), plain(confirm.deny)),
        button({ class: `press ${confirm.style ?? "primary"}` }, done(true), plain(confirm.confirm))),
    );
    on(dialog, "close", () => answer(false));
    showDialog(dialog);
  });
}
