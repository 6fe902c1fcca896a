/**
 * Builds the CPU kernels: `assembly/index.ts` to `dist/kernels.wasm`, then looks at what came out and
 * refuses it if it could not run everywhere (an unknown import), does not offer what the hosts call (other
 * exports), or does not leave them the memory they count on (the module's own data).
 *
 * The innermost loops of products are built once more with fused multiply-adds, to `dist/kernels-relaxed.wasm`; a
 * host may put them in the place of those in `dist/kernels.wasm`, which give the same bits on every engine. Decompositions
 * of matrices and rare elementwise functions are modules of their own, `dist/linalg.wasm` and `dist/special.wasm`, that only
 * programs with any of them carry. A small module, `dist/unpack.wasm`, unpacks the kernels where they travel inside of code;
 * the package has it there only.
 *
 * With `--fast` the optimizer goes over them once and not until nothing changes any more. A lower level of it is no way to
 * save time: it leaves functions with tens of thousands of locals, for which engines take gigabytes.
 */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";

/** The functions in the table, which a host may replace: see assembly/contract/microkernels.ts. */
const MICROKERNELS = ["dots32", "dots64", "lanes32", "lanes64", "stream32", "stream64", "tile32", "tile64"];
/** Where the data of the rare functions begins, behind that of the kernels. */
const SPECIAL_BASE = 65536;
/** What each module offers `src/device` and what it needs from there, and nothing else. */
const MODULES = [
  {
    source: "assembly/unpack.ts",
    output: "dist/unpack.wasm",
    exports: ["unpack"],
    imports: ["env.memory"],
    options: ["--shrinkLevel", "2"],
  },
  {
    source: "assembly/index.ts",
    output: "dist/kernels.wasm",
    exports: ["contract", "execute", "heapBase", "linalg", "special", "table", "work", ...MICROKERNELS],
    imports: ["env.add", "env.memory", "env.wait"],
    options: ["--exportTable"],
  },
  {
    source: "assembly/linalg.ts",
    output: "dist/linalg.wasm",
    exports: ["linalg"],
    imports: ["env.contract", "env.memory"],
    options: [],
  },
  {
    source: "assembly/special.ts",
    output: "dist/special.wasm",
    exports: ["heapBase", "special"],
    imports: ["env.memory"],
    options: ["--memoryBase", String(SPECIAL_BASE)],
  },
  {
    source: "assembly/relaxed.ts",
    output: "dist/kernels-relaxed.wasm",
    exports: MICROKERNELS,
    imports: ["env.memory"],
    options: ["--enable", "relaxed-simd"],
  },
];
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What threads tell each other begins here, then come the hosts' arrays. */
const MEETING = Number(/ROUND = (\d+)/.exec(readFileSync(path.join(root, "assembly/opcodes.ts"), "utf8"))[1]);

function refuse(message) {
  console.error(`build-kernels: ${message}`);
  process.exit(1);
}

const { values } = parseArgs({ options: { fast: { type: "boolean", default: false } } });
const target = values.fast ? "fast" : "release";

async function compile({ source, output, options: own }) {
  const options = [
    source,
    "--config",
    "asconfig.json",
    "--target",
    target,
    "--baseDir",
    root,
    "--outFile",
    output,
    ...own,
  ];
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
  return kinds
    .filter((it) => it.module)
    .map((it) => `${it.module}.${it.base}`)
    .sort();
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
function inspect(bytes, { exports, imports }) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(binaryen.Features.All);
  if (!module.validate()) refuse("binaryen finds the module invalid");
  const imported = importsOf(module);
  if (imported.join() !== imports.join())
    refuse(`the module imports ${imported.join(", ")} instead of ${imports.join(", ")}`);
  const exported = Object.fromEntries(
    range(module.getNumExports(), (i) => binaryen.getExportInfo(module.getExportByIndex(i))).map((it) => [
      it.name,
      it.value,
    ]),
  );
  const [names, expected] = [Object.keys(exported), exports].map((list) => list.toSorted().join(", "));
  if (names !== expected) refuse(`the module exports ${names} instead of ${expected}`);
  const heapBase = exported.heapBase ? heapBaseOf(module, exported) : 0;
  if (exported.heapBase === undefined && module.emitText().includes("(data "))
    refuse("a module without a heap brings data of its own");
  const limit = exported.special && exported.execute ? SPECIAL_BASE : MEETING;
  if (heapBase > limit) refuse(`the module's data ends at ${heapBase}, beyond ${limit}`);
  const functions = module.getNumFunctions();
  module.dispose();
  return { functions, heapBase };
}

function report(output, bytes, { functions, heapBase }) {
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
for (const module of MODULES) {
  await compile(module);
  const bytes = readFileSync(path.join(root, module.output));
  report(module.output, bytes, inspect(bytes, module));
}
