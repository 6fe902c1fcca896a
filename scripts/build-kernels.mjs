/**
 * Builds the CPU kernels: `assembly/index.ts` to `dist/kernels.wasm`, then looks at what came out and
 * refuses it if it could not run everywhere (an import other than its memory), does not offer what the hosts call (other
 * exports), or does not leave them the memory they count on (the module's own data).
 *
 *   node scripts/build-kernels.mjs             plain SIMD: bit-identical results on every engine
 *   node scripts/build-kernels.mjs --relaxed   fused multiply-adds, to dist/kernels-relaxed.wasm
 */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";

/** What `src/device` calls, and nothing else. */
const EXPORTS = ["execute", "heapBase"];
/** What `src/device` provides. */
const IMPORTS = ["env.memory"];
/** The hosts put their arrays from this address on. */
const HEAP_LIMIT = 131072;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const relaxed = process.argv.includes("--relaxed");
const output = relaxed ? "dist/kernels-relaxed.wasm" : "dist/kernels.wasm";

function refuse(message) {
  console.error(`build-kernels: ${message}`);
  process.exit(1);
}

async function compile() {
  const options = ["assembly/index.ts", "--config", "asconfig.json", "--baseDir", root, "--outFile", output];
  if (relaxed) options.push("--enable", "relaxed-simd");
  const { error, stderr } = await asc.main(options);
  // The optimizer says this when another round might have saved a few bytes.
  const messages = stderr.toString().replace("Last converge was suboptimal.", "").trim();
  if (messages !== "") console.error(messages);
  if (error !== null) refuse(error.message);
}

/** Every import as `module.name`, whatever is imported. */
function importsOf(module) {
  const kinds = [
    ...range(module.getNumFunctions(), (i) => binaryen.getFunctionInfo(module.getFunctionByIndex(i))),
    ...range(module.getNumGlobals(), (i) => binaryen.getGlobalInfo(module.getGlobalByIndex(i))),
    ...range(module.getNumTables(), (i) => binaryen.getTableInfo(module.getTableByIndex(i))),
    module.getMemoryInfo(),
  ];
  return kinds.filter((it) => it.module).map((it) => `${it.module}.${it.base}`);
}

/** The constant that `heapBase` returns. Node 20 cannot run the relaxed module, so it is read from the code. */
function heapBaseOf(module, exported) {
  const info = binaryen.getFunctionInfo(module.getFunction(exported.heapBase));
  const body = binaryen.getExpressionInfo(info.body);
  if (body.id !== binaryen.ExpressionIds.Const) refuse("heapBase is not a constant");
  return body.value;
}

function range(count, of) {
  return Array.from({ length: count }, (_, i) => of(i));
}

/** Reads the output back and checks what the hosts rely on. */
function inspect(bytes) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(binaryen.Features.All);
  if (!module.validate()) refuse("binaryen finds the module invalid");
  const imports = importsOf(module);
  if (imports.join() !== IMPORTS.join())
    refuse(`the module imports ${imports.join(", ")} instead of ${IMPORTS.join(", ")}`);
  const exported = Object.fromEntries(
    range(module.getNumExports(), (i) => binaryen.getExportInfo(module.getExportByIndex(i))).map((it) => [
      it.name,
      it.value,
    ]),
  );
  const names = Object.keys(exported).sort();
  if (names.join() !== EXPORTS.join())
    refuse(`the module exports ${names.join(", ")} instead of ${EXPORTS.join(", ")}`);
  const heapBase = heapBaseOf(module, exported);
  if (heapBase > HEAP_LIMIT) refuse(`the module's data ends at ${heapBase}, beyond ${HEAP_LIMIT}`);
  const functions = module.getNumFunctions();
  module.dispose();
  return { functions, heapBase };
}

function report(bytes, { functions, heapBase }) {
  const rows = [
    ["raw", bytes.length],
    ["gzip", gzipSync(bytes, { level: 9 }).length],
    ["brotli", brotliCompressSync(bytes).length],
    ["functions", functions],
    ["heap base", heapBase],
  ];
  console.log(output);
  for (const [name, value] of rows) console.log(`  ${name.padEnd(10)}${value.toLocaleString("en-US").padStart(9)}`);
}

mkdirSync(path.join(root, "dist"), { recursive: true });
await compile();
const bytes = readFileSync(path.join(root, output));
report(bytes, inspect(bytes));
