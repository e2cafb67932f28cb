// node screenshots.mjs LOGBOT FOLDER: starts the demo and writes pictures of
// its page into the folder.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { launch, phone, visit } from "./browser.mjs";
import { button } from "./hands.mjs";

const [logbot, folder, all] = process.argv.slice(2);
const demo = spawn(logbot, ["demo", "--page"], { stdio: ["ignore", "pipe", "inherit"] });
const browser = await launch();
try {
  const [line] = await once(createInterface(demo.stdout), "line");
  const address = line.match(/http:\/\/\S+/)[0];
  const shoot = (page, name) => page.screenshot({ path: join(folder, `${name}.png`) });

  const first = await visit(browser, address);
  await first.locator(".message", { hasText: "firmware #12" }).first().hover();
  await first.locator(".replies, .block-actions").last().waitFor();
  const typing = first.getByRole("combobox", { name: /Message/ });
  await typing.fill("/logs wat"); // few enough to leave the buttons in sight
  await first.locator(".option").first().waitFor();
  await shoot(first, "desktop");

  const second = await visit(browser, address, { viewport: phone, touch: true, deviceScaleFactor: 1.5, colorScheme: "dark" });
  await second.locator(".scroller").evaluate((e) => {
    const pre = [...e.querySelectorAll("pre")].find((one) => one.textContent.includes("p.c:4:3"));
    pre.closest(".message").scrollIntoView();
  });
  await shoot(second, "phone");

  if (all) { // more of them, to look at while working on the page
    const dark = await visit(browser, address, { colorScheme: "dark" });
    await dark.getByRole("button", { name: "Traffic" }).click();
    await dark.locator(".traffic-list summary").nth(1).click();
    await shoot(dark, "desktop-dark-traffic");
    await dark.close();
    await typing.fill("");
    await first.locator(".scroller").evaluate((e) => e.scrollTo(0, 0));
    await shoot(first, "desktop-top");
    await button(first, "Full log").first().click();
    await first.locator(".replies").first().waitFor();
    await first.locator(".replies").first().click();
    await first.locator(".pane .file").first().waitFor();
    await first.locator(".pane").getByRole("button", { name: "Preview" }).first().click();
    await shoot(first, "desktop-thread");
    const light = await visit(browser, address, { viewport: phone, touch: true, deviceScaleFactor: 1.5 });
    await shoot(light, "phone-light");
    await light.getByRole("button", { name: "Channels" }).click();
    await light.locator(".drawn .sidebar").waitFor();
    await shoot(light, "phone-drawer");
  }
} finally {
  await browser.close();
  demo.kill("SIGTERM");
}
