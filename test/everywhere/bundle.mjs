// The chosen tests as one module for any runtime. The library stays outside, by its name, and each runtime finds it by its own
// condition of the package.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const DATA = join(here, "../conformance/data");

/** Test files that see the library as users do: by its name, and nothing of a runtime. */
const FILES = [
  "base/tree",
  "device/aliasing",
  "io/properties",
  "ir/owned",
  "ir/printing",
  "lax/arguments",
  "lax/conv-zeros",
  "lax/errors",
  "nn/activations",
  "nn/normalization",
  "nt/taylor",
  "numpy/arguments",
  "numpy/array",
  "numpy/choosing",
  "numpy/creation",
  "numpy/derivatives",
  "numpy/indexing",
  "numpy/join",
  "numpy/logic",
  "numpy/mixed-integers",
  "numpy/movement",
  "numpy/pad",
  "numpy/powers",
  "numpy/products",
  "numpy/reductions",
  "numpy/ufuncs",
  "random/draws",
  "random/keys",
  "stax/errors",
  "transform/aux",
  "transform/control",
  "transform/custom",
  "transform/numbers",
];

/** Of each family one in so many cases, so that a runtime takes some ten seconds of processor time for all of it. */
const FAMILIES = { operations: 2, functions: 192, networks: 24, random: 1, docstring: 5, dropout: 1, models: 4 };

const DATA_MODULE = "data:";

/** The module in which the chosen tests and data are loaded by name. */
function entryText() {
  const loaders = (names, pathOf) =>
    `{ ${names.map((name) => `${JSON.stringify(name)}: () => import(${JSON.stringify(pathOf(name))})`).join(", ")} }`;
  const files = loaders(FILES, (name) => `../${name}.test.ts`);
  const data = loaders(
    readdirSync(DATA).filter((name) => /\.(json|safetensors)$/.test(name)),
    (name) => DATA_MODULE + name,
  );
  return `import { runSuite } from "./suite.ts";
const chosen = { files: ${files}, data: ${data}, families: ${JSON.stringify(FAMILIES)} };
export const run = () => runSuite(chosen);`;
}

const plugin = {
  name: "everywhere",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^uvu$/ }, () => ({ path: join(here, "uvu.ts") }));
    onResolve({ filter: /^data:/ }, ({ path }) => ({ path: path.slice(DATA_MODULE.length), namespace: "data" }));
    onLoad({ filter: /./, namespace: "data" }, ({ path }) => ({
      contents: readFileSync(join(DATA, path)),
      loader: "binary",
    }));
  },
};

/** The text of the module, which exports `run`. */
export async function bundle() {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entryText(), resolveDir: here },
    absWorkingDir: here,
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["cotangent"],
    define: { process: "undefined" }, // What uvu's comparison reads of it, Deno asks permission for.
    plugins: [plugin],
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  // A second copy of the library's parts would be tested in place of the package's.
  const inside = Object.keys(metafile.inputs).filter((path) =>
    /^\.\.\/\.\.\/(src|gpu|assembly)\/(?!base\/)/.test(path),
  );
  if (inside.length > 0) throw new Error(`the tests bring parts of the library with them: ${inside.join(", ")}`);
  return outputFiles[0].text;
}
