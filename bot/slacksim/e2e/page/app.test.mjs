// The features of the page, with a small app behind it (app_test.go).

import assert from "node:assert/strict";
import { phone } from "./browser.mjs";
import { asked, become, composer, contrasts, messages, saved, says, sha256, shown, sideways, type, until, wish } from "./hands.mjs";
import { address, another, on } from "./trial.mjs";

const kinds = (page) => asked(page, "/try kinds", "web #128 failed & <broke>");

on("every kind of block is shown", {}, async (page) => {
  const m = await kinds(page);
  const text = await m.locator(".content").innerText();
  for (const part of [
    "web #128 failed & <broke>", "field one", "field two", "bold then a link", "third", "a point", "as they say",
    "@bob", "@here", "✅", "another picture", "step", "3 min", "Part", "raw <i>text</i>", "quoted <b>", "fenced *not bold*", "@ann", "#builds",
  ]) assert.ok(text.includes(part), `${part} in ${text}`);
  assert.equal(await m.locator(".unknown").count(), 0);
  assert.equal(await m.locator("strong", { hasText: "bold" }).count(), 1);
  assert.equal(await m.locator(".block-context strong").innerText(), "main");
  assert.equal(await m.locator("em").first().innerText(), "really");
  assert.equal(await m.locator("s").innerText(), "not");
  assert.equal(await m.locator("ol").getAttribute("start"), "3");
  assert.equal(await m.locator("td.right").first().innerText(), "time");
  assert.equal(await m.locator("blockquote").count(), 2);
});

on("times stand in the zone of the reader", {}, async (page) => {
  const m = await kinds(page);
  const times = await m.locator(".blocks time").allInnerTexts();
  assert.deepEqual(times, ["2026-11-25 22:02", "2026-11-25 22:02"]); // 14:02 UTC, read in Shanghai
});

on("text of a log never becomes markup, a link or a mention", {}, async (page) => {
  const m = await kinds(page);
  await m.locator("summary").click();
  const pre = m.locator("details pre");
  const text = await pre.innerText();
  for (const part of [
    "<script>document.title='owned'</script>", "<img src=x onerror=alert(1)> </code></pre><h1>out</h1>",
    "*not bold* <@U0ANN00001> &lt;literal&gt; https://example.com/not-a-link", "\\u202egnp.exe 构建失败 مرحبا",
  ]) assert.ok(text.includes(part), `${part} in ${text}`);
  assert.equal(await pre.locator("a, script, img, h1, strong, .mention").count(), 0);
  assert.equal(await page.locator("img, iframe, .message script").count(), 0);
  assert.doesNotMatch(await page.title(), /owned/);
  await pre.getByText("\\u202e", { exact: true }).waitFor(); // spelled out, and marked as such
  assert.deepEqual(await m.locator("option").allInnerTexts(), ["Pick a step", "Maven test", "Upload", "\\u202egnp <b>"]);
});

on("links lead to the web only, and tell nobody where from", {}, async (page) => {
  const m = await kinds(page);
  const links = await m.locator("a").evaluateAll((all) => all.map((a) => [a.protocol, a.rel, a.target]));
  assert.ok(links.length >= 4);
  for (const [protocol, rel, target] of links) {
    assert.match(protocol, /^https?:$/);
    assert.match(rel, /noopener/);
    assert.equal(target, "_blank");
  }
  assert.equal(await m.getByText("no link").evaluate((e) => e.closest("a")), null);
  assert.equal(await m.getByRole("button", { name: "Trick" }).evaluate((e) => e.tagName), "BUTTON");
});

on("a container stays as the reader left it, also when the message changes", {}, async (page) => {
  const m = await kinds(page);
  const details = m.locator("details");
  assert.equal(await details.evaluate((e) => e.open), false, "it starts collapsed");
  await details.locator("summary").press("Enter");
  assert.equal(await details.evaluate((e) => e.open), true);
  await m.getByRole("button", { name: "Press me" }).click();
  await says(page, "got press=v");
  assert.equal(await details.evaluate((e) => e.open), true);
});

on("menus, choices and buttons tell the app", {}, async (page) => {
  const m = await kinds(page);
  await m.getByRole("button", { name: "Press me" }).click();
  await says(page, "got press=v");
  await m.getByRole("button", { name: "More choices" }).click();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await says(page, "got over=two");
  await m.getByRole("combobox").selectOption("Upload");
  await says(page, "got pick=stage4");
  await m.getByLabel("newer").check();
  await says(page, "got radio=newer");
  await m.getByLabel("failed").check();
  await says(page, "got boxes=+failed");
  await m.getByLabel("passed").check();
  await says(page, "got boxes=+passed+failed");
  await m.getByRole("button", { name: "Right lines" }).click();
  await says(page, "got right=right");
  await m.getByRole("button", { name: "Delete" }).click();
  await says(page, "got bin=");
});

