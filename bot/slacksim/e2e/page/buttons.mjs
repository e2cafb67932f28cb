// The buttons of logbot's answers; part of demo.test.mjs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { phone } from "./browser.mjs";
import { asked, atRest, become, button, byTS, choose, menuOf, messages, saved, says, sha256, shown, sideways, type, until } from "./hands.mjs";
import { on } from "./trial.mjs";

const press = (within, name) => button(within, name).last().click();
const dialog = (page, name) => page.getByRole("dialog", { name });
const pane = (page) => page.getByRole("region", { name: "Thread" });
const excerpt = (message) => message.locator("pre").allInnerTexts();

// thread opens the answers below a message.
async function thread(page, message) {
  await message.locator(".replies").click();
  await pane(page).waitFor();
  return pane(page).locator(".message");
}

on("More shows more lines in the same message", {}, async (page) => {
  const answer = await asked(page, "/logs fail api 57", "api #57 failed");
  const count = await messages(page).count();
  const before = (await excerpt(answer)).join("\n");
  await press(answer, "More");
  const lines = async () => (await excerpt(answer)).join("\n").split("\n"); // an edit alone may be that of a later verdict
  await until(page, async () => (await lines()).length > before.split("\n").length, "more lines");
  assert.match((await lines()).join("\n"), /--- FAIL: TestRounding/);
  assert.equal(await messages(page).count(), count);
});

on("Older and Newer walk through the log in the same message", {}, async (page) => {
  const answer = await asked(page, "/logs show web 128 --tail", "The end of web #128");
  const end = await excerpt(answer);
  await press(answer, "Older");
  await answer.getByText("lines 40-21 from the end").waitFor();
  assert.notDeepEqual(await excerpt(answer), end);
  await press(answer, "Newer");
  await answer.getByText("lines 20-1 from the end").waitFor();
  assert.deepEqual(await excerpt(answer), end, "back at the end");
});

on("Search asks for an expression and answers in the thread, with Next", {}, async (page) => {
  const answer = await asked(page, "/logs fail web 128", "web #128 failed");
  await choose(page, answer, "Search");
  const form = dialog(page, "Search the log");
  const expression = form.getByLabel("Lines that match");
  await expression.fill("Err(3Test");
  await page.keyboard.press("Enter");
  await form.getByText('Invalid regular expression "Err(3Test"').waitFor();
  assert.equal(await expression.inputValue(), "Err(3Test", "what was typed stays");
  await form.getByLabel("Lines around each match").fill("11");
  await expression.fill("Running com.example");
  await form.getByRole("button", { name: "Search" }).click();
  await form.getByText("Please type 10 or less.").waitFor();
  await form.getByLabel("Lines around each match").fill("1");
  await form.getByLabel("Step").fill("stage3");
  await form.getByRole("button", { name: "Search" }).click();
  await form.waitFor({ state: "detached" });

  const replies = await thread(page, answer);
  const newest = await says(page, '"Running com.example" in', replies);
  const found = page.locator(`.pane .message[data-ts="${await newest.getAttribute("data-ts")}"]`);
  const first = await found.locator("pre").innerText();
  assert.match(first, /^ *\d+ /m, "with line numbers");
  assert.match(first, /> .*Running com\.example/, "matches are marked among the lines around them");
  await found.getByText(/showing 1-\d+ of \d+ matches/).waitFor();
  await press(found, "Next");
  await found.getByText("Next · @ann").waitFor();
  const next = replies.filter({ hasText: /showing (?!1-)\d+-\d+ of \d+ matches/ }).last();
  await next.waitFor();
  assert.notEqual(await next.locator("pre").innerText(), first);
});

