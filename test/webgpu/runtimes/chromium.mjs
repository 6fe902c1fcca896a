// WebGPU in headless Chromium, from pages that load dist/ as it is.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { launch } from "../../runtimes/browser.mjs";
import { adapterEnvironment, DAWN_SWITCHES } from "../environment.mjs";
import { DATA, DIST } from "./bundle.mjs";

const TIMEOUT_MS = 300_000;
const ADAPTER = ["--enable-unsafe-webgpu", ...DAWN_SWITCHES.map((name) => `--${name}`)];
const FOLDERS = { dist: DIST, data: DATA, page: new URL("./", import.meta.url) };

const HEAD = '<!doctype html><meta charset="utf-8"><title>cotangent</title><link rel="icon" href="data:">';
const PAGE = `${HEAD}<script type="module" src="page/page.js"></script>`;
const IMPORTS = {
  cotangent: "./dist/cotangent.js",
  "cotangent/io": "./dist/cotangent.io.js",
  "cotangent/onnx": "./dist/cotangent.onnx.js",
};
const SUITE = `${HEAD}<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`;

const script = { "content-type": "text/javascript" };
const html = { "content-type": "text/html" };

/** A server of the page with this text and of the folders; `suite` is the text of a module. */
function serve(text, suite) {
  return createServer(async ({ url }, response) => {
    const [folder, file] = new URL(url, "http://localhost").pathname.slice(1).split("/");
    if (folder === "") return response.writeHead(200, html).end(text);
    if (folder === "suite.js") return response.writeHead(200, script).end(suite);
    const content = await readFile(new URL(file, FOLDERS[folder])).catch(() => null);
    if (content) response.writeHead(200, script).end(content);
    else response.writeHead(404).end();
  });
}

/** What is done with an open page, which has an adapter or none. */
async function withPage({ executablePath, hasAdapter, text, suite }, use) {
  const server = serve(text, suite);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const environment = { ...process.env, ...adapterEnvironment() };
  const browser = await launch(executablePath, hasAdapter ? ADAPTER : [], environment);
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    return await use(page, `http://127.0.0.1:${server.address().port}/`);
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}

/** What the page came to, what it said on the console, and what it asked the server for, in order. */
export function inPage(executablePath, hasAdapter) {
  return withPage({ executablePath, hasAdapter, text: PAGE }, async (page, address) => {
    const [said, requests] = [[], []];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(`${address}${hasAdapter ? "" : "#without"}`);
    const outcome = await page.evaluate(() => globalThis.outcome);
    if (outcome.error?.length) throw new Error(outcome.error);
    return { outcome, said, requests };
  });
}

/** Runs the suite in a page, which tells what came of each family. */
export function suiteInPage(executablePath, suite, wanted, tell) {
  return withPage({ executablePath, hasAdapter: true, text: SUITE, suite }, async (page, address) => {
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    await page.exposeFunction("tell", tell);
    await page.goto(address);
    await page.evaluate((choice) => import("./suite.js").then(({ runSuite }) => runSuite(choice, globalThis.tell)), {
      ...wanted,
      data: `${address}data/`,
    });
    if (said.length > 0) throw new Error(`the console isn't empty: ${said.slice(0, 3).join("\n")}`);
  });
}
