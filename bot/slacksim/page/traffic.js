// The traffic view: calls of the app, envelopes to it, and their outcomes.

import { button, h, literal, on } from "./dom.js";
import { clockSeconds } from "./dates.js";
import { icon } from "./icons.js";
import { size } from "./files.js";
import { getJSON } from "./wire.js";

export class Traffic {
  constructor(app) {
    this.app = app;
    this.clearedAt = 0;
    this.rows = new Map();
    this.filter = h("input", { class: "input", type: "search", placeholder: "Filter", "aria-label": "Filter the traffic", spellcheck: "false", autocomplete: "off" });
    this.kind = h("select", { class: "select", "aria-label": "What to show" },
      h("option", { value: "all" }, "All"), h("option", { value: "in" }, "To the app"), h("option", { value: "out" }, "From the app"), h("option", { value: "bad" }, "Failures"));
    this.list = h("ol", { class: "traffic-list", "aria-label": "Traffic, newest first" });
    this.count = h("p", { class: "muted", role: "status" });
    on(this.filter, "input", () => this.update());
    on(this.kind, "change", () => this.update());
    this.element = h("section", { class: "pane traffic", "aria-label": "Traffic" },
      h("header", { class: "bar" },
        h("h2", {}, "Traffic"),
        button({ class: "press plain" }, () => this.clear(), "Clear"),
        button({ class: "tool", "aria-label": "Close traffic" }, () => app.closePane(), icon("close"))),
      h("div", { class: "traffic-filter" }, this.filter, h("span", { class: "chooser" }, this.kind, icon("down"))),
      this.count, this.list);
  }

  clear() {
    this.clearedAt = Date.now();
    const { calls, envelopes } = this.app.workspace;
    this.upTo = Math.max(0, ...[...calls.values()].map((c) => c.at), ...[...envelopes.values()].map((e) => e.at));
    this.hidden = new Set([...calls.keys(), ...envelopes.keys()]);
    this.update();
  }

  update() {
    const { calls, envelopes } = this.app.workspace;
    const all = [
      ...[...calls.values()].map((c) => ({ key: c.number, at: c.at, out: true, order: c.number, c })),
      ...[...envelopes.values()].map((e) => ({ key: e.id, at: e.at, out: false, order: 0, e })),
    ].filter((one) => !this.hidden?.has(one.key)).sort((a, b) => b.at - a.at || b.order - a.order);
    const wanted = this.filter.value.trim().toLowerCase();
    const shown = all.filter((one) => {
      const bad = one.c ? Boolean(one.c.error) : Boolean(one.e.failure || one.e.late || one.e.ack_refused);
      const kind = { all: true, in: !one.out, out: one.out, bad }[this.kind.value];
      return kind && (!wanted || searchText(one).toLowerCase().includes(wanted));
    }).slice(0, 300);
    const rows = new Map();
    const elements = shown.map((one) => {
      const mark = JSON.stringify(one.c ?? one.e);
      const known = this.rows.get(one.key);
      const row = known?.mark === mark ? known : { mark, element: this.row(one, known?.element.querySelector("details")?.open) };
      rows.set(one.key, row);
      return row.element;
    });
    this.rows = rows;
    elements.forEach((element, i) => {
      if (this.list.children[i] !== element) this.list.insertBefore(element, this.list.children[i] ?? null);
    });
    while (this.list.children.length > elements.length) this.list.lastChild.remove();
    this.count.textContent = shown.length === all.length ? `${all.length} entries` : `${shown.length} of ${all.length} entries`;
  }

  row(one, open) {
    const body = h("div", { class: "traffic-body" });
    const { c, e } = one;
    const bad = c ? c.error : e.failure || (e.late && "acknowledged late") || e.ack_refused;
    const state = c
      ? c.error || (c.status ? `${c.status}` : "received")
      : e.failure || (e.acked ? `ack ${e.ack_ms < 10 ? e.ack_ms.toFixed(1) : Math.round(e.ack_ms)} ms` : "waiting");
    const details = h("details", {}, h("summary", { class: bad ? "bad" : null },
      h("time", {}, clockSeconds(new Date(one.at))),
      h("span", { class: one.out ? "way out" : "way in", title: one.out ? "from the app" : "to the app" }, one.out ? "from app" : "to app"),
      h("span", { class: "what" }, literal(c ? c.method : e.what || e.type)),
      h("span", { class: "state" }, literal(state))), body);
    on(details, "toggle", () => { if (details.open && !body.hasChildNodes()) this.load(one, body); });
    details.open = Boolean(open);
    return h("li", {}, details);
  }

  async load({ c, e }, body) {
    const wait = h("p", { class: "muted" }, "Loading …");
    body.append(h("p", { class: "muted" }, literal(c ? `${c.method} · ${size(c.bytes)}` : `${e.type} · ${e.id}`)), wait);
    try {
      const content = c ? (await getJSON(`/page/calls/${c.number}`)).args : await getJSON(`/page/envelopes/${encodeURIComponent(e.id)}`);
      const text = JSON.stringify(parseJSONArguments(content ?? {}), null, 2);
      body.append(h("pre", { tabindex: "0" }, h("code", {}, literal(text))));
      body.append(button({ class: "press plain" }, () => this.app.copy(text), icon("copy"), "Copy"));
    } catch (problem) {
      body.append(h("p", { class: "problem" }, icon("alert"), literal(problem.message)));
    }
    wait.remove();
  }
}

const searchText = ({ c, e }) => (c ? [c.method, c.error, c.status] : [e.type, e.what, e.id, e.failure, e.ack_refused]).join(" ");

// parseJSONArguments decodes arguments that are JSON.
function parseJSONArguments(args) {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => {
    if (typeof value !== "string" || !/^[[{]/.test(value)) return [name, value];
    try {
      return [name, JSON.parse(value)];
    } catch {
      return [name, value];
    }
  }));
}
