// What the page knows of the workspace, as one person sees it.

export class Workspace {
  constructor() {
    this.about = null; // name, users, commands …
    this.user = null;
    this.online = false;
    this.connections = 0;
    this.forget();
  }

  forget() {
    this.channels = [];
    this.rooms = new Map(); // channel id → messages by ts, oldest first
    this.view = null;
    this.calls = new Map(); // by number
    this.envelopes = new Map(); // by id
    this.fresh = []; // messages of the last piece of news that were not known
  }

  // take applies a piece of news; true when it is the first of a stream.
  take(news) {
    const first = Boolean(news.workspace);
    if (first) {
      this.forget();
      this.about = news.workspace;
      this.user = news.workspace.user;
    }
    if (news.channels) this.channels = news.channels;
    if (news.connections !== undefined) this.connections = news.connections;
    this.fresh = [];
    for (const message of news.messages ?? []) this.keep(message);
    for (const key of news.gone ?? []) this.drop(key);
    if (news.view) this.view = news.view;
    if (news.no_view) this.view = null;
    for (const call of news.calls ?? []) this.calls.set(call.number, call);
    for (const envelope of news.envelopes ?? []) this.envelopes.set(envelope.id, envelope);
    bound(this.calls, 1000);
    bound(this.envelopes, 1000);
    return first;
  }

  keep(message) {
    const list = this.room(message.channel);
    let at = list.length;
    while (at > 0 && list[at - 1].ts > message.ts) at--;
    if (at > 0 && list[at - 1].ts === message.ts) {
      list[at - 1] = message;
    } else {
      list.splice(at, 0, message);
      this.fresh.push(message);
    }
  }

  drop({ channel, ts }) {
    const list = this.room(channel);
    const at = list.findIndex((message) => message.ts === ts);
    if (at >= 0) list.splice(at, 1);
  }

  room(channel) {
    if (!this.rooms.has(channel)) this.rooms.set(channel, []);
    return this.rooms.get(channel);
  }

  message(channel, ts) {
    return this.room(channel).find((message) => message.ts === ts);
  }

  // main are the messages of a channel that do not stand in a thread only.
  main(channel) {
    const list = this.room(channel);
    const parents = new Set(list.map((message) => message.ts));
    return list.filter((m) => !m.thread || m.broadcast || !parents.has(m.thread));
  }

  // thread is a message with its replies.
  thread(channel, ts) {
    return this.room(channel).filter((m) => m.ts === ts || m.thread === ts);
  }

  channel(id) {
    return this.channels.find((channel) => channel.id === id);
  }

  isBot(id) {
    return id === this.about?.bot.id;
  }

  nameOf(id) {
    if (id === "USLACKBOT") return "Slackbot";
    if (this.isBot(id)) return this.about.bot.name;
    return this.about?.users.find((user) => user.id === id)?.name ?? id;
  }

  channelName(id) {
    return this.channel(id)?.name ?? id;
  }
}

function bound(map, most) {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

// millis is the moment of a ts.
export function millis(ts) {
  return Number(ts.split(".")[0]) * 1000;
}
