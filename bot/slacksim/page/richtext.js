// rich_text blocks. Their texts are literal, not markup.

import { anchor, h, literal } from "./dom.js";
import { mention, dateElement } from "./mrkdwn.js";

const styleTags = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code", highlight: "mark", client_highlight: "mark" };

// A few emoji; others are shown by name.
const emoji = {
  white_check_mark: "✅", x: "❌", warning: "⚠️", eyes: "👀", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  rocket: "🚀", tada: "🎉", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", mag: "🔍", bug: "🐛",
  red_circle: "🔴", large_green_circle: "🟢", white_circle: "⚪", arrows_counterclockwise: "🔄", memo: "📝",
  no_entry: "⛔", stop_sign: "🛑", wrench: "🔧", bulb: "💡", wave: "👋", information_source: "ℹ️", fire: "🔥",
};

// emojiNamed renders an emoji if it is known.
export function emojiNamed(name) {
  return emoji[name] ? h("span", { role: "img", "aria-label": name, title: `:${name}:` }, emoji[name]) : `:${name}:`;
}

export function richText(block, names) {
  return (block.elements ?? []).map((element) => {
    switch (element.type) {
      case "rich_text_preformatted":
        return preformatted(element, names);
      case "rich_text_quote":
        return h("blockquote", {}, leaves(element, names));
      case "rich_text_list":
        return list(element, names);
      default:
        return h("p", {}, leaves(element, names));
    }
  });
}

function preformatted(element, names) {
  const pre = h("pre", { class: element.border ? "bordered" : null }, h("code", {}, leaves(element, names)));
  return element.language ? h("figure", { class: "code" }, h("figcaption", {}, literal(element.language)), pre) : pre;
}

function list(element, names) {
  const ordered = element.style === "ordered";
  const tag = h(ordered ? "ol" : "ul", {
    class: `indent-${element.indent ?? 0}`,
    start: ordered && element.offset ? element.offset + 1 : null,
  });
  for (const one of element.elements ?? []) tag.append(h("li", {}, leaves(one, names)));
  return tag;
}

const leaves = (element, names) => (element.elements ?? []).map((leaf) => styled(leaf.style, leafNode(leaf, names)));

// styled wraps a node in the elements of its style.
function styled(style, node) {
  for (const [name, tag] of Object.entries(styleTags)) {
    if (style?.[name]) node = h(tag, {}, node);
  }
  return node;
}

function leafNode(leaf, names) {
  switch (leaf.type) {
    case "link":
      return anchor(leaf.url, {}, literal(leaf.text || leaf.url));
    case "user":
      return mention("@" + names.user(leaf.user_id), names.me === leaf.user_id);
    case "channel":
      return mention("#" + names.channel(leaf.channel_id));
    case "usergroup":
      return mention("@" + leaf.usergroup_id);
    case "team":
      return mention("@" + leaf.team_id);
    case "broadcast":
      return mention("@" + leaf.range, true);
    case "emoji":
      return emojiNamed(leaf.name);
    case "color":
      return h("code", {}, literal(leaf.value));
    case "date":
      return dateElement(leaf.timestamp, leaf.format, leaf.fallback, leaf.url);
    default:
      return literal(leaf.text ?? "");
  }
}
