// The packed package in bundles: one program through every bundler, for Node and for pages, and without any bundler from a
// file and from a server, under a strict Content-Security-Policy. Then the sizes of what bundlers make of it.
//
//   node test/bundlers/run.mjs

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inProject } from "../package/project.mjs";
import { findChromium, launch } from "../runtimes/browser.mjs";
import { bin, install as installRuntimes } from "../runtimes/install.mjs";
import { bundlers, install } from "./bundle.mjs";
import { inNext } from "./next.mjs";
import { checkSizes } from "./sizes.mjs";

const [program, subpaths] = ["program.js", "subpaths.js"].map((name) => fileURLToPath(new URL(name, import.meta.url)));
/** The same in a page's worker: the worker's program, and the page's. */
const workerPrograms = ["worker-program.js", "worker-page.js"].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);
const EXPECTED = "[[[5,11],[11,25]],[[4],[6]],true]";
const TIMEOUT_MS = 60_000;
/** Scripts from the page's own folder, WebAssembly, and nothing else: no inline script, no eval, no other address. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

const total = { passed: 0, failed: 0, skipped: 0 };

async function test(name, run) {
  const start = performance.now();
  try {
    const note = await run();
    console.log(`ok   ${name}${note ? `: ${note}` : ""} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    total.passed++;
  } catch (error) {
    console.log(`FAIL ${name}: ${error.stderr || error.stack}`);
    total.failed++;
  }
}

function expect(actual) {
  if (actual !== EXPECTED) throw new Error(`${actual} instead of ${EXPECTED}`);
}

const inNode = (file) => expect(execFileSync(process.execPath, [file], { encoding: "utf8", stdio: "pipe" }).trim());

/** Bundles for Node run where there is neither the package nor anything else beside them. */
async function testNode(project, out) {
  const main = join(project, "program.js");
  await test("subpaths in Node", () => inNode(join(project, "subpaths.js")));
  for (const name of ["esbuild", "webpack", "Vite"]) {
    const folder = join(out, `node-${name}`);
    await test(`${name} for Node`, async () => {
      await bundlers[name](main, folder, "node");
      writeFileSync(join(folder, "package.json"), `{ "type": "${name === "webpack" ? "commonjs" : "module"}" }`);
      inNode(join(folder, "main.js"));
    });
  }
  await test("bun build for Node", () => {
    const file = join(out, "bun.mjs");
    execFileSync(bin("bun"), ["build", main, "--target=node", `--outfile=${file}`], { cwd: project, stdio: "pipe" });
    inNode(file);
  });
  await test("a route of Next, on its server", async () => expect(await inNext(main)));
}

const page = (script) => `<!doctype html><meta charset="utf-8"><title>cotangent</title>${script}`;

/** What stands in a page: an address below `out`, and the script's tag. */
async function makePages(project, out) {
  const pages = [];
  const add = (name, folder, tags) => {
    writeFileSync(join(out, folder, "index.html"), page(tags));
    pages.push([name, folder]);
  };
  for (const [name, bundle] of Object.entries(bundlers)) {
    await test(`${name} for a page`, () => bundle(join(project, "program.js"), join(out, name), "browser"));
    add(`${name}'s bundle`, name, '<script type="module" src="main.js"></script>');
    const parts = `parts-${name}`;
    await test(`${name} for a page, by subpaths`, () =>
      bundle(join(project, "subpaths.js"), join(out, parts), "browser"));
    add(`${name}'s bundle of subpaths`, parts, '<script type="module" src="main.js"></script>');
  }
  // The others don't know the line that starts one.
  for (const name of ["webpack", "Vite"]) {
    const folder = `worker-${name}`;
    await test(`${name} for a page's worker`, () => {
      return bundlers[name](join(project, "worker-page.js"), join(out, folder), "browser");
    });
    add(`${name}'s worker`, folder, '<script type="module" src="main.js"></script>');
  }
  const dist = join(project, "node_modules/cotangent/dist");
  const source = readFileSync(program, "utf8");
  const plain = mkdtempSync(join(out, "plain-"));
  for (const name of ["cotangent.js", "cotangent.webgpu.js", "cotangent.iife.js"]) {
    writeFileSync(join(plain, name), readFileSync(join(dist, name)));
  }
  writeFileSync(join(plain, "module.js"), source.replace('"cotangent"', '"./cotangent.js"'));
  writeFileSync(
    join(plain, "script.js"),
    source.replace(/import (.*) from "cotangent"/s, (_, names) => {
      return `const ${names.replace(" as ", ": ")} = cotangent`;
    }),
  );
  const classic = '<script src="cotangent.iife.js"></script><script src="script.js"></script>';
  writeFileSync(join(plain, "script.html"), page(classic));
  writeFileSync(join(plain, "index.html"), page('<script type="module" src="module.js"></script>'));
  const [ownProgram, ownPage] = workerPrograms.map((path) => readFileSync(path, "utf8"));
  const scripts = 'importScripts("cotangent.iife.js", "script.js");';
  writeFileSync(join(plain, "worker.js"), ownProgram.replace('import "./program.js";', scripts));
  writeFileSync(join(plain, "page.js"), ownPage.replace(/new Worker\(.*\)/, 'new Worker("worker.js")'));
  writeFileSync(join(plain, "worker.html"), page('<script src="page.js"></script>'));
  const folder = plain.slice(out.length + 1);
  pages.push(["the minified module", folder]);
  pages.push(["the classic script", `${folder}/script.html`]);
  pages.push(["the classic script in a worker", `${folder}/worker.html`]);
  return { pages, file: join(plain, "script.html") };
}

/** Serves the files below `out` under the policy. */
async function serve(out, use) {
  const server = createServer((request, response) => {
    const path = request.url.endsWith("/") ? `${request.url}index.html` : request.url;
    const type = path.endsWith(".html") ? "text/html" : "text/javascript";
    try {
      const body = readFileSync(join(out, path));
      response.writeHead(200, { "content-type": type, "content-security-policy": POLICY }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function testPages(project, out, chromium) {
  const { pages, file } = await makePages(project, out);
  const browser = await launch(chromium);
  const open = async (url) => {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(TIMEOUT_MS);
    const errors = [];
    tab.on("pageerror", (error) => errors.push(error.stack));
    tab.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await tab.goto(url);
    if (errors.length > 0) throw new Error(errors.join("\n"));
    await tab.waitForFunction(() => globalThis.outcome);
    expect(await tab.evaluate(() => globalThis.outcome));
    await tab.close();
  };
  try {
    await serve(out, async (url) => {
      for (const [name, path] of pages) {
        await test(`${name} in a page with a strict policy`, () => {
          return open(`${url}/${path}${path.endsWith(".html") ? "" : "/"}`);
        });
      }
    });
    await test("the classic script in a page from a file", () => open(pathToFileURL(file).href));
  } finally {
    await browser.close();
  }
}

install();
installRuntimes();
const out = mkdtempSync(join(tmpdir(), "cotangent-bundles-"));
try {
  await inProject({ copies: [program, subpaths, ...workerPrograms] }, async (project) => {
    await testNode(project, out);
    const chromium = findChromium();
    if (chromium) await testPages(project, out, chromium);
    else {
      console.log(`${process.env.CI ? "FAIL" : "skip"} chromium: there is none; set CHROME_PATH`);
      total[process.env.CI ? "failed" : "skipped"]++;
    }
    await test("sizes are within their limits", () => checkSizes(project, Object.keys(bundlers)));
  });
} finally {
  rmSync(out, { recursive: true, force: true });
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
