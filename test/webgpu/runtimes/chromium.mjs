// WebGPU in headless Chromium, from a page that loads dist/ as it is.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { launch } from "../../runtimes/browser.mjs";
import { adapterEnvironment, DAWN_SWITCHES } from "../environment.mjs";

const TIMEOUT_MS = 300_000;
const ADAPTER = ["--enable-unsafe-webgpu", ...DAWN_SWITCHES.map((name) => `--${name}`)];
const here = new URL("./", import.meta.url);
const dist = new URL("../../../dist/", import.meta.url);

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>cotangent</title><link rel="icon" href="data:"><script type="module" src="page.js"></script>';

async function answer(request, response) {
  const path = new URL(request.url, "http://localhost").pathname.slice(1);
  if (path === "") return response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
  const file = path.startsWith("dist/") ? new URL(path.slice(5), dist) : new URL(path, here);
  try {
    response.writeHead(200, { "content-type": "text/javascript" }).end(await readFile(fileURLToPath(file)));
  } catch {
    response.writeHead(404).end();
  }
}

/** What the page came to, what it said on the console, and what it asked the server for, in order. */
export async function inPage(executablePath, hasAdapter) {
  const server = createServer(answer);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const environment = { ...process.env, ...adapterEnvironment() };
  const browser = await launch(executablePath, hasAdapter ? ADAPTER : [], environment);
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    const [said, requests] = [[], []];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(`http://127.0.0.1:${server.address().port}/${hasAdapter ? "" : "#without"}`);
    const outcome = await page.evaluate(() => globalThis.outcome);
    if (outcome.error?.length) throw new Error(outcome.error);
    return { outcome, said, requests };
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}
