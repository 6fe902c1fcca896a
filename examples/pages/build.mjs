// Builds the pages for browsers: each is one HTML file in examples/out/ that has its styles, its program and the library in
// itself, so that it opens from a folder, without a server or network. (From a file, browsers refuse module scripts and
// `import()`, so the program is one classic script, the part with WebGPU included.)
//
//   npm run example:pages

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import "./plots/install.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../out");
const { version } = JSON.parse(readFileSync(join(here, "../../package.json"), "utf8"));

/** The program with all that it imports, as text that may stand in a page. */
async function bundle(name) {
  const { outputFiles } = await build({
    entryPoints: [join(here, name)],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    conditions: ["browser"],
    // The built package, as the other examples, and not the sources, which the checks read.
    tsconfigRaw: {},
    define: { VERSION: JSON.stringify(version) },
    legalComments: "none",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0].text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

/** Puts files' texts in the place of the tags that name them. */
async function inline(html, tag, textOf) {
  const texts = await Promise.all([...html.matchAll(tag)].map(([, file]) => textOf(file)));
  return html.replaceAll(tag, () => texts.shift());
}

mkdirSync(out, { recursive: true });
for (const name of ["network", "kernel", "gpu-check"]) {
  let html = readFileSync(join(here, `${name}.html`), "utf8");
  html = await inline(html, /<link rel="stylesheet" href="([^"]+)">/g, (file) => {
    return `<style>\n${readFileSync(join(here, file), "utf8")}</style>`;
  });
  // What a page starts as a worker stands there as a text.
  html = await inline(html, /(?<=<script type="text\/plain" id="worker") src="([^"]+)">/g, async (file) => {
    return `>${await bundle(file)}`;
  });
  // After the page's elements, as the deferred script would run.
  html = await inline(html, /<script type="module" src="([^"]+)"><\/script>/g, async (file) => {
    return `<script>${await bundle(file)}</script>`;
  });
  const path = join(out, `${name}.html`);
  writeFileSync(path, html);
  console.log(`${relative(process.cwd(), path)}  ${(html.length / 1024).toFixed(0)} KB`);
}
