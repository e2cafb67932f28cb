// The browser of the tests: Debian's chromium, without any network traffic of its own.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const desktop = { width: 1280, height: 800 };
// patience is the longest wait in ms; a busy machine must not fail a test.
export const patience = 30_000;
export const phone = { width: 360, height: 740 };

// launch starts a browser; end it with its close().
export async function launch() {
  const home = await mkdtemp(join(tmpdir(), "slacksim-page-"));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    // The browser also writes outside its profile; this folder is removed at its
    // end.
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    args: [
      "--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-extensions", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server",
    ],
  });
  const close = browser.close.bind(browser);
  browser.close = async () => {
    await close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  return browser;
}

// visit opens the page and waits until it shows the workspace. page.faults collects
// errors of the console and requests to other servers; page.deeds are the running
// requests of actions.
export async function visit(browser, address, { touch = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: desktop, locale: "en-GB", timezoneId: "Asia/Shanghai", reducedMotion: "reduce", hasTouch: touch, isMobile: touch, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(`error: ${error.message}`));
  page.on("console", (line) => { if (line.type() === "error") page.faults.push(`console: ${line.text()}`); });
  page.on("request", (request) => { if (!request.url().startsWith(address)) page.faults.push(`request to ${request.url()}`); });
  page.deeds = new Set();
  page.on("request", (request) => { if (request.url().includes("/page/do/")) page.deeds.add(request); });
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => page.deeds.delete(request));
  await page.goto(address);
  await page.locator(".message, .line.empty").first().waitFor();
  return page;
}
