// One browser for the tests of a file.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, visit } from "./browser.mjs";

export const address = process.env.PAGE;

let browser;
let desk; // the page of tests without options, loaded anew for each
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

// another opens one more page beside that of the test.
export const another = (options) => visit(browser, address, options);

// on gives a test a page: one of its own where it has options for the browser.
// What goes wrong in the page fails the test: errors in its console, and
// requests to anywhere else.
export const on = (name, options, does) => test(name, async () => {
  const own = Object.keys(options).length > 0;
  const page = own ? await another(options) : await fresh();
  try {
    await does(page);
    assert.deepEqual(page.faults, []);
  } catch (problem) {
    desk = own ? desk : null;
    throw problem;
  } finally {
    if (own || !desk) await page.context().close();
  }
});

async function fresh() {
  if (!desk) return (desk = await another());
  // What the test before did last must not come after what this one does first.
  for (let deed; (deed = desk.deeds.values().next().value); desk.deeds.delete(deed)) await deed.response();
  desk.faults.length = 0;
  await desk.goto(address);
  await desk.locator(".message, .line.empty").first().waitFor();
  return desk;
}
