// The page: puts its parts together and carries deeds and news between them.

import { button, h, literal, on, put } from "./dom.js";
import { Composer } from "./composer.js";
import { icon } from "./icons.js";
import { Modal } from "./modal.js";
import { Sidebar } from "./sidebar.js";
import { applyTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { Traffic } from "./traffic.js";
import { listen, perform } from "./wire.js";
import { Workspace } from "./workspace.js";

applyTheme();

class App {
  constructor() {
    this.workspace = new Workspace();
    this.channel = null;
    this.opened = new Map(); // containers that the reader opened or closed
    this.chosen = new Map(); // what menus of messages hold
    this.pending = new Set(); // elements that wait for the app
    this.pressed = null; // the message on which a pointer is down
    this.versions = new Map(); // of messages, beside their revision
    this.read = new Map(); // last ts read, by person and channel or thread
    this.names = {
      me: null,
      user: (id) => this.workspace.nameOf(id),
      channel: (id) => this.workspace.channelName(id),
    };
    this.build();
    this.become(null);
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
    this.veil = on(h("div", { class: "veil" }), "click", () => this.drawer(false));
    put(document.body, [
      button({ class: "skip" }, () => this.composer.focus(), "Skip to the message box"),
      h("div", { class: "app" }, this.sidebar.element, this.main, this.side), this.veil, this.live, this.toasts,
    ]);
    on(document, "keydown", (event) => this.key(event));
    on(document, "visibilitychange", () => this.look());
    on(document, "pointerdown", (event) => { this.pressed = event.target.closest(".message"); });
    for (const end of ["pointerup", "pointercancel"]) on(document, end, () => setTimeout(() => this.release()));
    on(matchMedia("(max-width: 760px)"), "change", () => this.drawer(false));
    this.drawer(false);
  }

  // release draws what a press held up: a message that is drawn anew, or moves,
  // between the down and the up of a button would lose the click.
  release() {
    if (!this.pressed) return;
    this.pressed = null;
    this.timeline.update();
    this.pane?.update();
  }

  // key handles what works everywhere: Escape steps back, F6 walks over the
  // regions, / goes to the message box.
  key(event) {
    if (document.querySelector("dialog[open]")) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape") {
      if (document.body.classList.contains("drawn")) this.drawer(false);
      else if (this.pane) this.closePane();
      else this.composer.focus();
    } else if (event.key === "F6") {
      event.preventDefault();
      this.walkRegions(event.shiftKey ? -1 : 1);
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.composer.focus();
      this.composer.input.value ||= "/";
      this.composer.suggest();
    }
  }

  walkRegions(step) {
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

  // become changes who one is; null is the first person of the workspace.
  become(user) {
    this.end?.();
    this.closePane(false);
    this.workspace.forget(); // what one saw is not what the other sees
    this.timeline.update();
    this.modal.show(null);
    this.end = listen(user, (news) => this.take(news), (there) => this.reach(there));
  }

  reach(there) {
    this.workspace.online = there;
    this.offline.hidden = there;
  }

  take(news) {
    const boot = this.workspace.about?.boot;
    const first = this.workspace.take(news);
    const { workspace } = this;
    this.names.me = workspace.user;
    if (first) {
      if (boot && boot !== workspace.about.boot) this.pending.clear();
      this.meet();
    } else {
      this.announce(workspace.fresh);
    }
    if (!workspace.channel(this.channel)) this.go(this.wanted() ?? workspace.channels.find((c) => !c.direct)?.id ?? workspace.channels[0]?.id, false);
    else if (first) this.go(this.channel, false);
    else this.draw();
  }

  // wanted is the channel of the address, as in a permalink.
  wanted() {
    const found = location.pathname.match(/^\/archives\/(\w+)\//);
    return this.workspace.channel(found?.[1])?.id;
  }

  // meet takes what is there when one comes for the first time as read.
  meet() {
    for (const channel of this.workspace.channels) {
      const key = this.placeKey(channel.id);
      if (!this.read.has(key)) this.read.set(key, this.workspace.room(channel.id).at(-1)?.ts ?? "0");
    }
  }

  placeKey(channel, thread = "") {
    return `${this.workspace.about?.boot}/${this.workspace.user}/${channel}/${thread}`;
  }

  unread(channel) {
    if (!this.workspace.channel(channel)) return 0;
    const since = this.read.get(this.placeKey(channel)) ?? "0";
    return this.workspace.main(channel).filter((m) => m.ts > since && m.user !== this.workspace.user && m.via !== "command").length;
  }

  unreadThread(m, replies) {
    const since = this.read.get(this.placeKey(m.channel, m.ts)) ?? this.read.get(this.placeKey(m.channel, "threads")) ?? "0";
    return replies.some((r) => r.ts > since && r.user !== this.workspace.user);
  }

  // look marks what is on display as read.
  look() {
    if (document.hidden || !this.channel) return;
    const last = this.workspace.main(this.channel).at(-1)?.ts;
    if (last) this.read.set(this.placeKey(this.channel), last);
    if (this.pane?.thread) {
      const { channel, ts } = this.pane.thread;
      this.read.set(this.placeKey(channel, ts), this.workspace.thread(channel, ts).at(-1)?.ts ?? ts);
    }
  }

  announce(messages) {
    for (const m of messages) {
      if (m.channel !== this.channel || m.user === this.workspace.user) continue;
      const text = m.text || m.files?.map((f) => f.name).join(", ") || "a message";
      this.live.replaceChildren(...literal(`${m.app || this.workspace.nameOf(m.user)}: ${text.replace(/<[^<>]*\|([^<>]*)>/g, "$1")}`));
    }
  }

  // go shows a channel; "direct" opens the conversation with the app.
  async go(id, focus = true) {
    if (id === "direct") {
      try {
        id = (await perform("direct", { user: this.workspace.user })).channel;
      } catch (problem) {
        return this.tell(problem.message);
      }
      if (!this.workspace.channel(id)) return void (this.channel = id); // news of it is on its way
    }
    const other = this.channel !== id;
    if (other && this.pane?.thread) this.closePane(false);
    const since = this.read.get(this.placeKey(id));
    const fresh = id && this.unread(id) > 0 ? since : null;
    this.channel = id;
    const channel = this.workspace.channel(id);
    this.composer.at(channel);
    this.timeline.list.setAttribute("aria-label", channel ? `Messages in ${channel.name}` : "Messages");
    this.drawer(false);
    this.timeline.show(id, fresh);
    this.draw();
    if (focus) this.composer.focus();
  }

  draw() {
    const { workspace } = this;
    const channel = workspace.channel(this.channel);
    if (this.shownChannel !== this.channel && channel) {
      this.shownChannel = this.channel;
      this.composer.at(channel);
    }
    this.look();
    this.sidebar.update();
    this.title.replaceChildren(...(channel ? [!channel.direct && icon(channel.private ? "lock" : "hash"), document.createTextNode(channel.name)].filter(Boolean) : []));
    const bot = workspace.about.bot.name;
    this.about.textContent = !channel || channel.direct ? "" : channel.bot ? `${bot} is a member` : `${bot} is not a member`;
    const waiting = workspace.channels.reduce((n, c) => n + (c.id === this.channel ? 0 : this.unread(c.id)), 0);
    this.menuButton.querySelector(".dot").hidden = waiting === 0;
    document.title = `${waiting ? `(${waiting}) ` : ""}${channel ? (channel.direct ? channel.name : `#${channel.name}`) : ""} · ${workspace.about.name}`;
    this.welcome();
    this.timeline.channel = this.channel;
    this.timeline.update();
    this.pane?.update();
    this.modal.show(workspace.view);
  }

  // welcome tells how an app connects while none is.
  welcome() {
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
      composer.at(this.workspace.channel(channel));
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
    if (!this.pane) this.beforePane = this.remember();
    this.pane = pane;
    this.side.replaceChildren(pane.element);
    this.side.hidden = false;
    document.body.classList.add("paned");
    this.trafficButton.setAttribute("aria-pressed", String(Boolean(pane.traffic)));
    pane.update();
    this.look();
    this.timeline.update(); // the thread is read now
  }

  // remember notes where the focus is; what it returns brings the focus back
  // there, also when the message was drawn anew meanwhile.
  remember() {
    const held = document.activeElement;
    const list = held.closest(".messages");
    const ts = held.closest(".message")?.dataset.ts;
    return () => {
      const message = ts && [...list.children].find((m) => m.dataset.ts === ts);
      if (message) message.focus({ preventScroll: true }); // shows the tools beside it
      const parts = [...(message ? message.querySelectorAll("[data-focus]") : [])];
      const same = held.isConnected ? held : parts.find((e) => e.dataset.focus === held.dataset.focus);
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
    if (focus) this.beforePane();
  }

  // click uses an element of a message.
  click(m, block, e, values, keys) {
    return this.press(keys, () => this.bump(m), "click", { channel: m.channel, ts: m.ts, block: block.block_id, action: e.action_id, values });
  }

  // clickView uses an element of a modal.
  clickView(view, block, e, values, keys) {
    return this.press(keys, () => this.modal.dialog && this.modal.draw(), "click", { view: view.id, block: block.block_id, action: e.action_id, values });
  }

  async press(keys, redraw, deed, what) {
    for (const key of keys) this.pending.add(key);
    redraw();
    try {
      await perform(deed, { user: this.workspace.user, ...what });
    } catch (problem) {
      this.tell(problem.message);
    }
    for (const key of keys) this.pending.delete(key);
    redraw();
  }

  async shortcut(m, s) {
    try {
      await perform("shortcut", { user: this.workspace.user, channel: m.channel, ts: m.ts, shortcut: s.id });
    } catch (problem) {
      this.tell(problem.message);
    }
  }

  // bump draws a message anew.
  bump(m) {
    const key = `${m.channel}/${m.ts}`;
    this.versions.set(key, (this.versions.get(key) ?? 0) + 1);
    this.timeline.update();
    this.pane?.update();
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.tell("Copied.", false);
    } catch {
      this.tell("The browser does not let this page write to the clipboard.");
    }
  }

  // tell shows a sentence for a while.
  tell(text, bad = true) {
    const toast = h("div", { class: bad ? "toast problem" : "toast" }, bad && icon("alert"), h("span", {}, literal(text)),
      button({ class: "tool", "aria-label": "Dismiss" }, () => toast.remove(), icon("close")));
    this.toasts.append(toast);
    setTimeout(() => toast.remove(), bad ? 10000 : 2500);
  }
}

new App();