on("a button that asks first asks first", {}, async (page) => {
  const m = await kinds(page);
  const before = await shown(page);
  await m.getByRole("button", { name: "Remove" }).click();
  const dialog = page.getByRole("dialog", { name: "Sure?" });
  await dialog.getByRole("button", { name: "No" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await shown(page), before);
  await m.getByRole("button", { name: "Remove" }).click();
  await dialog.getByRole("button", { name: "Yes" }).click();
  await says(page, "got sure=");
});

on("a button spins until it is acknowledged, and keeps the focus", {}, async (page) => {
  const m = await kinds(page);
  const button = m.getByRole("button", { name: "Takes long" });
  await button.focus();
  await page.keyboard.press("Enter");
  await m.locator("[aria-busy=true] .spinner").waitFor();
  await wish("/ack");
  await says(page, "got held=");
  await m.locator(".spinner").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "Takes long");
});

on("what the app leaves unanswered is told beside the message, or by Slackbot", {}, async (page) => {
  const m = await kinds(page);
  await m.getByRole("button", { name: "Never answers" }).click();
  await m.locator("[aria-busy=true]").waitFor();
  await wish("/advance");
  await m.getByText("the app did not respond in time").waitFor();
  assert.equal(await m.locator("[aria-busy=true]").count(), 0);
  await m.getByRole("button", { name: "Press me" }).click();
  await m.getByText("the app did not respond in time").waitFor({ state: "detached" });

  await type(page, "/try quiet");
  await page.getByText("Sending /try quiet").waitFor();
  await wish("/advance");
  const error = await says(page, 'failed with the error "operation_timeout"');
  await error.getByText("Slackbot").waitFor();
  await error.getByText("Only visible to you").waitFor();
});

on("what only one person sees is marked, and nobody else sees it", {}, async (page) => {
  await type(page, "/try private");
  const m = await says(page, "for you alone");
  await m.getByText("Only visible to you").waitFor();
  const bob = await another();
  await become(bob, "bob");
  assert.equal(await messages(bob).filter({ hasText: "for you alone" }).count(), 0);
});

on("edits are marked and deletions take messages away", {}, async (page) => {
  await type(page, "/try edit");
  const m = await says(page, "in the end");
  await m.getByText("(edited)").waitFor();
  await messages(page).filter({ hasText: "a slip" }).waitFor({ state: "detached" });
});

on("what another app posts is shown as its own, with attachments", {}, async (page) => {
  await type(page, "/try notice");
  const m = await says(page, "from the CI");
  assert.equal(await m.locator(".author").innerText(), "ci");
  await m.getByRole("link", { name: "Build <b>128</b>" }).waitFor();
  assert.equal(await m.locator("strong").innerText(), "before");
  assert.equal(await m.locator("em").innerText(), "broke");
});

on("a modal takes input, shows what is wrong, and closes", {}, async (page) => {
  await type(page, "/try modal");
  const modal = page.getByRole("dialog", { name: "Search the log" });
  const what = modal.getByLabel("Expression");
  await what.waitFor();
  await until(page, () => what.evaluate((e) => e === document.activeElement), "the input has the focus");

  await page.keyboard.press("Enter"); // nothing typed yet
  await modal.getByText("Please fill this in.").waitFor();
  await page.keyboard.type("x");
  await modal.getByLabel("Context lines").fill("twelve");
  await page.keyboard.press("Enter");
  await modal.getByText("At least 2 characters are needed; there are 1.").waitFor();
  await modal.getByText("Please type a number.").waitFor();
  assert.equal(await what.getAttribute("aria-invalid"), "true");

  await modal.getByLabel("Context lines").fill("3");
  await what.fill("bad");
  await modal.getByRole("button", { name: "Search" }).click();
  await modal.getByText("This is no expression.").waitFor();
  assert.equal(await what.inputValue(), "bad", "what was typed stays");

  await what.fill("error <b>");
  await modal.getByLabel("Step").selectOption("Maven test");
  await modal.getByLabel("warnings").check();
  await modal.getByRole("button", { name: "Search" }).click();
  await says(page, "searched: error <b>/3/stage3/warnings");
  await modal.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "TEXTAREA", "back in the message box");
});