on("Full log brings the log byte for byte, and leaves a record", {}, async (page) => {
  const answer = await asked(page, "/logs fail web 128", "web #128 failed");
  await press(answer, "Full log");
  await answer.getByText("Full log · @ann").waitFor();
  assert.equal(await button(answer, "Full log").count(), 0, "the used button is gone");
  const sent = await says(page, "web-128.log", await thread(page, answer));
  const { name, bytes } = await saved(page, sent.getByRole("link", { name: /^Download/ }));
  assert.equal(name, "web-128.log");
  assert.equal(sha256(bytes), sha256(await readFile(process.env.WHOLE)), "as logbot run saves it");
});

on("closing a form or a thread restores the focus", {}, async (page) => {
  const holds = (text) => until(page, () => page.evaluate((wanted) => document.activeElement.innerText?.includes(wanted), text), `the focus is on ${text}`);
  const answer = await asked(page, "/logs fail api 57", "api #57 failed");
  await press(answer, "Full log");
  await answer.locator(".replies", { hasText: "new" }).focus();
  await page.keyboard.press("Enter");
  await pane(page).waitFor();
  await answer.locator(".replies", { hasText: "last at" }).waitFor(); // it is read now
  await page.keyboard.press("Escape");
  await holds("1 reply");
  await menuOf(answer).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Log of this step" }).waitFor();
  await holds("Log of this step");
  await page.keyboard.press("ArrowDown");
  await holds("Search");
  await page.keyboard.press("Enter");
  await dialog(page, "Search the log").waitFor();
  await page.keyboard.press("Escape");
  await dialog(page, "Search the log").waitFor({ state: "detached" });
  await until(page, () => page.evaluate(() => document.activeElement.getAttribute("aria-haspopup") === "menu"), "the focus is on the menu's button");
});

on("Share shows everybody what one person alone saw", {}, async (page) => {
  const answer = await asked(page, "/logs fail frontend 301 --me", "frontend #301 failed");
  await answer.getByText("Only visible to you").waitFor();
  await press(answer, "Share");
  await page.getByText("Shared with the channel.").waitFor();
  await become(page, "bob");
  const shared = await says(page, "frontend #301 failed");
  assert.equal(await shared.getByText("Only visible to you").count(), 0);
});

on("feedback is confirmed to the person who gave it", {}, async (page) => {
  const answer = await asked(page, "/logs fail api 57", "api #57 failed");
  await choose(page, answer, "These lines don't show why");
  const thanks = await says(page, "Thanks, noted: the wrong lines.");
  await thanks.getByText("Only visible to you").waitFor();
});

on("Remove asks for confirmation, obeys the caller, and removes the file, too", {}, async (page) => {
  const answer = await asked(page, "/logs fail frontend", "frontend #301 failed");
  await press(answer, "Full log");
  await answer.getByText("Full log · @ann").waitFor();
  await says(page, "frontend-301.log", await thread(page, answer));
  await pane(page).getByRole("button", { name: "Close thread" }).click();
  await become(page, "bob");
  await choose(page, answer, "Remove …");
  await press(dialog(page, "Remove this?"), "Remove");
  await says(page, "Only the person who asked, or an admin of the workspace, can remove this.", page.locator(".message"));

  await become(page, "ann");
  await choose(page, answer, "Remove …");
  await press(dialog(page, "Remove this?"), "Keep");
  await dialog(page, "Remove this?").waitFor({ state: "detached" });
  assert.equal(await answer.count(), 1);
  await choose(page, answer, "Remove …");
  await press(dialog(page, "Remove this?"), "Remove");
  await until(page, async () => (await answer.locator("pre").count()) === 0, "the message is gone"); // with replies a trace stays
  await until(page, async () => (await page.getByText("frontend-301.log").count()) === 0, "its file is gone");
});

on("Explain this build answers in the thread of anybody's message", {}, async (page) => {
  const explain = async (text) => {
    await type(page, text);
    const said = await byTS(page, await says(page, text));
    await said.hover();
    await said.getByRole("button", { name: "Message menu" }).click();
    await page.getByRole("menuitem", { name: /Explain this build/ }).click();
    return said;
  };
  const said = await explain("could somebody look at api build 57");
  await said.getByText("1 reply").waitFor();
  await says(page, "api #57 failed", await thread(page, said));
  await pane(page).getByRole("button", { name: "Close thread" }).click();
  await explain("good morning");
  const why = await says(page, "That message names no build");
  await why.getByText("Only visible to you").waitFor();
});

