// Times in the time zone of the browser, in the formats of Slack's date markup.

const part = (options) => (date) => new Intl.DateTimeFormat("en-US", options).format(date);
const month = part({ month: "long" });
const shortMonth = part({ month: "short" });
const weekday = part({ weekday: "long" });
const pad = (n) => String(n).padStart(2, "0");

export const clock = (date) => `${pad(date.getHours())}:${pad(date.getMinutes())}`;
export const clockSeconds = (date) => `${clock(date)}:${pad(date.getSeconds())}`;
export const isoDay = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;

// full is a complete date and time, for tooltips.
export const full = part({ dateStyle: "full", timeStyle: "long" });

function ordinal(day) {
  const teen = Math.floor(day / 10) === 1;
  return day + (teen ? "th" : { 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th");
}

function relativeDay(date, now, otherwise) {
  const shifted = (days) => isoDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days));
  return { [shifted(0)]: "today", [shifted(-1)]: "yesterday", [shifted(1)]: "tomorrow" }[isoDay(date)] ?? otherwise;
}

function ago(date, now) {
  const seconds = Math.round((now - date) / 1000);
  const [n, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]]
    .map(([size, name]) => [Math.trunc(seconds / size), name])
    .find(([count, name]) => count !== 0 || name === "second");
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-n, unit);
}

// formatDate fills in one of Slack's formats, such as "{date_short_pretty} {time}".
// An invalid time gives the fallback.
export function formatDate(seconds, format, fallback, now = new Date()) {
  const date = new Date(seconds * 1000);
  if (!Number.isFinite(date.getTime()) || !format) return fallback ?? "";
  const long = `${month(date)} ${ordinal(date.getDate())}, ${date.getFullYear()}`;
  const short = `${shortMonth(date)} ${date.getDate()}, ${date.getFullYear()}`;
  const whole = `${weekday(date)}, ${long}`;
  const known = {
    date_num: isoDay(date),
    date_slash: `${pad(date.getMonth() + 1)}/${pad(date.getDate())}/${date.getFullYear()}`,
    date: long, date_pretty: relativeDay(date, now, long),
    date_short: short, date_short_pretty: relativeDay(date, now, short),
    date_long: whole, date_long_pretty: relativeDay(date, now, whole),
    time: clock(date), time_secs: clockSeconds(date), ago: ago(date, now),
  };
  return format.replace(/\{(\w+)\}/g, (all, name) => known[name] ?? all);
}

// day returns the text of the day dividers between messages.
export function day(date, now = new Date()) {
  const name = relativeDay(date, now, "");
  if (name) return name[0].toUpperCase() + name.slice(1);
  return `${weekday(date)}, ${month(date)} ${date.getDate()}${date.getFullYear() === now.getFullYear() ? "" : `, ${date.getFullYear()}`}`;
}
