// Modals: shows the topmost view of this person.

import { button, h, literal, on, append } from "./dom.js";
import { blocks } from "./blocks.js";
import { icon } from "./icons.js";
import { initial, dispatches } from "./message.js";
import { performAction } from "./wire.js";

export class Modal {
  constructor(app) {
    this.app = app;
    this.view = null;
    this.entered = new Map(); // values by view and element
    this.errors = {}; // errors found by the page, by block_id
  }

  // show draws a view if it has changed.
  show(view) {
    if (!view) {
      if (this.dialog) this.closeDialog();
      return;
    }
    const known = this.view?.id === view.id;
    if (known && this.view.revision === view.revision) return;
    const same = known && this.view.hash === view.hash;
    this.view = view;
    if (!same) this.errors = {};
    if (!this.dialog) this.open();
    this.draw();
  }

  open() {
    this.restoreFocus = this.app.saveFocus();
    this.dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title" });
    on(this.dialog, "cancel", (event) => { event.preventDefault(); this.close(); });
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  closeDialog() {
    this.dialog.close();
    this.dialog.remove();
    this.dialog = this.view = null;
    this.busy = false;
    this.restoreFocus();
  }

  context() {
    const { app, view } = this;
    const part = (block, e) => `${view.id}/${block.block_id}/${e.action_id}`;
    return {
      key: view.id, names: app.names, opened: app.opened, dispatches,
      valuesOf: (block, e) => this.entered.get(part(block, e)) ?? view.values[block.block_id] ?? initial(e),
      setValues: (block, e, values) => this.entered.set(part(block, e), values),
      busy: (block, e, value) => app.pending.has(`${part(block, e)}/${value ?? ""}`) || (value === undefined && app.pending.has(part(block, e))),
      use: (block, e, values) => app.clickView(view, block, e, values, [part(block, e), `${part(block, e)}/${values[0] ?? ""}`]),
      errorOf: (block) => this.errors[block.block_id] ?? view.errors[block.block_id],
      required: (block) => block.type === "input" && !block.optional,
    };
  }

  draw() {
    const { view } = this;
    const focused = document.activeElement;
    const key = this.dialog.contains(focused) ? focused.dataset.focus : null;
    const caret = key && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
    const form = h("form", { novalidate: true },
      h("header", {},
        view.depth > 1 && h("span", { class: "depth" }, `${view.depth} of 3`),
        h("h2", { id: "modal-title" }, literal(view.title)),
        button({ class: "tool", "aria-label": "Close", "data-focus": "modal-x" }, () => this.close(), icon("close"))),
      h("div", { class: "modal-body" },
        (view.trouble || this.failure) && h("div", { class: "problem", role: "alert" }, icon("alert"), literal(view.trouble || this.failure)),
        blocks(view.blocks, this.context())),
      h("footer", {},
        button({ class: "press", "data-focus": "modal-close" }, () => this.close(), literal(view.close)),
        view.submit && h("button", { type: "submit", class: "press primary", "data-focus": "modal-submit", "aria-busy": this.busy ? "true" : null },
          h("span", {}, literal(view.submit)), this.busy && h("span", { class: "spinner", role: "img", "aria-label": "waiting for the app" }))));
    on(form, "submit", (event) => { event.preventDefault(); this.submit(); });
    this.dialog.replaceChildren(form);
    const again = key && [...form.querySelectorAll("[data-focus]")].find((e) => e.dataset.focus === key);
    const target = again ?? form.querySelector("[autofocus]") ?? form.querySelector(".modal-body :is(input, textarea, select, button, a)") ?? form.querySelector("[data-focus=modal-submit]");
    target?.focus();
    if (again && caret?.[0] != null && again.setSelectionRange) again.setSelectionRange(...caret);
  }

  // inputs are the values of all input blocks by block_id.
  inputs() {
    const context = this.context();
    return Object.fromEntries(this.view.blocks.filter((b) => b.type === "input").map((b) => [b.block_id, context.valuesOf(b, b.element)]));
  }

  async submit() {
    if (this.busy) return;
    const inputs = this.inputs();
    this.failure = "";
    this.errors = {};
    for (const block of this.view.blocks) {
      const why = block.type === "input" && inputError(block, inputs[block.block_id]);
      if (why) this.errors[block.block_id] = why;
    }
    if (Object.keys(this.errors).length) {
      this.draw();
      this.dialog.querySelector(".field.wrong :is(input, textarea, select)")?.focus();
      return;
    }
    this.busy = true;
    this.draw();
    const { view } = this;
    try {
      const outcome = await performAction("submit", { user: this.app.workspace.user, view: view.id, inputs });
      if (outcome.refused) this.failure = `The app's answer was refused: ${outcome.refused}.`;
    } catch (problem) {
      this.failure = problem.message;
    }
    this.busy = false;
    if (this.dialog) this.draw();
  }

  async close() {
    try {
      await performAction("close", { user: this.app.workspace.user });
    } catch (problem) {
      this.app.showToast(problem.message);
    }
  }
}

// inputError returns what is wrong with a value, as Slack's client checks it before
// it asks the app.
function inputError(block, values) {
  const e = block.element;
  const text = values?.[0] ?? "";
  const n = [...text].length;
  if (!values?.length || (values.length === 1 && text === "")) return block.optional ? "" : "Please fill this in.";
  if (e.type === "plain_text_input") {
    if (e.min_length && n < e.min_length) return `At least ${e.min_length} characters are needed; there are ${n}.`;
    if (n > (e.max_length ?? 3000)) return `At most ${e.max_length ?? 3000} characters fit; there are ${n}.`;
  }
  if (e.type === "number_input") {
    if (!/^-?[0-9]+(\.[0-9]+)?$/.test(text)) return "Please type a number.";
    if (!e.is_decimal_allowed && text.includes(".")) return "Please type a whole number.";
    if (e.min_value != null && Number(text) < Number(e.min_value)) return `Please type ${e.min_value} or more.`;
    if (e.max_value != null && Number(text) > Number(e.max_value)) return `Please type ${e.max_value} or less.`;
  }
  return "";
}
