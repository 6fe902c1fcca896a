// A program in headless Chromium: in a page without a server or network, and in a page that may have threads.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const TIMEOUT_MS = 60_000;
const FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** The browser: CHROME_PATH, or Debian's, which is installed where the machine can; `null` where it cannot. */
export function findChromium() {
  const candidates = [process.env.CHROME_PATH, "/usr/bin/chromium", "/usr/bin/google-chrome"];
  const found = () => candidates.find((path) => path && existsSync(path)) ?? null;
  const mayInstall = existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
  if (found() || !mayInstall) return found();
  console.log("installing Debian's chromium ...");
  const apt = (...args) => execFileSync("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  apt("update");
  apt("install", "-y", "--no-install-recommends", "chromium");
  return found();
}

/** A page that has everything in itself, with the package that `project` has; the module puts what comes of it into `outcome`. */
async function pageFor(project, { imports, outcome }) {
  const program = `${imports}
globalThis.outcome = ${outcome}.catch((error) => ({ error: error.stack }));`;
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: project },
    bundle: true,
    format: "iife",
    target: "es2022",
    conditions: ["browser"],
    write: false,
    logLevel: "silent",
  });
  const script = outputFiles[0].text.replaceAll("</script", "<\\/script");
  return `<!doctype html><meta charset="utf-8"><title>cotangent</title><script>${script}</script>`;
}

/** The browser with switches beside those that it always gets. */
export async function launch(executablePath, switches = [], env = process.env) {
  const { chromium: driver } = await import("playwright-core");
  return await driver.launch({ executablePath, args: [...FLAGS, ...QUIET, ...switches], env });
}

async function outcomeOf(chromium, url, isolated) {
  const browser = await launch(chromium);
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.goto(url);
    const actual = await page.evaluate(() => globalThis.crossOriginIsolated);
    if (actual !== isolated) throw new Error(`crossOriginIsolated is ${actual}`);
    const outcome = await page.evaluate(() => globalThis.outcome);
    if (outcome.error) throw new Error(outcome.error);
    return outcome;
  } finally {
    await browser.close();
  }
}

/** In a page opened from a file: no server, no network, no threads. */
export async function inOfflinePage(chromium, project, program) {
  const folder = mkdtempSync(join(tmpdir(), "cotangent-page-"));
  try {
    const file = join(folder, "page.html");
    writeFileSync(file, await pageFor(project, program));
    return await outcomeOf(chromium, pathToFileURL(file).href, false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In a page whose headers allow memory to be shared. */
export async function inIsolatedPage(chromium, project, program) {
  const page = await pageFor(project, program);
  const headers = {
    "content-type": "text/html",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  const server = createServer((_, response) => response.writeHead(200, headers).end(page));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    return await outcomeOf(chromium, `http://127.0.0.1:${server.address().port}/`, true);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
