// What the tests of pages have in common.

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const out = fileURLToPath(new URL("../../examples/out/", import.meta.url));
const TIMEOUT_MS = 180_000;

export function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** Opens a page, does something there, and looks whether anything went elsewhere than onto the page. */
export async function inPage(browser, address, options, work) {
  const { before = null, width = 1100, colorScheme = "light", shot = null } = options;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    const noise = [];
    page.on("console", (message) => noise.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => noise.push(`error: ${error.message}`));
    page.on("request", (request) => {
      // A worker's program is a blob of the page's own.
      if (!/^(file|blob):/.test(request.url())) noise.push(`request: ${request.url()}`);
    });
    if (before) await page.addInitScript(before);
    await context.setOffline(true);
    const [file, query = ""] = address.split("?");
    await page.goto(`${pathToFileURL(join(out, `${file}.html`)).href}?${query}`);
    await work(page);
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    check(wide <= 0, `the page is ${wide} pixels wider than its window`);
    if (shot) await page.screenshot({ path: join(out, shot), fullPage: true });
    check(noise.length === 0, noise.join("\n"));
  } finally {
    await context.close();
  }
}

/** Tabs to the button and presses it, then waits for the page to say that it is done. */
export async function press(page, name, key = "Enter") {
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement.textContent.trim())) === name) {
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      check(outline !== "none", `the focus on "${name}" can't be seen`);
      return page.keyboard.press(key);
    }
  }
  throw new Error(`the keyboard doesn't reach "${name}"`);
}

export const text = (page, selector) => page.locator(selector).innerText();
export const done = (page) => page.getByRole("status").filter({ hasText: /^Done/ }).waitFor();
