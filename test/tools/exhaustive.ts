// The largest error of float32 functions over all 2^32 arguments, beside JavaScript's `Math` in float64.
//
//   node --import ./scripts/typescript.mjs test/tools/exhaustive.ts exp tanh     a few minutes each; not a part of the tests
//
// NaN, infinities and zeros, with their signs, must be exact. Exits with 1 where they aren't.

import { array, jit, lax, type NDArray, numpy as np } from "cotangent";

/** By Kummer's series, whose terms all have one sign; DLMF 7.6.2. */
function erf(x: number): number {
  if (Math.abs(x) > 6 || Number.isNaN(x)) return Math.sign(x);
  let term = (2 / Math.sqrt(Math.PI)) * x * Math.exp(-x * x);
  let sum = term;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return sum;
}

const FUNCTIONS: Readonly<Record<string, readonly [(x: NDArray) => NDArray, (x: number) => number]>> = {
  exp: [np.exp, Math.exp],
  exp2: [np.exp2, (x) => 2 ** x],
  expm1: [np.expm1, Math.expm1],
  log: [np.log, Math.log],
  log1p: [np.log1p, Math.log1p],
  tanh: [np.tanh, Math.tanh],
  sin: [np.sin, Math.sin],
  cos: [np.cos, Math.cos],
  erf: [lax.erf, erf],
};

const CHUNK = 2 ** 20;
const SMALLEST = 2 ** -149;

/** The distance between float32 numbers at a number. */
function spacing(x: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), -126);
  return Math.max(2 ** (exponent - 23), SMALLEST);
}

interface Worst {
  readonly ulp: number;
  readonly at: number;
  readonly wrong: number;
}

function check(ours: (x: NDArray) => NDArray, theirs: (x: number) => number): Worst {
  const run = jit(ours);
  const bits = new Uint32Array(CHUNK);
  const values = new Float32Array(bits.buffer);
  let [ulp, at, wrong] = [0, 0, 0];
  for (let start = 0; start < 2 ** 32; start += CHUNK) {
    for (let i = 0; i < CHUNK; i++) bits[i] = start + i;
    const got = run(array(values)).dataSync();
    for (let i = 0; i < CHUNK; i++) {
      const x = values[i]!;
      const exact = theirs(x);
      const rounded = Math.fround(exact);
      if (Object.is(got[i], rounded)) continue;
      const special = !Number.isFinite(rounded) || !Number.isFinite(got[i]!) || got[i] === 0 || rounded === 0;
      const error = Math.abs(got[i]! - exact) / spacing(rounded);
      if (special && !(error <= 1)) wrong++;
      else if (error > ulp) [ulp, at] = [error, x];
    }
  }
  return { ulp, at, wrong };
}

for (const name of process.argv.slice(2)) {
  const pair = FUNCTIONS[name];
  if (!pair) throw new RangeError(`no function ${name}; there are ${Object.keys(FUNCTIONS).join(", ")}`);
  const { ulp, at, wrong } = check(...pair);
  console.log(`${name}: at most ${ulp.toFixed(4)} ulp, at ${at}; ${wrong} special values wrong`);
  if (wrong > 0) process.exitCode = 1;
}
