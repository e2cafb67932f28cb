// The list of channels, the app, and the selection of the person.

import { button, h, literal, on, append, rovingTabindex } from "./dom.js";
import { avatar } from "./message.js";
import { icon } from "./icons.js";
import { ThemeButton } from "./theme.js";

export class Sidebar {
  constructor(app) {
    this.app = app;
    this.title = h("h1", {});
    this.channels = h("ul", { class: "channels", "aria-label": "Channels" });
    this.direct = h("ul", { class: "channels", "aria-label": "Apps" });
    this.nav = h("nav", { "aria-label": "Conversations" },
      h("h2", {}, "Channels"), this.channels, h("h2", {}, "Apps"), this.direct);
    this.walk = rovingTabindex(this.nav, () => [...this.nav.querySelectorAll("button")]);
    this.who = h("select", { class: "select", "aria-label": "You are" });
    on(this.who, "change", () => app.switchUser(this.who.value));
    this.face = h("span");
    this.element = h("aside", { class: "sidebar", id: "sidebar", "aria-label": "Workspace" },
      h("header", { class: "bar" },
        h("div", { class: "workspace" }, this.title, h("span", { class: "muted" }, "local simulator")),
        button({ class: "tool drawer-close", "aria-label": "Close the list of channels" }, () => app.drawer(false), icon("close"))),
      this.nav,
      h("footer", {}, this.face, h("span", { class: "chooser" }, this.who, icon("down")), ThemeButton()));
  }

  update() {
    const { app } = this;
    const { workspace } = app;
    this.title.textContent = workspace.about.name;
    const focused = document.activeElement?.dataset?.channel;
    this.channels.replaceChildren(...workspace.channels.filter((c) => !c.direct).map((c) => this.entry(c, icon(c.private ? "lock" : "hash"), c.name)));
    const dm = workspace.channels.find((c) => c.direct);
    const presence = h("span", { class: workspace.connections ? "presence there" : "presence" });
    this.direct.replaceChildren(this.entry(dm ?? { id: "direct" }, presence, workspace.about.bot.name, workspace.connections ? "connected" : "not connected"));
    const current = this.nav.querySelector("[aria-current]");
    this.walk.settle(current);
    if (focused) [...this.nav.querySelectorAll("button")].find((b) => b.dataset.channel === focused)?.focus();
    const users = workspace.about.users.map((u) => h("option", { value: u.id }, u.name + (u.admin ? " (admin)" : "")));
    if (this.who.dataset.of !== workspace.about.boot) {
      this.who.dataset.of = workspace.about.boot;
      this.who.replaceChildren(...users);
    }
    this.who.value = workspace.user;
    this.face.replaceChildren(avatar(app, workspace.user));
  }

  entry(channel, mark, name, note) {
    const n = channel.id === this.app.channel ? 0 : this.app.unread(channel.id);
    const entry = button({
      class: n ? "channel unread" : "channel", "data-channel": channel.id,
      "aria-current": channel.id === this.app.channel ? "page" : null,
    }, () => this.app.showChannel(channel.id), mark, h("span", { class: "name" }, literal(name)));
    append(entry, [
      note && h("span", { class: "hush" }, ` (${note})`),
      n > 0 && h("span", { class: "count" }, String(Math.min(n, 99)), h("span", { class: "hush" }, " unread")),
    ]);
    return h("li", {}, entry);
  }
}
