// The state of the workspace as one person sees it.

export class Workspace {
  constructor() {
    this.about = null; // name, users, commands …
    this.user = null;
    this.online = false;
    this.connections = 0;
    this.reset();
  }

  reset() {
    this.channels = [];
    this.messages = new Map(); // channel id → messages by ts, oldest first
    this.view = null;
    this.calls = new Map(); // by number
    this.envelopes = new Map(); // by id
    this.newMessages = []; // messages that the last update has added
  }

  // apply applies an update. It returns true for the first one of a stream.
  apply(update) {
    const first = Boolean(update.workspace);
    if (first) {
      this.reset();
      this.about = update.workspace;
      this.user = update.workspace.user;
    }
    if (update.channels) this.channels = update.channels;
    if (update.connections !== undefined) this.connections = update.connections;
    this.newMessages = [];
    for (const message of update.messages ?? []) this.storeMessage(message);
    for (const key of update.gone ?? []) this.removeMessage(key);
    if (update.view) this.view = update.view;
    if (update.no_view) this.view = null;
    for (const call of update.calls ?? []) this.calls.set(call.number, call);
    for (const envelope of update.envelopes ?? []) this.envelopes.set(envelope.id, envelope);
    limitSize(this.calls, 1000);
    limitSize(this.envelopes, 1000);
    return first;
  }

  storeMessage(message) {
    const list = this.messagesOf(message.channel);
    let at = list.length;
    while (at > 0 && list[at - 1].ts > message.ts) at--;
    if (at > 0 && list[at - 1].ts === message.ts) {
      list[at - 1] = message;
    } else {
      list.splice(at, 0, message);
      this.newMessages.push(message);
    }
  }

  removeMessage({ channel, ts }) {
    const list = this.messagesOf(channel);
    const at = list.findIndex((message) => message.ts === ts);
    if (at >= 0) list.splice(at, 1);
  }

  messagesOf(channel) {
    if (!this.messages.has(channel)) this.messages.set(channel, []);
    return this.messages.get(channel);
  }

  message(channel, ts) {
    return this.messagesOf(channel).find((message) => message.ts === ts);
  }

  // channelMessages are the messages shown in a channel: all but thread replies.
  channelMessages(channel) {
    const list = this.messagesOf(channel);
    const parents = new Set(list.map((message) => message.ts));
    return list.filter((m) => !m.thread || m.broadcast || !parents.has(m.thread));
  }

  // thread returns a message and its replies.
  thread(channel, ts) {
    return this.messagesOf(channel).filter((m) => m.ts === ts || m.thread === ts);
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

function limitSize(map, max) {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}

// timeOf returns the time of a ts in Unix milliseconds.
export function timeOf(ts) {
  return Number(ts.split(".")[0]) * 1000;
}