on("a modal is updated, stacked, and left with Escape", {}, async (page) => {
  await type(page, "/try modal");
  const modal = page.getByRole("dialog");
  await modal.getByLabel("Context lines").fill("7");
  await modal.getByRole("button", { name: "Last expression" }).click();
  await until(page, async () => (await modal.getByLabel("Expression").inputValue()) === "last time", "the app fills it in");
  assert.equal(await modal.getByLabel("Context lines").inputValue(), "7", "what was typed stays");

  await page.keyboard.press("Escape");
  await modal.waitFor({ state: "detached" });
  await says(page, "closed unsearched");

  await type(page, "/try modal");
  await modal.getByLabel("Expression").fill("push");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "On top" }).getByText("2 of 3").waitFor();
  await modal.getByRole("button", { name: "Never mind" }).click();
  await page.getByRole("dialog", { name: "Search the log" }).waitFor();
  await modal.getByRole("button", { name: "Close" }).click();
  await modal.waitFor({ state: "detached" });
});

on("a modal that the app does not answer says so", {}, async (page) => {
  await type(page, "/try modal");
  const modal = page.getByRole("dialog");
  await modal.getByLabel("Expression").fill("anything");
  await wish("/leave");
  await modal.getByRole("button", { name: "Search" }).click();
  await modal.getByText("the app could not be reached").waitFor();
  await wish("/return");
  await modal.getByRole("button", { name: "Search" }).click();
  await says(page, "searched: anything/2//");
});

on("a message's menu has the app's shortcuts", {}, async (page) => {
  await type(page, "look at build 128");
  const m = await says(page, "look at build 128");
  await m.hover();
  await m.getByRole("button", { name: "Message menu" }).click();
  await page.getByRole("menuitem", { name: /Explain this build/ }).click();
  await m.getByText("1 reply").click();
  await says(page, "explained", page.locator(".pane .message"));
});

on("a press is not lost when the message changes under it", {}, async (page) => {
  const m = await kinds(page);
  await m.getByRole("button", { name: "Press me" }).hover();
  await page.mouse.down();
  await page.evaluate(async (thread) => {
    const said = { user: "U0BOB00001", channel: "C0BUILDS01", text: "seen by all", thread, broadcast: true };
    const { status } = await fetch("/page/do/say", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) });
    if (status !== 200) throw new Error(`${status}`);
  }, await m.getAttribute("data-ts"));
  await page.locator("[aria-live=polite]", { hasText: "bob: seen by all" }).waitFor();
  const heard = () => messages(page).filter({ hasText: "got press=v" }).count();
  const before = await heard();
  await page.mouse.up();
  await until(page, async () => (await heard()) > before, "the app hears of the press");
  await says(page, "seen by all");
  await m.getByText("1 reply").waitFor();
});

on("a mention reaches the app, in its thread too", {}, async (page) => {
  await type(page, "@logbot are you there");
  await says(page, "I heard:");
});

on("a file arrives byte for byte", {}, async (page) => {
  await type(page, "/try file");
  const m = await says(page, "构建 web.log");
  const { name, bytes } = await saved(page, m.getByRole("link", { name: /^Download/ }));
  assert.equal(name, "构建 web.log");
  assert.ok((await m.innerText()).includes(sha256(bytes)));
  await m.getByRole("button", { name: "Preview" }).click();
  await m.locator(".file-text pre", { hasText: "第一行 <b>\\u0000" }).waitFor();
  await m.getByText("Only the beginning is shown").waitFor();
});

on("an odd file name stays text, and hides nothing", {}, async (page) => {
  const m = await asked(page, "/try odd", "gnp.");
  assert.equal(await m.locator(".file-name b").innerText(), "\\u202egnp.<b onclick=x>\"'&.log");
  const link = m.getByRole("link", { name: /^Download/ });
  assert.equal(await link.getAttribute("aria-label"), "Download \\u202egnp.<b onclick=x>\"'&.log");
  const { bytes } = await saved(page, link);
  assert.equal(bytes.toString(), "nothing odd inside");
  assert.doesNotMatch(await m.evaluate((e) => e.outerHTML), /\u202e|<b onclick/);
});

on("a command that the app does not have is refused, and stays in the box", {}, async (page) => {
  await type(page, "/nope at all");
  await page.locator(".main .composer-status.problem", { hasText: "/nope is not a valid command." }).waitFor();
  assert.equal(await composer(page).inputValue(), "/nope at all");
  page.faults.length = 0; // the console reports the refused request
});

