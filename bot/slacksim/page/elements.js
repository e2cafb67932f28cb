// Buttons, menus and inputs. A use of one goes through the place it stands in:
// place.use(block, element, values) for what the app is told at once, and
// place.held / place.hold for what a form remembers.

import { anchor, button, h, literal, on, overlaid, safeURL, spelled } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { openMenu } from "./menu.js";

export function plain(text) {
  return literal(String(text?.text ?? "").replace(/&(amp|lt|gt);/g, (all) => ({ "&amp;": "&", "&lt;": "<", "&gt;": ">" })[all]));
}

export function textOf(object, names) {
  return object?.type === "mrkdwn" ? mrkdwn(object.text, names) : plain(object);
}

// element makes one; what is not known is named.
export function element(block, e, place) {
  const make = {
    button: pressable, icon_button: iconButton, feedback_buttons: feedback, overflow, static_select: select,
    radio_buttons: ticks, checkboxes: ticks, plain_text_input: textInput, number_input: textInput, image: picture,
  }[e.type];
  return make ? make(block, e, place) : h("span", { class: "unknown" }, literal(`[${e.type}]`));
}

const focusKey = (block, e, more = "") => `${block.block_id ?? ""}/${e.action_id ?? ""}${more}`;

// use asks first where the app wants that.
async function use(block, e, place, values) {
  if (e.confirm && !(await confirmed(e.confirm, place.names))) return;
  place.use(block, e, values);
}

function pressable(block, e, place) {
  const busy = place.busy(block, e);
  const attributes = {
    class: `press ${e.style ?? ""}`, "data-focus": focusKey(block, e), "data-action": e.action_id,
    "aria-label": e.accessibility_label, "aria-busy": busy ? "true" : null,
  };
  const inside = [h("span", {}, plain(e.text)), busy && spinner()];
  if (e.url && safeURL(e.url)) {
    return on(anchor(e.url, attributes, ...inside, icon("out")), "click", () => place.use(block, e, []));
  }
  return button({ ...attributes, "aria-disabled": busy ? "true" : null }, () => busy || use(block, e, place, []), ...inside);
}

function spinner() {
  return h("span", { class: "spinner", role: "img", "aria-label": "waiting for the app" });
}

function iconButton(block, e, place) {
  const only = e.visible_to_user_ids;
  if (only?.length && !only.includes(place.names.me)) return h("span", { hidden: true });
  const busy = place.busy(block, e);
  return button(
    { class: "press plain", "data-focus": focusKey(block, e), "data-action": e.action_id, "aria-label": e.accessibility_label, "aria-busy": busy ? "true" : null },
    () => busy || use(block, e, place, []),
    icon(e.icon === "trash" ? "trash" : "more"), h("span", {}, plain(e.text)), busy && spinner(),
  );
}

function feedback(block, e, place) {
  const one = (side, picture) => {
    const choice = e[side];
    const busy = place.busy(block, e, choice.value);
    return button(
      { class: "press plain", "data-focus": focusKey(block, e, choice.value), "data-action": e.action_id, "aria-label": choice.accessibility_label, "aria-busy": busy ? "true" : null },
      () => busy || place.use(block, e, [choice.value]),
      icon(picture), h("span", {}, plain(choice.text)), busy && spinner(),
    );
  };
  return h("span", { class: "feedback" }, one("positive_button", "up"), one("negative_button", "thumbsdown"));
}

function overflow(block, e, place) {
  const busy = place.busy(block, e);
  const opener = button(
    { class: "press plain square", "data-focus": focusKey(block, e), "data-action": e.action_id, "aria-haspopup": "menu", "aria-label": "More choices", "aria-busy": busy ? "true" : null },
    () => openMenu(opener, e.options.map((o) => ({
      label: o.text.text, hint: o.description?.text, url: o.url, does: () => use(block, e, place, [o.value]),
    }))),
    icon("more"), busy && spinner(),
  );
  return opener;
}

const optionTag = (o) => h("option", { value: o.value }, spelled(o.text.text));

function select(block, e, place) {
  const tag = h("select", { class: "select", "data-focus": focusKey(block, e), "data-action": e.action_id, "aria-label": place.described ? null : spelled(e.placeholder?.text ?? "Choose"), ...place.described?.(block) });
  const held = place.held(block, e)[0];
  if (held === undefined || !place.required?.(block)) {
    tag.append(h("option", { value: "" }, spelled(e.placeholder?.text ?? "Choose")));
  }
  for (const o of e.options ?? []) tag.append(optionTag(o));
  for (const g of e.option_groups ?? []) tag.append(h("optgroup", { label: spelled(g.label.text) }, g.options.map(optionTag)));
  tag.value = held ?? "";
  on(tag, "change", () => {
    place.hold(block, e, tag.value ? [tag.value] : []);
    if (place.tells(block)) use(block, e, place, tag.value ? [tag.value] : []);
  });
  return h("span", { class: "chooser" }, tag, icon("down"), place.busy(block, e) && spinner());
}

function ticks(block, e, place) {
  const many = e.type === "checkboxes";
  const held = place.held(block, e);
  const name = `${place.key}/${focusKey(block, e)}`;
  const boxes = e.options.map((o) => {
    const box = h("input", { type: many ? "checkbox" : "radio", name, value: o.value, "data-focus": focusKey(block, e, o.value), "data-action": e.action_id });
    box.checked = held.includes(o.value);
    return box;
  });
  const group = h("div", { class: "ticks", role: many ? "group" : "radiogroup", ...place.described?.(block) }, e.options.map((o, i) =>
    h("label", {}, boxes[i], h("span", {}, textOf(o.text, place.names), o.description && h("small", {}, textOf(o.description, place.names))))));
  on(group, "change", () => {
    const values = boxes.filter((box) => box.checked).map((box) => box.value);
    place.hold(block, e, values);
    if (place.tells(block)) use(block, e, place, values);
  });
  return group;
}

function textInput(block, e, place) {
  const input = h(e.multiline ? "textarea" : "input", {
    class: "input", "data-focus": focusKey(block, e), "data-action": e.action_id, rows: e.multiline ? 4 : null,
    type: e.multiline ? null : "text", inputmode: e.type === "number_input" ? "decimal" : null,
    placeholder: e.placeholder && spelled(e.placeholder.text), maxlength: e.max_length, autocomplete: "off", spellcheck: "false",
    autofocus: e.focus_on_load, ...place.described?.(block),
  });
  input.value = place.held(block, e)[0] ?? "";
  const triggers = e.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  on(input, "input", () => {
    place.hold(block, e, input.value === "" ? [] : [input.value]);
    if (place.tells(block) && triggers.includes("on_character_entered")) place.use(block, e, input.value === "" ? [] : [input.value]);
  });
  on(input, "keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !place.tells(block) || !triggers.includes("on_enter_pressed") || (e.multiline && !event.ctrlKey)) return;
    event.preventDefault();
    place.use(block, e, input.value === "" ? [] : [input.value]);
  });
  return input;
}

// picture stands for an image. The page loads none: an address in a message
// would tell its owner that somebody reads it.
export function picture(_block, e) {
  const label = [icon("picture"), h("span", {}, literal(e.alt_text))];
  return e.image_url ? anchor(e.image_url, { class: "picture" }, ...label) : h("span", { class: "picture" }, ...label);
}

// confirmed asks whether it is meant.
function confirmed(confirm, names) {
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
    overlaid(dialog);
  });
}
