// The page: connects its parts with the stream of updates and sends actions.

import { button, h, literal, on, append } from "./dom.js";
import { Composer } from "./composer.js";
import { icon } from "./icons.js";
import { Modal } from "./modal.js";
import { Sidebar } from "./sidebar.js";
import { applyTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { Traffic } from "./traffic.js";
import { openStream, performAction } from "./wire.js";
import { Workspace } from "./workspace.js";

applyTheme();

class App {
  constructor() {
    this.workspace = new Workspace();
    this.channel = null;
    this.opened = new Map(); // containers that the person opened or closed
    this.chosen = new Map(); // values of menus in messages
    this.pending = new Set(); // elements that wait for an acknowledgement
    this.pressedMessage = null; // the message with the pointer down on it
    this.versions = new Map(); // extra revisions of messages, see redrawMessage
    this.read = new Map(); // last ts read, by person and channel or thread
    this.names = {
      me: null,
      user: (id) => this.workspace.nameOf(id),
      channel: (id) => this.workspace.channelName(id),
    };
    this.build();
    this.switchUser(null);
  }

  build() {
    this.sidebar = new Sidebar(this);
    this.timeline = new Timeline(this, { label: "Messages" });
    this.composer = new Composer(this);
    this.modal = new Modal(this);
    this.traffic = new Traffic(this);
    this.title = h("h2", {});
    this.about = h("span", { class: "about" });
    this.trafficButton = button({ class: "tool labelled", "aria-label": "Traffic", "aria-pressed": "false" }, () => this.toggleTraffic(), icon("traffic"), h("span", {}, "Traffic"));
    this.menuButton = button({ class: "tool drawer-open", "aria-label": "Channels", "aria-controls": "sidebar", "aria-expanded": "false" }, () => this.drawer(true), icon("menu"), h("span", { class: "dot", hidden: true }));
    this.offline = h("div", { class: "banner warn", role: "status", hidden: true }, icon("alert"), h("span", {}, "The local Slack does not answer. Trying again …"));
    this.noApp = h("div", { class: "banner", role: "status", hidden: true });
    this.main = h("main", { class: "main" },
      h("header", { class: "bar" }, this.menuButton, h("div", { class: "where" }, this.title, this.about), this.trafficButton),
      this.offline, this.noApp, this.timeline.element, this.composer.element);
    this.side = h("div", { class: "side", hidden: true });
    this.live = h("div", { class: "hush", "aria-live": "polite", role: "log" });
    this.toasts = h("div", { class: "toasts", role: "alert" });
    this.backdrop = on(h("div", { class: "veil" }), "click", () => this.drawer(false));
    append(document.body, [
      button({ class: "skip" }, () => this.composer.focus(), "Skip to the message box"),
      h("div", { class: "app" }, this.sidebar.element, this.main, this.side), this.backdrop, this.live, this.toasts,
    ]);
    on(document, "keydown", (event) => this.onKey(event));
    on(document, "visibilitychange", () => this.markVisibleRead());
    on(document, "pointerdown", (event) => { this.pressedMessage = event.target.closest(".message"); });
    for (const end of ["pointerup", "pointercancel"]) on(document, end, () => setTimeout(() => this.release()));
    on(matchMedia("(max-width: 760px)"), "change", () => this.drawer(false));
    this.drawer(false);
  }

  // release draws what was held back during a press. If a message is redrawn or
  // moves between pointer down and up, the click is lost.
  release() {
    if (!this.pressedMessage) return;
    this.pressedMessage = null;
    this.timeline.update();
    this.pane?.update();
  }

  // onKey handles global keys: Escape goes back, F6 moves between regions, /
  // focuses the message box.
  onKey(event) {
    if (document.querySelector("dialog[open]")) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape") {
      if (document.body.classList.contains("drawn")) this.drawer(false);
      else if (this.pane) this.closePane();
      else this.composer.focus();
    } else if (event.key === "F6") {
      event.preventDefault();
      this.focusNextRegion(event.shiftKey ? -1 : 1);
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.composer.focus();
      this.composer.input.value ||= "/";
      this.composer.suggest();
    }
  }

  focusNextRegion(step) {
    const regions = [
      this.sidebar.nav.querySelector("button[tabindex='0']"),
      this.timeline.list.querySelector(".message[tabindex='0']"),
      this.composer.input,
      this.pane && this.side.querySelector(".message[tabindex='0'], input, button"),
    ].filter((e) => e && e.offsetParent !== null);
    const hosts = regions.map((e) => e.closest(".side, .sidebar, .timeline, .composer"));
    const at = hosts.findIndex((host) => host.contains(document.activeElement));
    regions[(at + step + regions.length) % regions.length]?.focus();
  }

  // switchUser changes the person; null is the first person of the workspace.
  switchUser(user) {
    this.end?.();
    this.closePane(false);
    this.workspace.reset(); // the new person may not see the same messages
    this.timeline.update();
    this.modal.show(null);
    this.end = openStream(user, (update) => this.apply(update), (online) => this.setOnline(online));
  }

  setOnline(online) {
    this.workspace.online = online;
    this.offline.hidden = online;
  }

  apply(update) {
    const boot = this.workspace.about?.boot;
    const first = this.workspace.apply(update);
    const { workspace } = this;
    this.names.me = workspace.user;
    if (first) {
      if (boot && boot !== workspace.about.boot) this.pending.clear();
      this.markAllRead();
    } else {
      this.announce(workspace.newMessages);
    }
    if (!workspace.channel(this.channel)) this.showChannel(this.linkedChannel() ?? workspace.channels.find((c) => !c.direct)?.id ?? workspace.channels[0]?.id, false);
    else if (first) this.showChannel(this.channel, false);
    else this.draw();
  }

  // linkedChannel is the channel of a permalink in the address.
  linkedChannel() {
    const found = location.pathname.match(/^\/archives\/(\w+)\//);
    return this.workspace.channel(found?.[1])?.id;
  }

  // markAllRead marks everything as read when the page first sees it.
  markAllRead() {
    for (const channel of this.workspace.channels) {
      const key = this.readKey(channel.id);
      if (!this.read.has(key)) this.read.set(key, this.workspace.messagesOf(channel.id).at(-1)?.ts ?? "0");
    }
  }

  readKey(channel, thread = "") {
    return `${this.workspace.about?.boot}/${this.workspace.user}/${channel}/${thread}`;
  }

  unread(channel) {
    if (!this.workspace.channel(channel)) return 0;
    const since = this.read.get(this.readKey(channel)) ?? "0";
    return this.workspace.channelMessages(channel).filter((m) => m.ts > since && m.user !== this.workspace.user && m.via !== "command").length;
  }

  unreadThread(m, replies) {
    const since = this.read.get(this.readKey(m.channel, m.ts)) ?? this.read.get(this.readKey(m.channel, "threads")) ?? "0";
    return replies.some((r) => r.ts > since && r.user !== this.workspace.user);
  }

  // markVisibleRead marks what is on display as read.
  markVisibleRead() {
    if (document.hidden || !this.channel) return;
    const last = this.workspace.channelMessages(this.channel).at(-1)?.ts;
    if (last) this.read.set(this.readKey(this.channel), last);
    if (this.pane?.thread) {
      const { channel, ts } = this.pane.thread;
      this.read.set(this.readKey(channel, ts), this.workspace.thread(channel, ts).at(-1)?.ts ?? ts);
    }
  }

  announce(messages) {
    for (const m of messages) {
      if (m.channel !== this.channel || m.user === this.workspace.user) continue;
      const text = m.text || m.files?.map((f) => f.name).join(", ") || "a message";
      this.live.replaceChildren(...literal(`${m.app || this.workspace.nameOf(m.user)}: ${text.replace(/<[^<>]*\|([^<>]*)>/g, "$1")}`));
    }
  }

  // showChannel shows a channel; "direct" opens the direct message with the app.
  async showChannel(id, focus = true) {
    if (id === "direct") {
      try {
        id = (await performAction("direct", { user: this.workspace.user })).channel;
      } catch (problem) {
        return this.showToast(problem.message);
      }
      if (!this.workspace.channel(id)) return void (this.channel = id); // its update will follow
    }
    const other = this.channel !== id;
    if (other && this.pane?.thread) this.closePane(false);
    const since = this.read.get(this.readKey(id));
    const unreadFrom = id && this.unread(id) > 0 ? since : null;
    this.channel = id;
    const channel = this.workspace.channel(id);
    this.composer.setChannel(channel);
    this.timeline.list.setAttribute("aria-label", channel ? `Messages in ${channel.name}` : "Messages");
    this.drawer(false);
    this.timeline.show(id, unreadFrom);
    this.draw();
    if (focus) this.composer.focus();
  }

  draw() {
    const { workspace } = this;
    const channel = workspace.channel(this.channel);
    if (this.shownChannel !== this.channel && channel) {
      this.shownChannel = this.channel;
      this.composer.setChannel(channel);
    }
    this.markVisibleRead();
    this.sidebar.update();
    this.title.replaceChildren(...(channel ? [!channel.direct && icon(channel.private ? "lock" : "hash"), document.createTextNode(channel.name)].filter(Boolean) : []));
    const bot = workspace.about.bot.name;
    this.about.textContent = !channel || channel.direct ? "" : channel.bot ? `${bot} is a member` : `${bot} is not a member`;
    const waiting = workspace.channels.reduce((n, c) => n + (c.id === this.channel ? 0 : this.unread(c.id)), 0);
    this.menuButton.querySelector(".dot").hidden = waiting === 0;
    document.title = `${waiting ? `(${waiting}) ` : ""}${channel ? (channel.direct ? channel.name : `#${channel.name}`) : ""} · ${workspace.about.name}`;
    this.showConnectHelp();
    this.timeline.channel = this.channel;
    this.timeline.update();
    this.pane?.update();
    this.modal.show(workspace.view);
  }

  // showConnectHelp tells how to connect an app while none is connected.
  showConnectHelp() {
    const { about, connections } = this.workspace;
    const missing = connections === 0;
    if (this.noApp.hidden === !missing) return;
    this.noApp.hidden = !missing;
    if (!missing) return this.noApp.replaceChildren();
    const lines = [`export SLACK_API_URL=${about.api_url}`, `export SLACK_BOT_TOKEN=${about.bot_token}`, `export SLACK_APP_TOKEN=${about.app_token}`].join("\n");
    this.noApp.replaceChildren(
      h("div", {}, h("b", {}, "No app is connected."), " Start one with these settings; what you type until then fails as it would in Slack."),
      h("pre", { tabindex: "0" }, h("code", {}, lines)),
      button({ class: "press" }, () => this.copy(lines), icon("copy"), "Copy"));
  }

  drawer(open) {
    const narrow = matchMedia("(max-width: 760px)").matches;
    document.body.classList.toggle("drawn", open && narrow);
    this.menuButton.setAttribute("aria-expanded", String(open && narrow));
    this.sidebar.element.inert = narrow && !open;
    this.main.inert = narrow && open;
    if (open) this.sidebar.nav.querySelector("button[tabindex='0']")?.focus();
    else if (this.wasOpen) this.menuButton.focus();
    this.wasOpen = open && narrow;
  }

  openThread(channel, ts, focus = true) {
    if (this.pane?.thread?.ts !== ts) {
      const thread = { channel, ts };
      const timeline = new Timeline(this, { label: "Thread", thread });
      const composer = new Composer(this, thread);
      composer.setChannel(this.workspace.channel(channel));
      timeline.channel = channel;
      const element = h("section", { class: "pane thread", "aria-label": "Thread" },
        h("header", { class: "bar" }, h("h2", {}, "Thread"), h("span", { class: "about" }, literal(`#${this.workspace.channelName(channel)}`)),
          button({ class: "tool", "aria-label": "Close thread" }, () => this.closePane(), icon("close"))),
        timeline.element, composer.element);
      this.openPane({
        thread, element, composer,
        update: () => {
          if (!this.workspace.message(channel, ts)) return this.closePane();
          timeline.update();
        },
      });
      timeline.toEnd();
    }
    if (focus) this.pane.composer.focus();
  }

  toggleTraffic() {
    if (this.pane?.traffic) return this.closePane();
    this.openPane({ traffic: true, element: this.traffic.element, update: () => this.traffic.update() });
    this.traffic.filter.focus();
  }

  openPane(pane) {
    if (!this.pane) this.restoreFocus = this.saveFocus();
    this.pane = pane;
    this.side.replaceChildren(pane.element);
    this.side.hidden = false;
    document.body.classList.add("paned");
    this.trafficButton.setAttribute("aria-pressed", String(Boolean(pane.traffic)));
    pane.update();
    this.markVisibleRead();
    this.timeline.update(); // the thread is read now
  }

  // saveFocus returns a function that restores the focus, even if the message was
  // redrawn.
  saveFocus() {
    const focused = document.activeElement;
    const list = focused.closest(".messages");
    const ts = focused.closest(".message")?.dataset.ts;
    return () => {
      const message = ts && [...list.children].find((m) => m.dataset.ts === ts);
      if (message) message.focus({ preventScroll: true }); // shows the tools beside it
      const parts = [...(message ? message.querySelectorAll("[data-focus]") : [])];
      const same = focused.isConnected ? focused : parts.find((e) => e.dataset.focus === focused.dataset.focus);
      if (same && same !== document.body) same.focus();
      if (document.activeElement === document.body) this.composer.focus();
    };
  }

  closePane(focus = true) {
    if (!this.pane) return;
    this.pane = null;
    this.side.hidden = true;
    this.side.replaceChildren();
    document.body.classList.remove("paned");
    this.trafficButton.setAttribute("aria-pressed", "false");
    if (focus) this.restoreFocus();
  }

  // click uses an element of a message.
  click(m, block, e, values, keys) {
    return this.press(keys, () => this.redrawMessage(m), "click", { channel: m.channel, ts: m.ts, block: block.block_id, action: e.action_id, values });
  }

  // clickView uses an element of a modal.
  clickView(view, block, e, values, keys) {
    return this.press(keys, () => this.modal.dialog && this.modal.draw(), "click", { view: view.id, block: block.block_id, action: e.action_id, values });
  }

  async press(keys, redraw, action, parameters) {
    for (const key of keys) this.pending.add(key);
    redraw();
    try {
      await performAction(action, { user: this.workspace.user, ...parameters });
    } catch (problem) {
      this.showToast(problem.message);
    }
    for (const key of keys) this.pending.delete(key);
    redraw();
  }

  async shortcut(m, s) {
    try {
      await performAction("shortcut", { user: this.workspace.user, channel: m.channel, ts: m.ts, shortcut: s.id });
    } catch (problem) {
      this.showToast(problem.message);
    }
  }

  // redrawMessage draws a message again.
  redrawMessage(m) {
    const key = `${m.channel}/${m.ts}`;
    this.versions.set(key, (this.versions.get(key) ?? 0) + 1);
    this.timeline.update();
    this.pane?.update();
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.showToast("Copied.", false);
    } catch {
      this.showToast("The browser does not let this page write to the clipboard.");
    }
  }

  // showToast shows a sentence for a while.
  showToast(text, bad = true) {
    const toast = h("div", { class: bad ? "toast problem" : "toast" }, bad && icon("alert"), h("span", {}, literal(text)),
      button({ class: "tool", "aria-label": "Dismiss" }, () => toast.remove(), icon("close")));
    this.toasts.append(toast);
    setTimeout(() => toast.remove(), bad ? 10000 : 2500);
  }
}

new App();