on("the focus stays on its button while the message is edited", {}, async (page) => {
  const answer = await asked(page, "/logs fail frontend", "frontend #301 failed");
  const block = () => menuOf(answer).getAttribute("data-focus");
  const before = await block();
  await menuOf(answer).focus();
  await button(answer, "Full log").evaluate((b) => b.click()); // moves no focus
  await answer.getByText("Full log · @ann").waitFor();
  assert.notEqual(await block(), before, "the id of the block names the file");
  assert.ok(await menuOf(answer).evaluate((e) => e === document.activeElement));
});

on("a person with a Chinese locale is answered in Chinese", {}, async (page) => {
  await become(page, "mei");
  await asked(page, "/logs help", "构建为什么失败？"); // the first answer, too
  const answer = await asked(page, "/logs fail api 57", "api #57 失败 · Go test");
  await button(answer, "更多").waitFor();
  await choose(page, answer, "搜索");
  await dialog(page, "搜索日志").getByLabel("搜索内容").fill("(");
  await page.keyboard.press("Enter");
  await dialog(page, "搜索日志").getByText("“(”不是有效的正则表达式：缺少 )。").waitFor();
});

on("Stop ends what is followed, and says who stopped it", {}, async (page) => {
  const answer = await asked(page, "/logs follow web 129", /web #129 (queued|running)/);
  await press(answer, "Stop");
  await says(page, "Stopped following web #129.");
  await answer.getByText("Stopped following.").waitFor();
  await answer.getByText("Stop · @ann").waitFor();
  assert.equal(await button(answer, "Stop").count(), 0);
});

on("watches and short names come, are listed and go", {}, async (page) => {
  const watch = await asked(page, "/logs watch web", "Watching web.");
  await asked(page, "/logs watches", "Watched here");
  await press(watch, "Remove …");
  await press(dialog(page, "Remove this?"), "Remove");
  await watch.waitFor({ state: "detached" });
  const listed = await asked(page, "/logs watches", "Watched here"); // the message is gone, the watch is not
  await listed.getByText("/logs unwatch web").waitFor();
  await asked(page, "/logs unwatch web", "Stopped watching web.");

  await asked(page, "/logs alias shop web", "shop now means web in this channel.");
  await asked(page, "/logs aliases", "Aliases here");
  await asked(page, "/logs fail shop 128", "shop #128 failed");
  const gone = await asked(page, "/logs unalias shop", "Removed the alias shop from this channel.");
  await press(gone, "Remove …");
  await press(dialog(page, "Remove this?"), "Remove");
  await gone.waitFor({ state: "detached" });
});

// The test presses the buttons of its own answers only: those of earlier tests were
// pressed there.
on("every button that is there does something one can see", {}, async (page) => {
  const since = await messages(page).last().getAttribute("data-ts");
  const grows = await asked(page, "/logs follow web 129", "web #129 running"); // first, so that nothing grows while the others are pressed
  await asked(page, "/logs fail web 128", "web #128 failed");
  await asked(page, "/logs fail api 57 --me", "api #57 failed");
  await asked(page, "/logs show api 57 --tail", "The end of api #57");
  await asked(page, "/logs watch api", "Watching api.");
  await asked(page, "/logs unwatch api", "Stopped watching api.");
  await asked(page, "/logs alias money api", "money now means api in this channel.");
  const pressed = new Map();
  const waiting = () => page.evaluate(([since, done]) => [...document.querySelectorAll(".main .message button[data-action]:not([aria-haspopup])")]
    .map((b) => ({ ts: b.closest(".message").dataset.ts, label: b.innerText.trim() }))
    .find(({ ts, label }) => ts > since && !done.includes(`${ts} ${label}`)), [since, [...pressed.keys()]]);
  for (let next; (next = await waiting()); ) {
    assert.ok(pressed.size < 60, "buttons without end");
    const { ts, label } = next; // not the block's id, which changes when a file is shown
    const message = page.locator(`.main .message[data-ts="${ts}"]`);
    pressed.set(`${ts} ${label}`, label);
    const before = await atRest(page); // else a late reply may move the button away from the pointer
    const fate = page.waitForResponse((answer) => answer.url().endsWith("/page/do/click")).catch(() => assert.fail(`"${label}" was pressed in vain`));
    await press(message, label);
    const confirm = page.locator("dialog[aria-labelledby=confirm-title] footer button").last();
    if (await confirm.isVisible()) await confirm.click();
    const { failure, ack_ms: ack } = await (await fate).json();
    assert.equal(failure, undefined, `"${label}" did not fail`);
    assert.ok(ack > 0, `"${label}" is acknowledged`);
    await until(page, async () => (await message.locator("[aria-busy=true]").count()) === 0, `"${label}" stops spinning`);
    await until(page, async () => (await shown(page)) !== before, `"${label}" does something`);
    if (label === "Stop") await grows.getByText("Stopped following.").waitFor();
    if (label === "Search" || label === "Remove …") {
      await page.locator("dialog[open]").waitFor();
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    }
  }
  const labels = new Set(pressed.values());
  for (const label of ["More", "Full log", "Older", "Share", "Stop"]) {
    assert.ok(labels.has(label), `${label} is among ${[...labels]}`);
  }
});

on("every choice of a menu does something one can see", {}, async (page) => {
  const answer = await asked(page, "/logs fail web 128", "web #128 failed");
  const labels = async () => {
    await menuOf(answer).click();
    const all = await page.getByRole("menuitem").allInnerTexts();
    await page.keyboard.press("Escape");
    return all.map((one) => one.trim());
  };
  const first = await labels();
  assert.deepEqual(first, ["Log of this step", "Search", "Claim", "These lines don't show why", "Remove …"]);
  for (const label of first) {
    const before = await atRest(page);
    const fate = page.waitForResponse((sent) => sent.url().endsWith("/page/do/click"));
    await choose(page, answer, label);
    const { failure, ack_ms: ack } = await (await fate).json();
    assert.equal(failure, undefined, `"${label}" did not fail`);
    assert.ok(ack > 0, `"${label}" is acknowledged`);
    await until(page, async () => (await shown(page)) !== before, `"${label}" does something`);
    if (label === "Log of this step") {
      await answer.getByText("Log of this step · @ann").waitFor();
      assert.ok(!(await labels()).includes(label), "the used choice is gone");
    }
    if (label === "Search" || label === "Remove …") {
      await page.locator("dialog[open]").waitFor();
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    }
  }
});

on("on a phone answers, the form and its results fit", { viewport: phone, touch: true }, async (page) => {
  const answer = await asked(page, "/logs fail web 128", "web #128 failed");
  for (const [name, control] of [["Full log", button(answer, "Full log")], ["More", button(answer, "More")], ["the menu", menuOf(answer)]]) {
    const box = await control.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= phone.width, `${name} is on the screen`);
    assert.ok(box.height >= 32, `${name} can be hit with a thumb: ${box.height}`);
  }
  await menuOf(answer).tap();
  assert.equal(await sideways(page), 0);
  for (const item of await page.getByRole("menuitem").all()) {
    const box = await item.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= phone.width && box.height >= 40, "a choice can be hit with a thumb");
  }
  await page.getByRole("menuitem", { name: "Search" }).tap();
  const form = dialog(page, "Search the log");
  await form.getByLabel("Lines that match").fill("FAILURE");
  assert.equal(await sideways(page), 0);
  await form.getByRole("button", { name: "Search" }).tap();
  await form.waitFor({ state: "detached" });
  await answer.locator(".replies").tap();
  await says(page, '"FAILURE" in web #128', pane(page).locator(".message"));
  assert.equal(await sideways(page), 0);
});
