// Rendering of one message.

import { anchor, button, h, literal, append } from "./dom.js";
import { blocks } from "./blocks.js";
import { clock, full } from "./dates.js";
import { emojiNamed } from "./richtext.js";
import { files } from "./files.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { openMenu } from "./menu.js";
import { timeOf } from "./workspace.js";

// initial returns what an element holds before anybody has used it.
export function initial(e) {
  if (e.initial_value) return [e.initial_value];
  if (e.initial_option) return [e.initial_option.value];
  return (e.initial_options ?? []).map((o) => o.value);
}

export const dispatches = (block) => block.type !== "input" || block.dispatch_action === true;

// avatar returns a picture for a name.
export function avatar(app, id, name = app.workspace.nameOf(id)) {
  const bot = app.workspace.isBot(id);
  const hue = [...name].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 6, 0);
  return h("span", { class: bot ? "avatar bot" : `avatar hue-${hue}`, "aria-hidden": "true" }, bot ? icon("lines") : [...name.toUpperCase()][0]);
}

// message renders a message. Options: grouped (the message above is by the same
// person), threadOf (it is in the pane of that thread), replies (of a parent).
export function message(app, m, options) {
  const name = m.app || app.workspace.nameOf(m.user);
  const at = new Date(timeOf(m.ts));
  const item = h("li", {
    class: ["message", options.grouped && "grouped", m.only && "only", m.deleted && "deleted"].filter(Boolean).join(" "),
    "data-ts": m.ts, tabindex: "-1",
    "aria-label": [name, clock(at), m.only && "only visible to you", m.edited && "edited"].filter(Boolean).join(", "),
  });
  const time = h("time", { datetime: at.toISOString(), title: full(at) }, clock(at));
  return append(item, [
    m.only && h("div", { class: "note" }, icon("eye"), "Only visible to you"),
    m.broadcast && !options.threadOf && h("div", { class: "note" }, icon("reply"), button({ class: "textual" }, () => app.openThread(m.channel, m.thread), "replied to a thread")),
    h("div", { class: "gutter" }, options.grouped ? time : avatar(app, m.user, name)),
    h("div", { class: "content" },
      !options.grouped && h("div", { class: "head" },
        h("b", { class: "author" }, literal(name)),
        (m.app || app.workspace.isBot(m.user)) && h("span", { class: "badge" }, "App"),
        time,
        m.edited && h("span", { class: "mark" }, "(edited)")),
      options.grouped && m.edited && h("span", { class: "mark" }, "(edited)"),
      content(app, m),
      (m.attachments ?? []).map((a) => attachment(app, a)),
      files(m),
      m.reactions?.length > 0 && h("div", { class: "reactions" }, m.reactions.map((r) => h("span", { class: "reaction" }, emojiNamed(r), " 1"))),
      m.trouble && h("div", { class: "problem", role: "alert" }, icon("alert"), literal(m.trouble)),
      options.replies?.length > 0 && summary(app, m, options)),
    tools(app, m, options),
  ]);
}

// content returns the blocks of the message, or else its text.
function content(app, m) {
  if (m.deleted) return h("p", { class: "muted" }, "This message was deleted.");
  if (m.via === "command") {
    const typed = m.text.replace(/&(amp|lt|gt);/g, (all) => ({ "&amp;": "&", "&lt;": "<", "&gt;": ">" })[all]);
    return h("p", { class: "text" }, h("span", { class: "muted" }, "used "), h("code", { class: "typed" }, literal(typed)));
  }
  if (m.blocks) return h("div", { class: "blocks" }, blocks(m.blocks, context(app, m)));
  return m.text ? h("div", { class: "text" }, mrkdwn(m.text, app.names)) : null;
}

// attachment renders a legacy attachment of another app.
function attachment(app, a) {
  const title = a.title && (a.title_link ? anchor(a.title_link, {}, literal(a.title)) : literal(a.title));
  return [
    a.pretext && h("div", { class: "text" }, mrkdwn(a.pretext, app.names)),
    (title || a.text || (!a.pretext && a.fallback)) && h("div", { class: "attachment" },
      title && h("b", {}, title),
      (a.text || (!title && a.fallback)) && h("div", { class: "text" }, mrkdwn(a.text || a.fallback, app.names))),
  ];
}

function context(app, m) {
  const key = `${m.channel}/${m.ts}`;
  const part = (block, e) => `${key}/${block.block_id}/${e.action_id}`;
  return {
    key, names: app.names, opened: app.opened, dispatches,
    makeScrollable: (element) => app.timeline.makeScrollable(element),
    valuesOf: (block, e) => app.chosen.get(part(block, e)) ?? initial(e),
    setValues: (block, e, values) => app.chosen.set(part(block, e), values),
    busy: (block, e, value) => app.pending.has(`${part(block, e)}/${value ?? ""}`) || (value === undefined && app.pending.has(part(block, e))),
    use: (block, e, values) => app.click(m, block, e, values, [part(block, e), `${part(block, e)}/${values[0] ?? ""}`]),
  };
}

function summary(app, m, options) {
  const last = options.replies.at(-1);
  const n = options.replies.length;
  return button({ class: options.unread ? "replies unread" : "replies", "data-focus": "replies" }, () => app.openThread(m.channel, m.ts),
    [...new Set(options.replies.map((r) => r.user))].slice(0, 3).map((user) => avatar(app, user)),
    h("b", {}, n === 1 ? "1 reply" : `${n} replies`),
    h("span", { class: "muted" }, options.unread ? "new" : `last at ${clock(new Date(timeOf(last.ts)))}`));
}

// tools are the buttons beside a message.
function tools(app, m, options) {
  if (m.deleted) return null;
  const root = m.thread || m.ts;
  const actions = [];
  if (!m.only && !options.threadOf) {
    actions.push(button({ class: "tool", "aria-label": "Reply in thread", title: "Reply in thread", "data-focus": "reply" }, () => app.openThread(m.channel, root, true), icon("reply")));
  }
  const more = button({ class: "tool", "aria-label": "Message menu", title: "Message menu", "aria-haspopup": "menu", "data-focus": "more" }, () => openMenu(more, entries()), icon("more"));
  const entries = () => [
    ...(m.only ? [] : app.workspace.about.shortcuts.map((s) => ({
      label: s.name, hint: app.workspace.about.bot.name, icon: icon("lines"), does: () => app.shortcut(m, s),
    }))),
    ...(m.only || options.threadOf ? [] : [{ label: "Reply in thread", icon: icon("reply"), does: () => app.openThread(m.channel, root, true) }]),
    { label: "Copy text", icon: icon("copy"), does: () => app.copy(item()) },
  ];
  const item = () => more.closest(".message").querySelector(".content").innerText;
  actions.push(more);
  return h("div", { class: "tools" }, actions);
}
