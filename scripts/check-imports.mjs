// Keeps imports running downwards and free of cycles, in src/, assembly/, gpu/, bench/ and test/.
//
//   node scripts/check-imports.mjs [root]
//
// Each folder of src/ is a layer. A file may import its own folder and any lower one. Type-only imports count for the
// direction, not for cycles, since nothing of them is left when the program runs.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

/** From low to high. Folders in one row are siblings, which see each other only through `allowedSiblings`. */
const layers = [
  ["base"],
  ["ir"],
  ["lax"],
  ["compile"],
  ["device"],
  ["transform"],
  ["numpy", "nn", "random"],
  ["nt"],
  ["optim", "predict", "scipy", "stax"],
  ["io"],
  ["onnx"],
  ["index"],
  ["entry"],
];
const allowedSiblings = { nn: ["numpy", "random"], random: ["numpy"] };
/** What only some may import: [what, who, why]. Each is a path or the beginning of one. */
const borders = [
  ["assembly/opcodes.ts", ["src/device/wasm/"], "the numbers of the WebAssembly kernels"],
  ["gpu/", ["src/device/webgpu/"], "what WebGPU runs"],
  ["src/device/wasm/", ["src/device/wasm/", "src/device/install.ts", "src/index.ts", "src/entry/"], "one device's own"],
  ["src/device/webgpu/", ["src/device/webgpu/", "src/index.ts", "src/entry/"], "one device's own"],
  ["src/io/", ["src/io/", "src/onnx/", "src/entry/"], "a subpath of its own, for which others pay nothing"],
  ["src/onnx/", ["src/onnx/", "src/entry/"], "a subpath of its own, for which others pay nothing"],
  ["src/device/", ["src/device/", "src/index.ts", "src/entry/"], "behind the device's face, src/device/device.ts"],
];
const face = "src/device/device.ts";
/** What each folder beside src/ may import; nothing of them is a layer. */
const others = {
  assembly: ["assembly/"],
  gpu: [
    "gpu/",
    "src/base/lists.ts",
    "src/base/shapes.ts",
    "src/base/view.ts",
    "src/compile/program.ts",
    "src/compile/walk.ts",
  ],
  bench: [
    "bench/",
    "src/",
    "gpu/",
    "examples/",
    "assembly/opcodes.ts",
    "package.json",
    "test/webgpu/environment.mjs",
    "test/runtimes/package.json",
  ],
  test: ["test/", "src/", "gpu/", "assembly/opcodes.ts", "bench/support/", "scripts/", "examples/", "package.json"],
};

const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
const problems = [];

function findSources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : findSources(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

const fromRoot = (path) => relative(root, path).split(sep).join("/");

/** Every `import`, `export ... from` and `import()` of a file: { specifier, line, typeOnly }. */
function importsOf(file) {
  const source = readFileSync(join(root, file), "utf8");
  const { module, errors } = parseSync(file, source);
  for (const error of errors) problems.push(`${file}: ${error.message}`);
  const line = (offset) => source.slice(0, offset).split("\n").length;
  // `import { type A }` leaves an empty import behind, so only a whole `import type` is gone when the program runs.
  const leavesNothing = (start) => /^(?:import|export)\s+type\b/.test(source.slice(start, start + 100));
  const found = [];
  for (const { moduleRequest, entries, start } of module.staticImports) {
    const typeOnly = leavesNothing(start) && entries.every((entry) => entry.isType);
    found.push({ specifier: moduleRequest.value, line: line(start), typeOnly });
  }
  for (const { entries, start } of module.staticExports) {
    const specifier = entries.find((entry) => entry.moduleRequest)?.moduleRequest.value;
    if (specifier) found.push({ specifier, line: line(start), typeOnly: leavesNothing(start) });
  }
  for (const { moduleRequest, start } of module.dynamicImports) {
    const text = source.slice(moduleRequest.start, moduleRequest.end);
    const literal = /^(["'`])(.*)\1$/s.exec(text);
    if (literal) found.push({ specifier: literal[2], line: line(start), typeOnly: false });
  }
  return found;
}

/** The layer of a path like "src/lax/conv.ts": its folder, or the name of a file that lies in src itself. */
function layerOf(path) {
  const [, first, rest] = path.split("/");
  const name = rest === undefined ? first.replace(/\.ts$/, "") : first;
  const rank = layers.findIndex((row) => row.includes(name));
  return { name, rank };
}

function checkDirection(file, target, where) {
  const from = layerOf(file);
  const border = target === face ? undefined : borders.find(([what]) => target.startsWith(what));
  if (border && !border[1].some((who) => file.startsWith(who))) {
    problems.push(`${where}: only ${border[1].join(", ")} may import ${target}: ${border[2]}`);
    return;
  }
  if (!target.startsWith("src/")) {
    if (!border) problems.push(`${where}: src may not import ${target}`);
    return;
  }
  const to = layerOf(target);
  if (from.rank < 0 || to.rank < 0 || from.name === to.name || to.rank < from.rank) return;
  if (to.rank === from.rank && allowedSiblings[from.name]?.includes(to.name)) return;
  const relation = to.rank === from.rank ? "beside" : "above";
  problems.push(`${where}: ${from.name} may not import ${to.name}, which stands ${relation} it (${target})`);
}

/** Files that import each other in a circle, one list for each circle (Tarjan's strongly connected components). */
function findCycles(graph) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const cycles = [];
  function visit(node) {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    for (const next of graph.get(node)) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node), low.get(next)));
    }
    if (low.get(node) !== index.get(node)) return;
    const members = stack.splice(stack.indexOf(node));
    if (members.length > 1 || graph.get(node).includes(node)) cycles.push(members);
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return cycles;
}

