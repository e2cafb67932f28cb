// The message box: messages and commands, with completion and history.

import { button, h, literal, on, append } from "./dom.js";
import { builtIn, complete } from "./complete.js";
import { icon } from "./icons.js";
import { performAction } from "./wire.js";

let composerCount = 0;

export class Composer {
  // thread is {channel, ts} of the thread to reply to, or null.
  constructor(app, thread = null) {
    this.app = app;
    this.thread = thread;
    this.history = []; // earlier lines, oldest first
    this.historyIndex = 0; // from the end; 0 is the current line
    this.selected = -1;
    this.completions = { items: [] };
    const id = `composer-${++composerCount}`;
    this.options = h("ul", { class: "options", role: "listbox", id: `${id}-options`, "aria-label": "Completions" });
    this.hint = h("div", { class: "options-hint" });
    this.popup = h("div", { class: "popup", hidden: true }, this.hint, this.options);
    this.input = h("textarea", {
      class: "typing", rows: 1, role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": `${id}-options`, autocomplete: "off", spellcheck: "false", "data-focus": "typing",
    });
    this.status = h("div", { class: "composer-status", role: "status" });
    this.broadcast = h("input", { type: "checkbox" });
    this.alsoLabel = h("label", { class: "also" }, this.broadcast, h("span"));
    this.send = h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" }, icon("send"));
    this.element = h("form", { class: "composer" },
      this.popup,
      h("div", { class: "composer-box" }, this.input, this.send),
      thread && this.alsoLabel,
      this.status);
    on(this.element, "submit", (event) => { event.preventDefault(); this.submit(); });
    on(this.input, "input", () => { this.historyIndex = 0; this.grow(); this.suggest(); });
    on(this.input, "keydown", (event) => this.onKey(event));
    on(this.input, "blur", () => this.close());
    on(this.input, "click", () => this.suggest());
  }

  // setChannel sets the channel that it posts to.
  setChannel(channel) {
    const where = channel ? (channel.direct ? channel.name : `#${channel.name}`) : "";
    const narrow = matchMedia("(max-width: 760px)").matches;
    const placeholder = this.thread ? "Reply…" : channel?.direct || narrow ? `Message ${where}` : `Message ${where}, or type / for commands`;
    this.input.placeholder = placeholder;
    this.input.setAttribute("aria-label", this.thread ? `Reply in thread in ${where}` : `Message ${where}`);
    this.alsoLabel.lastChild.textContent = `Also send to ${where}`;
    this.input.disabled = Boolean(channel?.archived);
    if (channel?.archived) this.input.placeholder = `${where} is archived`;
  }

  focus() {
    this.input.focus();
  }

  grow() {
    this.input.rows = Math.min(8, this.input.value.split("\n").length);
    this.send.classList.toggle("ready", this.input.value.trim() !== "");
  }

  suggest() {
    const caret = this.input.selectionStart;
    this.completions = this.app.workspace.about ? complete(this.input.value.slice(0, caret), this.app.workspace) : { items: [] };
    if (this.thread && this.input.value.startsWith("/")) this.completions = { hint: "Commands do not work in threads; mention the app instead.", items: [] };
    this.selected = -1;
    this.draw();
  }

  draw() {
    const { items, hint } = this.completions;
    this.hint.hidden = !hint;
    this.hint.replaceChildren(...literal(hint ?? ""));
    this.options.replaceChildren(...items.map((item, i) => {
      const option = h("li", { class: i === this.selected ? "option chosen" : "option", role: "option", id: `${this.options.id}-${i}`, "aria-selected": String(i === this.selected) },
        h("b", {}, literal(item.label)), item.detail && h("span", { class: "detail" }, literal(item.detail)), item.hint && h("small", {}, literal(item.hint)));
      on(option, "pointerdown", (event) => { event.preventDefault(); this.accept(i); });
      return option;
    }));
    const open = items.length > 0 || Boolean(hint);
    this.popup.hidden = !open;
    this.options.hidden = items.length === 0;
    this.input.setAttribute("aria-expanded", String(items.length > 0));
    if (this.selected >= 0) {
      this.input.setAttribute("aria-activedescendant", `${this.options.id}-${this.selected}`);
      this.options.children[this.selected].scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  close() {
    this.completions = { items: [] };
    this.selected = -1;
    this.draw();
  }

  accept(i) {
    const item = this.completions.items[i];
    const caret = this.input.selectionStart;
    const { value } = this.input;
    const before = value.slice(0, this.completions.from) + item.insert;
    this.input.value = before + value.slice(caret);
    this.input.setSelectionRange(before.length, before.length);
    this.grow();
    this.suggest();
  }

  onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const n = this.completions.items.length;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && n) {
      event.preventDefault();
      this.selected = this.selected < 0 ? (move > 0 ? 0 : n - 1) : (this.selected + move + n) % n;
      this.draw();
    } else if (move && (this.historyIndex || (move < 0 && this.input.value === "")) && this.history.length) {
      event.preventDefault();
      this.historyIndex = Math.max(0, Math.min(this.history.length, this.historyIndex - move));
      this.input.value = this.historyIndex ? this.history.at(-this.historyIndex) : "";
      this.grow();
    } else if (event.key === "Tab" && n && !event.shiftKey) {
      event.preventDefault();
      this.accept(Math.max(0, this.selected));
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (this.selected >= 0) this.accept(this.selected);
      else this.submit();
    } else if (event.key === "Escape" && !this.popup.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  setStatus(text, bad = false) {
    this.status.classList.toggle("problem", bad);
    this.status.replaceChildren();
    if (text) append(this.status, [bad && icon("alert"), literal(text)]);
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.close();
    this.input.value = "";
    this.historyIndex = 0;
    this.grow();
    if (this.history.at(-1) !== text) this.history.push(text);
    try {
      await this.sendLine(text);
    } catch (problem) {
      this.setStatus(problem.message, true);
      if (!this.input.value) this.input.value = text;
      this.grow();
    }
  }

  async sendLine(text) {
    const { workspace, channel } = this.app;
    const here = { user: workspace.user, channel: this.thread?.channel ?? channel };
    const [, name, rest] = text.match(/^(\S*)\s*([^]*)$/);
    const builtInCommand = builtIn(workspace).find((c) => c.name === name);
    if (text.startsWith("/") && this.thread) {
      throw new Error(`${name} does not work in a thread. Type it in the channel, or mention @${workspace.about.bot.name} here.`);
    }
    if (builtInCommand) {
      if (rest !== builtInCommand.hint) throw new Error(`Type ${builtInCommand.name} ${builtInCommand.hint}.`);
      await performAction("invite", { ...here, member: builtInCommand.member });
      this.setStatus(`${builtInCommand.hint} ${builtInCommand.member ? "is now" : "is no longer"} in #${workspace.channelName(here.channel)}.`);
    } else if (text.startsWith("/")) {
      this.setStatus(`Sending ${text} …`);
      const outcome = await performAction("slash", { ...here, command: name, text: rest });
      this.setStatus(outcome.refused ? `The app's answer was refused: ${outcome.refused}.` : "", Boolean(outcome.refused));
    } else {
      const outcome = await performAction("say", { ...here, text, thread: this.thread?.ts ?? "", broadcast: this.broadcast.checked });
      this.broadcast.checked = false;
      const direct = workspace.channel(here.channel)?.direct;
      this.setStatus(direct && !outcome.told ? `${workspace.about.bot.name} is not told of this: it lacks the scope im:history.` : "");
    }
  }
}
