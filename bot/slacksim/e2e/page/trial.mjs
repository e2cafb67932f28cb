// One browser for the tests of a file, with few pages in it: to open one, or to
// load it anew, takes longer than most tests.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desktop, launch, phone, visit } from "./browser.mjs";
import { shown, until } from "./hands.mjs";

export const address = process.env.PAGE;

let browser;
const kept = new Map(); // pages that are open, by name
const away = new Set(); // those of them that have left the workspace meanwhile
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

// on gives a test a page; options are its viewport, its colorScheme, and touch
// for a phone's. What goes wrong in the page fails the test: errors in its
// console, and requests to anywhere else.
export const on = (name, { touch = false, viewport = touch ? phone : desktop, colorScheme = "light" }, does) => test(name, async () => {
  try {
    const page = await open(touch ? "phone" : "desk", touch);
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await does(page);
    assert.deepEqual(page.faults, []);
  } catch (problem) {
    for (const [which, page] of kept) console.log(`the ${which} showed:`, await shown(page).catch(String));
    for (const page of kept.values()) await page.context().close(); // the next test begins afresh
    kept.clear();
    away.clear();
    throw problem;
  }
  await leave("guest");
  await leave("phone");
});

// another is one more page beside that of the test, until the test ends.
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

// leave takes a page out of the workspace, where it would draw whatever comes.
async function leave(name) {
  const page = kept.get(name);
  if (!page || away.has(name)) return;
  away.add(name);
  await finished(page);
  await page.goto(`${address}page/assets/icon.svg`);
}

// finished waits for what was done last: it must not come after what a later
// test does first.
async function finished(page) {
  for (let deed; (deed = page.deeds.values().next().value); page.deeds.delete(deed)) await deed.response();
}

// home puts a page back to where it begins: the first person looks at the end
// of the first channel, with nothing open and nothing typed.
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