on("what was not read yet is marked", {}, async (page) => {
  const other = await another();
  await other.getByRole("button", { name: "general" }).click();
  await other.getByRole("heading", { name: "general" }).waitFor();
  await become(other, "bob");
  await type(page, "is anybody here");
  const entry = other.getByRole("button", { name: /^builds/ });
  await entry.getByText("1 unread").waitFor();
  assert.match(await other.title(), /^\(1\)/);
  await entry.click();
  await other.locator(".line.new").waitFor();
  await until(other, async () => !(await other.title()).startsWith("("), "it is read now");
});

on("the reader's place stays, and new messages are announced", {}, async (page) => {
  await type(page, "/try many 40");
  await says(page, "message 39");
  const end = () => page.locator(".main .scroller").evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight);
  await until(page, async () => (await end()) < 5, "it follows the end");
  await page.locator(".main .scroller").evaluate((e) => e.scrollTo(0, 0));
  const other = await another();
  await type(other, "/try many 1");
  await page.getByRole("button", { name: "New messages" }).waitFor();
  assert.equal(await page.locator(".main .scroller").evaluate((e) => e.scrollTop), 0);
  await page.getByRole("button", { name: "New messages" }).click();
  await until(page, async () => (await end()) < 5, "it goes to the end");
  await page.locator("[aria-live=polite]", { hasText: "logbot: message 0" }).waitFor();
});

on("without an app the page says how one connects", {}, async (page) => {
  await wish("/leave");
  await page.getByText("No app is connected.").waitFor();
  await page.getByText(`export SLACK_API_URL=${address}api/`).waitFor();
  await type(page, "/try kinds");
  await says(page, 'failed with the error "dispatch_failed"');
  await wish("/return");
  await page.getByText("No app is connected.").waitFor({ state: "hidden" });
});

on("the page finds the workspace again after a restart", {}, async (page) => {
  await type(page, "before the restart");
  await says(page, "before the restart");
  await wish("/restart");
  await page.getByText("Nothing has been said here yet.").waitFor();
  await type(page, "/try again");
  await says(page, "typed: again");
  await page.getByText("does not answer").waitFor({ state: "hidden" });
  page.faults.length = 0; // the console reports requests that failed meanwhile
});

on("modals and all kinds of blocks fit a phone", { viewport: phone, touch: true }, async (page) => {
  const m = await kinds(page);
  await m.locator("summary").tap();
  assert.equal(await sideways(page), 0);
  await type(page, "/try modal");
  await page.getByRole("dialog").waitFor();
  assert.equal(await sideways(page), 0);
  const box = await page.getByRole("dialog").boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= phone.width);
  await page.getByRole("button", { name: "Never mind" }).tap();
  await says(page, "closed unsearched");
});

on("completion offers commands, verbs, flags, people and channels", {}, async (page) => {
  const offered = async (text) => {
    await composer(page).fill(text);
    return page.locator(".option b").allInnerTexts();
  };
  assert.deepEqual(await offered("/"), ["/try", "/invite", "/remove"]);
  assert.deepEqual(await offered("/try "), ["kinds", "modal", "many"]);
  assert.deepEqual(await offered("/try m"), ["modal", "many"]);
  assert.deepEqual(await offered("/try many "), ["many 3"]);
  assert.deepEqual(await offered("/try many 3 --s"), ["--slow"]);
  assert.deepEqual(await offered("/try nothing "), []);
  assert.deepEqual(await offered("hello @b"), ["@bob"]);
  assert.deepEqual(await offered("see #gen"), ["#general"]);
  assert.deepEqual(await offered("mail a@b"), []);
});

for (const colorScheme of ["light", "dark"]) {
  on(`all of it can be read in ${colorScheme}`, { colorScheme }, async (page) => {
    const m = await kinds(page);
    await m.locator("summary").click();
    await type(page, "/try private");
    await says(page, "for you alone");
    assert.deepEqual(await contrasts(page), []);
    await type(page, "/try modal");
    const modal = page.getByRole("dialog");
    await modal.getByRole("button", { name: "Search" }).click();
    await modal.getByText("Please fill this in.").waitFor();
    assert.deepEqual(await contrasts(page), []);
    await page.keyboard.press("Escape");
    await modal.waitFor({ state: "detached" });
  });
}

on("what is wider than the channel is scrolled with the keyboard", { viewport: phone }, async (page) => {
  const m = await kinds(page);
  const table = m.locator(".table", { hasText: "no phone shows" });
  await until(page, async () => (await table.getAttribute("tabindex")) === "0", "it is in the tab order");
  await table.focus();
  await page.keyboard.press("ArrowRight");
  await until(page, () => table.evaluate((e) => e.scrollLeft > 0), "it scrolls");
});
