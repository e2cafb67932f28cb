// The buttons that the demo does not show: links to CodeArts, and those of the
// progress note. Behind the page is logbot serve, and a CodeArts whose log pages
// can be held back (serve_test.go).

import assert from "node:assert/strict";
import { asked, button, messages, says, type, until, wish } from "./hands.mjs";
import { on } from "./trial.mjs";

on("the name of the build leads to its page, which knows nothing of this one", {}, async (page) => {
  const answer = await asked(page, "/logs fail web 128", "web #128 failed");
  const link = answer.getByRole("link", { name: "web #128" });
  const target = `https://codearts.example.com/${process.env.TASK}?build=128`;
  assert.equal(await link.getAttribute("href"), target);

  await page.context().route(/^https:/, (route) => route.fulfill({ contentType: "text/html", body: "<p>a build</p>" }));
  const [opened] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
  await opened.getByText("a build").waitFor();
  assert.equal(opened.url(), target);
  assert.deepEqual(await opened.evaluate(() => [window.opener, document.referrer]), [null, ""]);
  await opened.close();
  await page.context().unroute(/^https:/);
  assert.equal(await link.count(), 1, "the link stays");
});

const reading = (page) => messages(page).filter({ hasText: "Reading the log" }).last();

// note starts a search that is held back, and returns its progress note, which is in the
// conversation with the bot.
async function note(page) {
  await wish("/hold");
  await type(page, "/logs show monorepo 2000 --grep nowhere");
  await page.getByRole("button", { name: /^logbot \(connected\)/ }).click();
  await reading(page).waitFor();
  return reading(page);
}

on("Stop ends long work at once, with the line to ask again", {}, async (page) => {
  const m = await note(page);
  await button(m, "Stop").click();
  const stopped = await says(page, "Stopped. To ask again, type:");
  await stopped.getByText("/logs show monorepo 2000 --grep nowhere").waitFor();
  await reading(page).waitFor({ state: "detached" });
  await wish("/go");
});

on("How far? tells how much was read meanwhile", {}, async (page) => {
  const m = await note(page);
  const before = await m.locator(".blocks").innerText();
  await wish("/let?pages=10");
  await until(page, async () => {
    const fate = page.waitForResponse((a) => a.url().endsWith("/page/do/click"));
    await button(m, "How far?").click();
    assert.equal((await (await fate).json()).failure, undefined);
    const now = await m.locator(".blocks").innerText();
    return now !== before && / of about 19 MB …/.test(now);
  }, "it tells how far it has come");
  await wish("/go");
  await reading(page).waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^builds/ }).click();
  await says(page, "0 matches in 200,000 lines");
});