/** A shortest way around through the members of a component, for the message. */
function wayAround(graph, members) {
  const start = members[0];
  const queue = [[start]];
  const seen = new Set();
  for (const path of queue) {
    for (const next of graph.get(path.at(-1))) {
      if (next === start) return [...path, start];
      if (!members.includes(next) || seen.has(next)) continue;
      seen.add(next);
      queue.push([...path, next]);
    }
  }
}

const files = findSources(join(root, "src")).map(fromRoot).sort();
if (files.length === 0) problems.push("src: no files");
const graph = new Map(files.map((file) => [file, []]));

for (const file of files) {
  if (layerOf(file).rank < 0)
    problems.push(`${file}: ${layerOf(file).name} is not a layer; see scripts/check-imports.mjs`);
  for (const { specifier, line, typeOnly } of importsOf(file)) {
    const where = `${file}:${line}`;
    if (!specifier.startsWith(".")) {
      // Only the loaders of src/entry know a runtime; all else must run anywhere, and there are no dependencies.
      const known = specifier.startsWith("node:") || specifier === "virtual:packed-kernels";
      if (!known || layerOf(file).name !== "entry")
        problems.push(`${where}: may not import the package "${specifier}"`);
      continue;
    }
    if (specifier.endsWith(".wasm")) continue;
    const target = fromRoot(resolve(root, dirname(file), specifier));
    if (!existsSync(join(root, target))) {
      problems.push(`${where}: ${specifier} does not exist (imports name the file, with .ts)`);
      continue;
    }
    checkDirection(file, target, where);
    if (!typeOnly && graph.has(target)) graph.get(file).push(target);
  }
}

/** The files that a file of AssemblyScript, which the parser can't read, names; they have no extension. */
function assemblyImports(file) {
  const source = readFileSync(join(root, file), "utf8");
  return [...source.matchAll(/\bfrom "(\.[^"]+)"/g)].map(([, specifier]) => {
    const path = fromRoot(resolve(root, dirname(file), specifier));
    return [`${path}.ts`, `${path}/index.ts`].find((target) => existsSync(join(root, target))) ?? `${path}.ts`;
  });
}

/** The files that a file imports, from the root. */
function targetsOf(folder, file) {
  if (folder === "assembly") return assemblyImports(file);
  return importsOf(file)
    .filter(({ specifier, typeOnly }) => specifier.startsWith(".") && !typeOnly)
    .map(({ specifier }) => fromRoot(resolve(root, dirname(file), specifier)));
}

for (const [folder, allowed] of Object.entries(others)) {
  if (!existsSync(join(root, folder))) continue;
  for (const file of findSources(join(root, folder)).map(fromRoot)) {
    files.push(file);
    graph.set(file, []);
    for (const target of targetsOf(folder, file)) {
      if (!existsSync(join(root, target))) problems.push(`${file}: ${target} does not exist`);
      if (!allowed.some((path) => target.startsWith(path)))
        problems.push(`${file}: ${folder} may not import ${target}`);
      graph.get(file).push(target);
    }
  }
}
for (const [file, targets] of graph) {
  graph.set(
    file,
    targets.filter((target) => graph.has(target)),
  );
}

for (const members of findCycles(graph)) problems.push(`import cycle: ${wayAround(graph, members).join(" -> ")}`);

for (const problem of problems) console.error(problem);
console.log(`imports: ${files.length} files, ${problems.length} problems`);
process.exitCode = problems.length ? 1 : 0;
