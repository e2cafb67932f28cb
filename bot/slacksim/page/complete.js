// Completion while somebody types.

// complete returns {hint, from, items} for the text before the caret. Accepting an
// item replaces the text between from and the caret with item.insert.
export function complete(text, workspace) {
  if (text.startsWith("/")) return command(text, workspace);
  const word = text.match(/(^|\s)([@#])([\p{L}\p{N}._-]*)$/u);
  if (!word) return noCompletions;
  const prefix = word[3].toLowerCase();
  const names = word[2] === "@"
    ? [workspace.about.bot, ...workspace.about.users].map((user) => ({ name: user.name, hint: user === workspace.about.bot ? "app" : "" }))
    : workspace.channels.filter((channel) => !channel.direct).map((channel) => ({ name: channel.name, hint: channel.private ? "private" : "" }));
  return {
    hint: "", from: text.length - prefix.length - 1,
    items: names.filter((one) => one.name.toLowerCase().startsWith(prefix) && one.name.toLowerCase() !== prefix)
      .map((one) => ({ label: word[2] + one.name, hint: one.hint, insert: `${word[2]}${one.name} ` })),
  };
}

const noCompletions = { hint: "", from: 0, items: [] };

// builtIn returns the commands of the workspace itself.
export function builtIn(workspace) {
  const bot = "@" + workspace.about.bot.name;
  return [
    { name: "/invite", hint: bot, does: `add ${bot} to this channel`, verbs: [], member: true },
    { name: "/remove", hint: bot, does: `take ${bot} out of this channel`, verbs: [], member: false },
  ];
}

function command(text, workspace) {
  const commands = [...(workspace.about.commands ?? []), ...builtIn(workspace)];
  const [, name, gap, rest] = text.match(/^(\S*)(\s*)([^]*)$/);
  if (!gap) {
    return {
      hint: "", from: 0,
      items: commands.filter((c) => c.name.startsWith(name.toLowerCase()) && (c.name !== name || c.verbs?.length))
        .map((c) => ({ label: c.name, hint: c.does || c.hint, insert: `${c.name} ` })),
    };
  }
  const matched = commands.find((c) => c.name === name.toLowerCase());
  if (!matched) return noCompletions;
  const from = name.length + gap.length;
  const [, first, more] = rest.match(/^(\S*)(\s*)/);
  if (!matched.verbs?.length) {
    const whole = matched.hint ?? "";
    return { hint: "", from, items: whole.startsWith(rest) && whole !== rest ? [{ label: `${matched.name} ${whole}`, hint: matched.does, insert: whole }] : [] };
  }
  if (!more) {
    const items = matched.verbs.filter((v) => v.name.startsWith(first.toLowerCase()) && v.name !== first)
      .map((v) => ({ label: v.name, detail: v.hint, hint: v.does, insert: `${v.name} ` }));
    return { hint: "", from, items };
  }
  const verb = matched.verbs.find((v) => v.name === first.toLowerCase());
  if (!verb) return noCompletions;
  const hint = `${matched.name} ${verb.name} ${verb.hint ?? ""}`.trim();
  const word = rest.match(/\S*$/)[0];
  const words = word.startsWith("-")
    ? (verb.words ?? []).filter((w) => w.startsWith(word) && w.split(" ")[0] !== word)
      .map((w) => ({ label: w, insert: `${w.split(" ")[0]} `, at: text.length - word.length }))
    : [];
  const examples = (verb.examples ?? []).filter((e) => e.startsWith(rest) && e !== rest).map((e) => ({ label: e, hint: "example", insert: e }));
  const items = words.length ? words : examples;
  return { hint, from: words.length ? words[0].at : from, items: items.slice(0, 12) };
}
