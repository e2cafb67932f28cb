// Slack's own markup ("mrkdwn") as elements.

import { anchor, h, literal, safeURL } from "./dom.js";
import { full, formatDate } from "./dates.js";

const entity = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const unescaped = (text) => text.replace(/&(amp|lt|gt);/g, (all) => entity[all]);
const unescapedNodes = (text) => literal(unescaped(text));
const styles = { "*": "strong", _: "em", "~": "s" };
const letter = /[\p{L}\p{N}]/u;

// mention renders the name of a user, channel or group.
export function mention(text, mine) {
  return h("span", { class: mine ? "mention mine" : "mention" }, literal(text));
}

// dateElement renders a time of Slack's date markup.
export function dateElement(seconds, format, fallback, link) {
  const date = new Date(seconds * 1000);
  const known = Number.isFinite(date.getTime());
  const time = h("time", known ? { datetime: date.toISOString(), title: full(date) } : {}, literal(formatDate(seconds, format, fallback)));
  return link && safeURL(link) ? anchor(link, {}, time) : time;
}

// mrkdwn renders text as nodes. names looks up users and channels.
export function mrkdwn(text, names) {
  const nodes = [];
  text.split("```").forEach((part, i, all) => {
    const closed = i % 2 === 1 && i < all.length - 1;
    if (closed) {
      nodes.push(h("pre", {}, h("code", {}, tokens(part.replace(/^\n|\n$/g, ""), names, unescapedNodes))));
      return;
    }
    if (i % 2 === 1) part = "```" + part; // not closed
    if (i > 0) part = part.replace(/^\n/, "");
    if (i < all.length - 1) part = part.replace(/\n$/, "");
    if (part) nodes.push(lines(part, names));
  });
  return nodes;
}

// lines separates quoted lines from others.
function lines(text, names) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, i) => {
    const quoted = line.match(/^&gt;\s?(.*)$/);
    if (quoted) {
      if (!quote) nodes.push((quote = h("blockquote")));
      else quote.append("\n");
      quote.append(...inline(quoted[1], names));
      return;
    }
    if (i > 0 && !quote) nodes.push(document.createTextNode("\n"));
    quote = null;
    nodes.push(...inline(line, names));
  });
  return nodes;
}

// inline renders one line: code first, then <...>, then emphasis.
function inline(line, names) {
  return line.split(/(`[^`]+`)/).flatMap((part) => {
    if (/^`[^`]+`$/.test(part)) return [h("code", {}, tokens(part.slice(1, -1), names, unescapedNodes))];
    return emphasis(part, names);
  });
}

// emphasis renders the first pair of emphasis marks and what is around it.
function emphasis(text, names) {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "<") {
      const end = text.indexOf(">", i);
      if (end > 0) i = end;
      continue;
    }
    const tag = styles[text[i]];
    if (!tag || !opens(text, i)) continue;
    const end = closing(text, i);
    if (end < 0) continue;
    return [
      ...tokens(text.slice(0, i), names, linkNodes),
      h(tag, {}, emphasis(text.slice(i + 1, end), names)),
      ...emphasis(text.slice(end + 1), names),
    ];
  }
  return tokens(text, names, linkNodes);
}

const isWordChar = (c) => c !== undefined && c !== "" && letter.test(c);
const before = (text, i) => [...text.slice(Math.max(0, i - 2), i)].pop();
const after = (text, i) => [...text.slice(i + 1, i + 3)][0];

function opens(text, i) {
  const next = text[i + 1];
  return !isWordChar(before(text, i)) && before(text, i) !== text[i] && next !== undefined && next !== " " && next !== text[i];
}

function closing(text, i) {
  for (let j = i + 2; j < text.length; j++) {
    if (text[j] === text[i] && text[j - 1] !== " " && text[j - 1] !== text[i] && text[j + 1] !== text[i] && !isWordChar(after(text, j))) return j;
  }
  return -1;
}

// tokens renders <...> and passes the rest to rest.
function tokens(text, names, rest) {
  return text.split(/(<[^<>\n]+>)/).flatMap((part) => {
    if (!/^<[^<>\n]+>$/.test(part)) return part ? rest(part) : [];
    return [token(part.slice(1, -1), names)];
  });
}

function token(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescaped(inside.slice(bar + 1));
  const id = target.slice(1);
  if (target[0] === "@") return mention("@" + names.user(id), names.me === id);
  if (target[0] === "#") return mention("#" + (label || names.channel(id)));
  if (target[0] === "!") {
    const [word, ...more] = id.split("^");
    if (word === "date") return dateElement(Number(more[0]), unescaped(more[1] ?? ""), label, more[2]);
    if (word === "subteam") return mention(label || "@" + more[0]);
    return mention(label || "@" + word, true);
  }
  const address = unescaped(target);
  return anchor(address, {}, literal(label || address.replace(/^mailto:/, "")));
}

// linkNodes renders bare addresses as links.
function linkNodes(text) {
  return text.split(/(https?:\/\/[^\s<>|]+)/).flatMap((part) => {
    if (!/^https?:\/\//.test(part)) return unescapedNodes(part);
    const address = part.replace(/[.,;:!?)'"]+$/, "");
    return [anchor(unescaped(address), {}, unescapedNodes(address)), ...unescapedNodes(part.slice(address.length))];
  });
}
