// What a user's page loads: programs that use a part of the package, through bundlers, gzipped, kernels included.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundlers } from "./bundle.mjs";

/** Each program, and the most KB that it may have in the bundlers that are measured: close above what it has today. */
export const programs = [
  {
    name: "an NTK (`nt`)",
    text: 'import { nt } from "cotangent"; console.log(nt.empiricalNtkFn);',
    limits: { esbuild: 93.3, webpack: 86, Vite: 86 },
  },
  {
    name: "the same by `cotangent/nt`",
    text: 'import * as nt from "cotangent/nt"; console.log(nt.empiricalNtkFn);',
    limits: { esbuild: 89.2, webpack: 86.1, Vite: 86 },
  },
  {
    name: "a sine by `cotangent/numpy`",
    text: 'import * as np from "cotangent/numpy"; console.log(np.sin(np.array([1])));',
    limits: { esbuild: 65.2, webpack: 63.2, Vite: 63.4 },
  },
  {
    name: "`jit` of a matmul",
    text: 'import { array, jit } from "cotangent"; console.log(jit((x, y) => x.matmul(y))(array([[1]]), array([[2]])));',
    limits: { esbuild: 67, webpack: 65.2, Vite: 65.4 },
  },
  {
    name: "`grad` of a sum",
    text: 'import { array, grad } from "cotangent"; console.log(grad((x) => x.sum())(array([1])));',
    limits: { esbuild: 68.4, webpack: 66.3, Vite: 66.5 },
  },
  {
    name: "`cotangent/io`",
    text: 'import * as io from "cotangent/io"; console.log(io);',
    limits: { esbuild: 73.7, webpack: 71.8, Vite: 71.6 },
  },
  {
    name: "`cotangent/onnx`",
    text: 'import * as onnx from "cotangent/onnx"; console.log(onnx);',
    limits: { esbuild: 136.2, webpack: 132.1, Vite: 131.5 },
  },
  {
    name: "everything",
    text: 'import * as all from "cotangent"; console.log(all);',
    limits: { esbuild: 241.3, Vite: 189.3 },
  },
];

/** The gzipped bytes of a bundle's files, but for the chunks that only an `import()` loads. */
function loadedBytes(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".js") && !name.startsWith("chunk-"));
  return files.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);
}

/** Prints the table of the programs' sizes in these bundlers, and fails beyond a limit. `project` has the package. */
export async function checkSizes(project, names) {
  const columns = names.filter((name) => name in programs[0].limits);
  console.log(`${"KB gzipped, with kernels".padEnd(26)}${columns.map((name) => name.padStart(10)).join("")}`);
  const problems = [];
  for (const [i, { name, text, limits }] of programs.entries()) {
    const folder = join(project, `size-${i}`);
    mkdirSync(folder);
    writeFileSync(join(project, `size-${i}.js`), text);
    let line = name.padEnd(26);
    for (const bundler of columns) {
      if (!(bundler in limits)) {
        line += "".padStart(10);
        continue;
      }
      await bundlers[bundler](join(project, `size-${i}.js`), join(folder, bundler), "browser");
      const kb = loadedBytes(join(folder, bundler)) / 1000;
      line += kb.toFixed(1).padStart(10);
      if (kb > limits[bundler])
        problems.push(`${name} in ${bundler}: ${kb.toFixed(1)} KB, more than ${limits[bundler]}`);
    }
    console.log(line);
    rmSync(folder, { recursive: true });
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
