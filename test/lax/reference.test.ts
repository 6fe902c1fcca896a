/** Values and first derivatives as JAX gives them; `data/reference.py` says how the data came about. */
import { readFileSync } from "node:fs";
import { array, type DType, jvp, lax, type NDArray, tree, vjp } from "cotangent";
import { test } from "uvu";
import { assertSame, randomArray } from "../support/properties.ts";

interface Written {
  readonly dtype: DType;
  readonly shape: number[];
  readonly data: (number | string)[];
}

interface Generated {
  readonly shape: number[];
  readonly seed: number;
  readonly low: number;
  readonly high: number;
}

type Case = [
  name: string,
  params: Record<string, never>,
  args: (Written | Generated)[],
  value: Written[],
  tangent: Written[] | null,
  cotangents: Written[] | null,
];

const NAMED: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity };

const read = (x: Written | Generated): NDArray =>
  "seed" in x
    ? randomArray(x.shape, x.seed, x)
    : array(
        x.data.map((v) => NAMED[v] ?? Number(v)),
        { shape: x.shape, dtype: x.dtype },
      );

const isFloat = ({ dtype }: { readonly dtype: DType }): boolean => dtype.startsWith("float");

// biome-ignore lint/suspicious/noExplicitAny: one table holds functions of arrays, of lists and of both; each entry reads its own arguments
type Apply = (args: any[], params: any) => unknown;

const trailing =
  (fn: unknown): Apply =>
  (args, params) =>
    (fn as (...list: unknown[]) => unknown)(...args, params);

const spread =
  (fn: unknown): Apply =>
  (args, params) =>
    (fn as (...list: unknown[]) => unknown)(...args, ...params);

const plain =
  (fn: unknown): Apply =>
  (args) =>
    (fn as (...list: unknown[]) => unknown)(...args);

const BY: Readonly<Record<string, (a: NDArray, b: NDArray) => NDArray>> = { add: lax.add, mul: lax.mul, max: lax.max };

const FUNCTIONS: Readonly<Record<string, Apply>> = {
  ...Object.fromEntries(
    (
      [
        "reduceXor",
        "reduceAnd",
        "reduceOr",
        "reduceSum",
        "reduceProd",
        "reduceMax",
        "reduceMin",
        "round",
        "reducePrecision",
        "bitcastConvertType",
        "broadcast",
        "broadcastToRank",
        "tile",
        "unstack",
        "sortKeyVal",
        "dot",
        "dotGeneral",
        "conv",
        "convWithGeneralPadding",
        "convGeneralDilated",
        "convTranspose",
        "convGeneralDilatedPatches",
        "convGeneralDilatedLocal",
      ] as const
    ).map((name) => [name, trailing(lax[name])]),
  ),
  split: spread(lax.split),
  collapse: spread(lax.collapse),
  indexInDim: spread(lax.indexInDim),
  ...Object.fromEntries(
    (
      [
        "mulhi",
        "igamma",
        "igammac",
        "igammaGradA",
        "randomGammaGrad",
        "betainc",
        "polygamma",
        "zeta",
        "besselI0e",
        "besselI1e",
      ] as const
    ).map((name) => [name, plain(lax[name])]),
  ),
  selectN: plain(lax.selectN),
  batchMatmul: plain(lax.batchMatmul),
  stack: (args, params) => lax.stack(args, params),
  indexTake: ([x, ...indices], axes) => lax.indexTake(x, indices, axes),
  reduce: ([x], { dimensions, init, by }) => lax.reduce(x, init, BY[by] as never, dimensions),
  reduceWindow: ([x], { init, by, ...options }) => lax.reduceWindow(x, NAMED[init] ?? init, BY[by] as never, options),
  gather: trailing(lax.gather),
  scatter: trailing(lax.scatter),
  scatterAdd: trailing(lax.scatterAdd),
  scatterSub: trailing(lax.scatterSub),
  scatterMul: trailing(lax.scatterMul),
  scatterMin: trailing(lax.scatterMin),
  scatterMax: trailing(lax.scatterMax),
};

function check([name, params, given, value, tangent, cotangents]: Case, tolerance: number, label: string): void {
  const args = given.map(read);
  const places = given.flatMap((x, i) => ("seed" in x ? [i] : []));
  const call = (xs: NDArray[]): unknown => (FUNCTIONS[name] as Apply)(xs, params);
  assertSame(call(args), value.map(read), tolerance, `${label}: value`);
  const ofFloats = (...xs: NDArray[]): NDArray[] =>
    tree
      .leaves<NDArray>(call(args.map((x, i) => (places.includes(i) ? (xs[places.indexOf(i)] as NDArray) : x))))
      .filter(isFloat);
  const floats = places.map((i) => args[i] as NDArray);
  if (tangent) {
    const directions = floats.map((x, k) => randomArray(x.shape, 31 + k));
    assertSame(jvp(ofFloats, floats, directions)[1], tangent.map(read), tolerance, `${label}: tangent`);
  }
  if (cotangents) {
    const [out, pullback] = vjp(ofFloats, ...floats) as unknown as [NDArray[], (ct: NDArray[]) => NDArray[]];
    const cts = out.map((y, k) => randomArray(y.shape, 91 + k));
    assertSame(pullback(cts), cotangents.map(read), tolerance, `${label}: cotangent`);
  }
}

for (const [group, tolerance] of [
  ["indexing", 1e-9],
  ["convolutions", 1e-9],
  ["operations", 1e-9],
  ["special", 1e-9],
] as const) {
  const text = readFileSync(new URL(`./data/${group}.json`, import.meta.url), "utf8");
  const cases = JSON.parse(text) as Case[];
  for (const name of new Set(cases.map(([name]) => name))) {
    test(`${group}: ${name}`, () => {
      cases.forEach((c, i) => {
        if (c[0] === name) check(c, tolerance, `${group}.json, case ${i} ${name} ${JSON.stringify(c[1])}`);
      });
    });
  }
}

test.run();
