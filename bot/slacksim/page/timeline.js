// A list of messages that follows updates. It redraws only what has changed and
// keeps scroll position and focus.

import { button, h, on, rovingTabindex } from "./dom.js";
import { day, isoDay } from "./dates.js";
import { icon } from "./icons.js";
import { message } from "./message.js";
import { timeOf } from "./workspace.js";

const groupWithin = 5 * 60 * 1000; // messages of one person within this time are grouped
const nearEnd = 60; // pixels

export class Timeline {
  // thread is {channel, ts} for the pane of a thread, or null for a channel.
  constructor(app, { label, thread = null }) {
    this.app = app;
    this.thread = thread;
    this.rowCache = new Map(); // key → {version, element}
    this.list = h("ol", { class: "messages", "aria-label": label });
    this.jump = button({ class: "jump", hidden: true }, () => this.toEnd(), icon("down"), "New messages");
    this.scroller = h("div", { class: "scroller" }, this.list);
    this.element = h("div", { class: "timeline" }, this.scroller, this.jump);
    this.walk = rovingTabindex(this.list, () => [...this.list.querySelectorAll(":scope > .message")]);
    on(this.scroller, "scroll", () => { if (this.atEnd()) this.jump.hidden = true; });
    on(this.list, "keydown", (event) => {
      if (event.key !== "Enter" || !event.target.classList.contains("message")) return;
      const m = app.workspace.message(this.channel, event.target.dataset.ts);
      if (m && !m.only && !this.thread) app.openThread(m.channel, m.thread || m.ts, true);
    });
    new ResizeObserver(() => { if (this.following) this.toEnd(); }).observe(this.list);
  }

  atEnd() {
    const s = this.scroller;
    return s.scrollHeight - s.scrollTop - s.clientHeight < nearEnd;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.jump.hidden = true;
  }

  // show draws the channel or thread; unreadFrom is the ts after which the line
  // "New" is shown.
  show(channel, unreadFrom) {
    const changed = channel !== this.channel || unreadFrom !== this.unreadFrom;
    if (channel !== this.channel) this.rowCache.clear(), this.list.replaceChildren();
    this.channel = channel;
    this.unreadFrom = unreadFrom;
    this.update();
    if (changed) this.toEnd();
  }

  update() {
    if (this.list.contains(this.app.pressedMessage)) return; // see App.release
    const { workspace } = this.app;
    const end = this.atEnd();
    const all = this.thread ? workspace.thread(this.channel, this.thread.ts) : workspace.channelMessages(this.channel);
    const before = this.last;
    const rows = [];
    let above = null, dividerShown = false;
    for (const m of all) {
      const at = timeOf(m.ts);
      if (!this.thread && (!above || isoDay(new Date(timeOf(above.ts))) !== isoDay(new Date(at)))) {
        rows.push(this.line(`day/${isoDay(new Date(at))}`, "day", day(new Date(at))));
        above = null;
      }
      if (!dividerShown && this.unreadFrom && m.ts > this.unreadFrom && m.user !== workspace.user) {
        rows.push(this.line(`new/${m.ts}`, "day new", "New"));
        above = null;
        dividerShown = true;
      }
      const replies = this.thread || m.thread ? [] : workspace.messagesOf(m.channel).filter((r) => r.thread === m.ts);
      const grouped = Boolean(above && above.user === m.user && above.app === m.app && !m.only && !above.only && !m.broadcast && m.via !== "command" &&
        above.via !== "command" && at - timeOf(above.ts) < groupWithin && !m.blocks && !above.blocks);
      rows.push(this.row(m, { grouped, replies, unread: this.app.unreadThread(m, replies), threadOf: this.thread?.ts }));
      if (this.thread && m.ts === this.thread.ts) {
        const n = all.filter((r) => r.thread === m.ts).length;
        rows.push(this.line(`replies/${n}`, "day", n === 0 ? "No replies yet" : n === 1 ? "1 reply" : `${n} replies`));
        above = null;
      } else {
        above = m;
      }
    }
    if (!rows.length) rows.push(this.line("empty", "empty", "Nothing has been said here yet."));
    this.updateList(rows);
    this.last = all.at(-1)?.ts;
    this.walk.settle(this.list.querySelector(":scope > .message:last-of-type"));
    this.following = end;
    if (end) this.toEnd();
    else if (before && this.last > before) this.jump.hidden = false;
  }

  line(key, kind, text) {
    return this.cachedRow(key, text, () => h("li", { class: `line ${kind}` }, h("span", {}, text)));
  }

  row(m, options) {
    const version = [m.revision, options.grouped, options.replies.map((r) => r.revision).join(), options.unread, this.app.versions.get(`${m.channel}/${m.ts}`) ?? 0].join("|");
    return this.cachedRow(`m/${m.ts}`, version, () => message(this.app, m, options));
  }

  cachedRow(key, version, make) {
    const known = this.rowCache.get(key);
    return known?.version === version ? { key, version, element: known.element } : { key, version, element: make(), old: known?.element };
  }

  // makeScrollable makes wide content scrollable by keyboard.
  makeScrollable(element) {
    for (const wide of element.querySelectorAll("pre, .table")) {
      if (wide.scrollWidth <= wide.clientWidth || wide.hasAttribute("tabindex")) continue;
      wide.tabIndex = 0;
      wide.setAttribute("role", "group");
      wide.setAttribute("aria-label", "Scrolls sideways");
    }
  }

  // updateList updates the list with the fewest changes to the document.
  updateList(rows) {
    const focused = document.activeElement;
    const row = focused?.closest?.("li");
    const focus = this.list.contains(focused) ? { row, key: focused.dataset.focus, action: focused.dataset.action } : null;
    const fresh = rows.filter((r) => !r.element.isConnected);
    this.rowCache = new Map(rows.map(({ key, version, element }) => [key, { version, element }]));
    const wanted = new Set(rows.map((r) => r.element));
    for (const child of [...this.list.children]) if (!wanted.has(child) && !rows.some((r) => r.old === child)) child.remove();
    let at = this.list.firstElementChild;
    for (const { element, old } of rows) {
      if (old && old.isConnected) {
        if (at === old) at = old.nextElementSibling;
        element.tabIndex = old.tabIndex;
        if (old.dataset.roving) element.dataset.roving = old.dataset.roving;
        old.replaceWith(element);
      } else if (element === at) {
        at = at.nextElementSibling;
        continue;
      } else {
        this.list.insertBefore(element, at);
      }
    }
    for (const { element } of fresh) this.makeScrollable(element);
    if (!focus || focus.row.isConnected) return;
    const next = rows.find((r) => r.old === focus.row)?.element ?? this.list.querySelector(".message:last-of-type");
    const all = focus.key ? [...(next?.querySelectorAll("[data-focus]") ?? [])] : [];
    const target = all.find((e) => e.dataset.focus === focus.key) ?? all.find((e) => focus.action && e.dataset.action === focus.action); // an edit may give the block another id
    (target || next)?.focus({ preventScroll: true });
  }
}
