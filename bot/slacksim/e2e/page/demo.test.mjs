// logbot on the page of its demo.

import assert from "node:assert/strict";
import "./buttons.mjs";
import { phone } from "./browser.mjs";
import { asked, become, composer, contrasts, ground, last, messages, saved, says, sideways, type, until } from "./hands.mjs";
import { on } from "./trial.mjs";

on("a typed command is answered with the excerpt", {}, async (page) => {
  const answer = await asked(page, "/logs fail api 57", "api #57 failed");
  await answer.getByText(/Round\(10\.125\) = 10\.125, want 10\.13/).waitFor();
  assert.match(await answer.locator("pre").first().innerText(), /--- FAIL: TestRounding/);
  assert.equal(await answer.locator(".badge").innerText(), "App");
});

on("Chinese text stands as it is", {}, async (page) => {
  const answer = await asked(page, "/logs fail firmware 12", "firmware #12 failed");
  await answer.getByText("编译固件").waitFor();
});

on("a typo is answered for the caller alone, with the line to type", {}, async (page) => {
  await type(page, "/logs fial api 57");
  const error = await says(page, 'Unknown command "fial"');
  await error.getByText("Only visible to you").waitFor();
  await error.getByText("/logs fail api 57").waitFor();
  await become(page, "bob");
  await says(page, "web #128 failed");
  assert.equal(await messages(page).filter({ hasText: "fial" }).count(), 0, "bob does not see it");
});

on("everything can be done with the keyboard alone", {}, async (page) => {
  const keys = page.keyboard;
  await keys.press("/");
  await page.getByRole("listbox").waitFor();
  await keys.type("lo");
  await keys.press("Tab"); // /logs
  await page.getByRole("option", { name: /^show/ }).waitFor();
  await keys.type("fa");
  await keys.press("ArrowDown");
  assert.match(await page.locator("[aria-selected=true]").innerText(), /^fail/);
  await keys.press("Enter"); // fail
  assert.equal(await composer(page).inputValue(), "/logs fail ");
  await page.getByText("/logs fail TASK [BUILD]").waitFor(); // how it goes on
  await keys.press("ArrowUp"); // the last example
  await keys.press("Escape"); // no, typed by hand
  await keys.type("web 127");
  const before = await messages(page).count();
  await keys.press("Enter");
  await until(page, async () => (await messages(page).count()) > before, "an answer");
  await keys.press("ArrowUp"); // what was typed before
  assert.equal(await composer(page).inputValue(), "/logs fail web 127");
  await keys.press("ArrowDown");
  assert.equal(await composer(page).inputValue(), "");

  await keys.press("Shift+F6"); // to the messages
  await until(page, () => page.evaluate(() => document.activeElement.classList.contains("message")), "a message has the focus");
  for (let i = 0; i < 30 && !(await page.evaluate(() => document.activeElement.innerText.includes("web #128 failed"))); i++) await keys.press("ArrowUp");
  const ts = await page.evaluate(() => document.activeElement.dataset.ts);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none", "the focus can be seen");
  await keys.press("Enter"); // its thread
  await page.getByRole("region", { name: "Thread" }).waitFor();
  await keys.type("@lo");
  await keys.press("Tab");
  await keys.type("fail api 57");
  await keys.press("Enter");
  await says(page, "api #57 failed", page.locator(".pane .message"));
  await keys.press("Escape");
  await page.getByRole("region", { name: "Thread" }).waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.ts), ts, "back where one was");

  await keys.press("Escape"); // to the message box
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "TEXTAREA");
  await keys.press("Shift+F6");
  await keys.press("Shift+F6"); // the channels
  await keys.press("ArrowDown");
  await keys.press("Enter");
  await page.getByRole("heading", { name: "general" }).waitFor();
});

on("a direct message is answered", {}, async (page) => {
  await page.getByRole("button", { name: /^logbot \(connected\)/ }).click();
  await page.getByRole("heading", { name: "logbot" }).waitFor();
  await type(page, "fail api 57");
  await says(page, "api #57 failed");
});

