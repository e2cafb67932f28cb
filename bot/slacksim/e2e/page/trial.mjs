// One browser for all tests of a file, with few pages: opening or reloading a page
// takes longer than most tests.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desktop, launch, phone, visit } from "./browser.mjs";
import { shown, until } from "./hands.mjs";

export const address = process.env.PAGE;

let browser;
const kept = new Map(); // open pages by name
const away = new Set(); // pages that have left the workspace
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

// on runs a test with a page; options are its viewport, colorScheme, and touch for
// a phone. Errors in the console and requests to other servers fail the test.
export const on = (name, { touch = false, viewport = touch ? phone : desktop, colorScheme = "light" }, does) => test(name, async () => {
  try {
    const page = await open(touch ? "phone" : "desk", touch);
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await does(page);
    assert.deepEqual(page.faults, []);
  } catch (problem) {
    for (const [which, page] of kept) console.log(`the ${which} showed:`, await shown(page).catch(String));
    for (const page of kept.values()) await page.context().close(); // so that the next test starts with a new page
    kept.clear();
    away.clear();
    throw problem;
  }
  await leave("guest");
  await leave("phone");
});

// another opens one more page for the rest of the test.
export const another = () => open("guest", false);

async function open(name, touch) {
  const page = kept.get(name);
  if (!page) kept.set(name, await visit(browser, address, { touch, viewport: touch ? phone : desktop }));
  else if (away.delete(name)) await page.goto(address);
  else await home(page);
  kept.get(name).faults.length = 0;
  await kept.get(name).locator(".message, .line.empty").first().waitFor();
  return kept.get(name);
}

// leave navigates a page away from the workspace, where it would draw every update.
async function leave(name) {
  const page = kept.get(name);
  if (!page || away.has(name)) return;
  away.add(name);
  await finished(page);
  await page.goto(`${address}page/assets/icon.svg`);
}

// finished waits for running actions, which must not overlap with the next test.
async function finished(page) {
  for (let deed; (deed = page.deeds.values().next().value); page.deeds.delete(deed)) await deed.response();
}

// home resets a page: first person, end of the first channel, nothing open, nothing
// typed.
async function home(page) {
  await finished(page);
  await page.evaluate(() => {
    document.querySelector(".pane .bar > .tool:last-child")?.click();
    const who = document.querySelector(".sidebar footer select");
    if (who.selectedIndex > 0) {
      who.selectedIndex = 0;
      who.dispatchEvent(new Event("change"));
    }
    const box = document.querySelector(".main .typing");
    box.value = "";
    box.dispatchEvent(new Event("input"));
  });
  await until(page, () => page.evaluate(() => {
    const who = document.querySelector(".sidebar footer select");
    const first = document.querySelector(".channel");
    if (!first || document.querySelector(".banner.warn:not([hidden])")) return false;
    if (!first.hasAttribute("aria-current")) first.click();
    const scroller = document.querySelector(".main .scroller");
    scroller.scrollTop = scroller.scrollHeight;
    document.activeElement.blur();
    return who.selectedIndex === 0 && first.hasAttribute("aria-current")
      && document.querySelector(".sidebar footer .avatar").textContent === who.options[0].text[0].toUpperCase();
  }), "the page is back where it began");
}
