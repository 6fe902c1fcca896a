// The kernels of a small convolutional network: how similar two images look to it, before and during training.
//
//   npm start                                 draws the NTK here and writes examples/out/ntk.svg
//   npm start -- picture.svg                  writes the picture elsewhere
//
// It is the example in the documentation of neural-tangents' `empirical.py`, with the same numbers.

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type NDArray, nt, random, stax } from "cotangent";
import { drawInTerminal, drawSvg, type HeatMap } from "./support/heatmap.ts";

// 20 images to train on and 5 to test, of 32 x 32 pixels and 3 colours; here they are noise. As in that documentation both
// are drawn with the same key, so that the 5 test images are the first 5 train images.
const keys = random.split(random.key(1), 3);
const xTrain = random.normal(keys.at(0), [20, 32, 32, 3]);
const xTest = random.normal(keys.at(0), [5, 32, 32, 3]);

// The network: any function of parameters and inputs would do; examples/own-function.ts has one without `stax`.
const [initFn, f] = stax.serial(
  stax.Conv(32, [3, 3]),
  stax.Relu(),
  stax.Conv(32, [3, 3]),
  stax.Relu(),
  stax.Conv(32, [3, 3]),
  stax.Flatten(),
  stax.Dense(10),
);
const [, params] = initFn(keys.at(2), xTrain.shape);

// The NTK is J(xTest) J(xTrain)^T, where J is the Jacobian of f by all parameters; the NNGP is f(xTest) f(xTrain)^T.
// `traceAxes: [-1]` takes the mean over the 10 outputs. `vmapAxes: 0` says that f treats every image by itself, which
// makes the NTK a lot cheaper.
const ntkFn = nt.empiricalNtkFn(f, { traceAxes: [-1], vmapAxes: 0 });
const nngpFn = nt.empiricalNngpFn(f, { traceAxes: [-1] });

const ntk = ntkFn(xTest, xTrain, params);
const firstKernel = performance.now(); // counts from the start of the process
const nngp = nngpFn(xTest, xTrain, params);

/** The median time of a call in milliseconds, when everything is compiled. */
function timeOf(call: () => unknown, runs = 5): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    call();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] as number;
}

const rows = (kernel: NDArray) => kernel.toArray() as number[][];

/** A line with an array's shape and the first entries of its first two rows. */
function describe(name: string, kernel: NDArray): string {
  const entries = rows(kernel)
    .slice(0, 2)
    .map(
      (row) =>
        `[${row
          .slice(0, 3)
          .map((x) => x.toFixed(4))
          .join(", ")}, ...]`,
    );
  return `${name.padEnd(8)} (${kernel.shape.join(", ")})   [${entries.join(", ")}, ...]`;
}

console.log(`xTest    (${xTest.shape.join(", ")})`);
console.log(`xTrain   (${xTrain.shape.join(", ")})`);
console.log(describe("NTK", ntk));
console.log(describe("NNGP", nngp));
console.log(`
process start to first NTK   ${(firstKernel / 1000).toFixed(2)} s (with loading TypeScript and compiling the kernel)
NTK, a later call            ${timeOf(() => ntkFn(xTest, xTrain, params)).toFixed(0)} ms (median of 5, one thread)
NNGP, a later call           ${timeOf(() => nngpFn(xTest, xTrain, params)).toFixed(0)} ms
on                           ${cpus()[0]?.model.trim()}, Node ${process.versions.node}
`);

const picture: HeatMap = {
  title: "Empirical NTK of a convolutional network",
  values: rows(ntk),
  rowAxis: "test image",
  columnAxis: "train image",
};
const { stdout } = process;
console.log(
  drawInTerminal(picture, { colour: stdout.isTTY && stdout.hasColors(2 ** 24), width: stdout.columns || 80 }),
);

const path = resolve(process.argv[2] ?? fileURLToPath(new URL("out/ntk.svg", import.meta.url)));
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, drawSvg(picture));
console.log(`\nThe same as a picture: ${relative(process.cwd(), path)}`);

// What neural-tangents computes in float64.
const expected: [string, NDArray, number, number][] = [
  ["NTK", ntk, 0.9478554524765, 0.2897434400563],
  ["NNGP", nngp, 0.1693694495755, 0.1545351435706],
];
for (const [name, kernel, first, second] of expected) {
  const [row] = rows(kernel) as [number[]];
  const error = Math.max(Math.abs((row[0] as number) - first), Math.abs((row[1] as number) - second));
  if (!(error <= 2e-4))
    throw new Error(`${name}: [0][0], [0][1] should be ${first}, ${second}, got ${row[0]}, ${row[1]}`);
}