on("a file is saved as it was sent, and can be looked into", {}, async (page) => {
  await type(page, "/logs full web 128 stage3");
  const sent = await says(page, "web-128-stage3-maven-test.log");
  const { name, bytes } = await saved(page, sent.getByRole("link", { name: /^Download/ }));
  assert.equal(name, "web-128-stage3-maven-test.log");
  const size = await page.evaluate(() => new Promise((done) => {
    const stream = new EventSource("/page/stream");
    stream.onmessage = (event) => {
      stream.close();
      const all = JSON.parse(event.data).messages.flatMap((m) => m.files ?? []);
      done(all.filter((f) => f.name.startsWith("web-128-stage3")).at(-1).size);
    };
  }));
  assert.equal(bytes.length, size);
  await sent.getByRole("button", { name: "Preview" }).click();
  await sent.locator(".file-text pre").waitFor();
  const head = await sent.locator(".file-text pre").textContent();
  const spelled = bytes.toString().replace(/[\u0000-\u0008\u000b-\u001f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  assert.ok(head.length > 1000);
  assert.equal(head.slice(0, 1000), spelled.slice(0, 1000));
});

on("a thread shows its replies beside the channel", {}, async (page) => {
  const replies = page.locator(".main .replies").last();
  await replies.waitFor();
  await replies.click();
  const pane = page.getByRole("region", { name: "Thread" });
  assert.ok((await pane.locator(".message").count()) >= 2);
  const box = pane.getByRole("combobox");
  await type(page, "/logs fail web", box);
  await pane.getByText("/logs does not work in a thread").waitFor();
  await pane.getByLabel("Also send to #builds").check();
  await type(page, "look at **this**", box);
  await says(page, "replied to a thread");
  await pane.getByRole("button", { name: "Close thread" }).click();
  await pane.waitFor({ state: "detached" });
});

on("the inspector shows calls, envelopes and their fate", {}, async (page) => {
  await page.getByRole("button", { name: "Traffic" }).click();
  const pane = page.getByRole("region", { name: "Traffic" });
  await type(page, "/logs fail api 57");
  const told = pane.locator("summary", { hasText: "/logs fail api 57" }).first();
  await told.getByText(/^ack [\d.]+ ms$/).waitFor();
  await told.click();
  await pane.getByText('"command": "/logs"').first().waitFor();
  await pane.getByRole("searchbox").fill("postmessage");
  await until(page, async () => (await pane.locator(".traffic-list .what").allInnerTexts()).every((text) => text === "chat.postMessage"), "only posts are left");
  await pane.locator("summary").first().click();
  await pane.getByText('"channel": "C0BUILDS01"').first().waitFor();
  await pane.getByRole("searchbox").fill("");
  await pane.getByRole("button", { name: "Clear" }).click();
  await pane.getByText("0 entries").waitFor();
});

on("the app is invited with the line it asks to type", {}, async (page) => {
  await page.getByRole("button", { name: "general" }).click();
  await page.getByText("logbot is not a member").waitFor();
  await type(page, "/invite @logbot");
  await page.getByText("logbot is a member").waitFor();
  await type(page, "/remove @logbot");
  await page.getByText("logbot is not a member").waitFor();
});

for (const width of [320, 390]) {
  on(`a phone of ${width} pixels shows 40 columns and never scrolls sideways`, { viewport: { ...phone, width }, touch: true }, async (page) => {
    const answer = await asked(page, "/logs fail web 128", "web #128 failed");
    assert.equal(await sideways(page), 0);
    const columns = await answer.locator("pre").first().evaluate((pre) => {
      const ruler = document.createElement("span");
      ruler.textContent = "0".repeat(40);
      pre.firstChild.prepend(ruler);
      const style = getComputedStyle(pre);
      const room = pre.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const one = ruler.getBoundingClientRect().width / 40;
      ruler.remove();
      return Math.floor(room / one);
    });
    assert.ok(columns >= 40, `${columns} columns`);

    await page.getByRole("button", { name: "Channels", exact: true }).tap();
    await page.getByRole("button", { name: "general" }).tap();
    await page.getByRole("heading", { name: "general" }).waitFor();
    await page.getByRole("button", { name: "Channels", exact: true }).tap();
    await page.keyboard.press("Escape");
    await until(page, () => page.evaluate(() => !document.body.classList.contains("drawn")), "the drawer closes");
    await page.getByRole("button", { name: "Channels", exact: true }).tap();
    await page.getByRole("button", { name: /^builds/ }).tap();

    const replies = page.locator(".main .replies").last();
    await replies.scrollIntoViewIfNeeded();
    await replies.tap();
    const pane = page.getByRole("region", { name: "Thread" });
    await pane.waitFor();
    assert.equal((await pane.boundingBox()).width, width, "the thread takes the whole screen");
    assert.equal(await sideways(page), 0);
    await pane.getByRole("button", { name: "Close thread" }).tap();
    await page.getByRole("button", { name: "Traffic" }).tap();
    assert.equal(await sideways(page), 0);
  });
}

for (const scheme of ["light", "dark"]) {
  on(`the ${scheme} theme is ${scheme} and can be read`, { colorScheme: scheme }, async (page) => {
    await says(page, "web #128 failed");
    const dark = scheme === "dark";
    assert.equal((await ground(page)) < 0.2, dark);
    await page.getByRole("button", { name: "Traffic" }).click();
    await composer(page).fill("/logs ");
    await page.getByRole("option", { name: /^fail/ }).waitFor();
    assert.deepEqual(await contrasts(page), []);

    const toggle = page.getByRole("button", { name: /^Theme/ });
    await toggle.click(); // light
    assert.ok((await ground(page)) > 0.8);
    await toggle.click(); // dark
    assert.ok((await ground(page)) < 0.2);
    assert.deepEqual(await contrasts(page), []);
    await page.reload();
    await last(page).waitFor();
    assert.ok((await ground(page)) < 0.2, "the choice is kept");
    await page.getByRole("button", { name: /^Theme/ }).click(); // as the system
    assert.equal((await ground(page)) < 0.2, dark);
  });
}
