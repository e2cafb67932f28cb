// Helpers that act on the page.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { patience } from "./browser.mjs";

export const messages = (page) => page.locator(".main .message");
export const last = (page) => messages(page).last();
export const composer = (page) => page.locator(".main .typing");

// type types a line and sends it.
export async function type(page, line, box = composer(page)) {
  await box.fill(line);
  await box.press("Enter");
}

// button locates the buttons of a message by the text on them; a screen reader also
// hears which build they are about.
export const button = (within, text) => within.locator("button", { hasText: new RegExp(`^\\s*${text.replace(/[?]/g, "\\$&")}\\s*$`) });

// menuOf locates the button that opens the menu of a message.
export const menuOf = (within) => within.getByRole("button", { name: "More choices" }).last();

// choose makes a choice from the menu of a message.
export async function choose(page, within, text) {
  await menuOf(within).click();
  await page.getByRole("menuitem", { name: text, exact: true }).click();
}

// says waits until a message contains a text, and returns the newest one.
export async function says(page, text, within = messages(page)) {
  const found = within.filter({ hasText: text }).last();
  await found.waitFor();
  return found;
}

// until waits for a condition and checks it at every change of the page.
export async function until(page, condition, what) {
  for (const end = Date.now() + patience; !(await condition()); ) {
    assert.ok(Date.now() < end, `timeout: ${what}`);
    await page.evaluate(() => new Promise((done) => {
      const watch = new MutationObserver(over);
      const timer = setTimeout(over, 250);
      function over() { watch.disconnect(); clearTimeout(timer); done(); }
      watch.observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
    }));
  }
}

// shown is the text of the channel and of the open modal.
export const shown = (page) => page.evaluate(() =>
  [".scroller", ".composer-status", ".toasts", "dialog[open]"].map((at) => document.querySelector(at)?.innerText ?? "").join("\n"));

// atRest waits until nothing changes for a moment, and returns what is shown.
export async function atRest(page) {
  for (let before = await shown(page); ; ) {
    await page.waitForTimeout(250);
    const now = await shown(page);
    if (now === before) return now;
    before = now;
  }
}

// byTS locates a message by its ts, whatever messages follow it.
export const byTS = async (page, message) => page.locator(`.main .message[data-ts="${await message.getAttribute("data-ts")}"]`);

// asked types a line and returns the new message that contains a text or matches an
// expression. It ignores late messages of earlier tests.
export async function asked(page, line, text) {
  const newest = (all) => all.evaluateAll((list) => list.map((m) => m.dataset.ts).sort().at(-1) ?? "");
  const before = await newest(messages(page));
  const holds = messages(page).filter({ hasText: text });
  await type(page, line);
  await until(page, async () => (await newest(holds)) > before, `an answer to ${line}`);
  return byTS(page, page.locator(`.main .message[data-ts="${await newest(holds)}"]`));
}

// become switches to another person.
export async function become(page, name) {
  await page.getByLabel("You are").selectOption({ label: name });
  await page.locator(".sidebar footer .avatar", { hasText: name[0].toUpperCase() }).waitFor();
}

// saved returns the bytes behind a download link.
export async function saved(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

// sideways returns the number of pixels by which the page can be scrolled sideways.
export const sideways = (page) => page.evaluate(() => Math.max(
  document.scrollingElement.scrollWidth - innerWidth,
  ...[...document.querySelectorAll(".scroller, .main, .side:not([hidden]), dialog[open] .modal-body")].map((e) => e.scrollWidth - e.clientWidth),
));

// contrasts returns the texts with a contrast below 4.5:1 to their background (3:1
// for large text and for the borders of inputs).
export const contrasts = (page) => page.evaluate(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const contrast = (color, e) => {
    const [a, b] = [light(rgb(color)), light(behind(e))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const bad = [];
  for (const e of document.querySelectorAll(".composer-box, .input, .select")) {
    const ratio = contrast(getComputedStyle(e).borderTopColor, e.parentElement);
    if (e.checkVisibility({ visibilityProperty: true }) && ratio < 3) bad.push(`${ratio.toFixed(2)} the edge of .${e.className}`);
  }
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || e.closest("option, .hush, noscript")) continue;
    const style = getComputedStyle(e);
    const ratio = contrast(style.color, e);
    if (ratio < (parseFloat(style.fontSize) >= 18 ? 3 : 4.5)) bad.push(`${ratio.toFixed(2)} "${walk.currentNode.data.trim().slice(0, 30)}" in .${e.className}`);
  }
  return [...new Set(bad)];
});

// luminance returns that of the background of the page, from 0 (black) to 1
// (white).
export const ground = (page) => page.evaluate(() => {
  const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
  return (r + g + b) / 765;
});

// wish sends a control request to the Go test.
export async function wish(what) {
  const answer = await fetch(process.env.CONTROL + what, { method: "POST" });
  assert.equal(answer.status, 200, await answer.text());
}
