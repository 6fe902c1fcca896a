/** Schedules and optimizers beside Optax's; `write_optax.py` writes what they are compared with. */
import { readFileSync } from "node:fs";
import { array, grad, jit, type NDArray, numpy as np, optim, tree } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";

interface Reference {
  readonly counts: readonly number[];
  readonly schedules: Readonly<Record<string, readonly number[]>>;
  readonly optimizers: Readonly<Record<string, readonly (readonly number[])[]>>;
}

const reference = JSON.parse(readFileSync(new URL("optax.json", import.meta.url), "utf8")) as Reference;

const SCHEDULES: Readonly<Record<string, optim.Schedule>> = {
  constant: optim.constantSchedule(0.3),
  polynomial: optim.polynomialSchedule(0.5, 0.1, 2, 10),
  "polynomial later": optim.polynomialSchedule(0.5, 0.1, 1.5, 10, { transitionBegin: 4 }),
  linear: optim.linearSchedule(0.5, 0.1, 10, { transitionBegin: 2 }),
  exponential: optim.exponentialDecay(0.5, 10, 0.7),
  "exponential in stairs": optim.exponentialDecay(0.5, 4, 0.7, { transitionBegin: 3, staircase: true }),
  "exponential to an end": optim.exponentialDecay(0.5, 10, 0.7, { endValue: 0.3 }),
  "exponential growth": optim.exponentialDecay(0.5, 10, 1.5, { endValue: 0.9 }),
  cosine: optim.cosineDecaySchedule(0.5, 10),
  "cosine with an end": optim.cosineDecaySchedule(0.5, 20, { alpha: 0.1, exponent: 2 }),
  warmup: optim.warmupCosineDecaySchedule(0.1, 0.8, 5, 20, { endValue: 0.05 }),
  joined: optim.joinSchedules([optim.constantSchedule(0.2), optim.linearSchedule(0.5, 0.1, 10)], [4]),
  piecewise: optim.piecewiseConstantSchedule(0.5, { 3: 0.5, 10: 0.1 }),
};

const OPTIMIZERS: Readonly<Record<string, optim.GradientTransformation>> = {
  sgd: optim.sgd(0.1),
  momentum: optim.sgd(0.05, { momentum: 0.9 }),
  nesterov: optim.sgd(0.05, { momentum: 0.8, nesterov: true }),
  "sgd by schedule": optim.sgd(optim.exponentialDecay(0.1, 3, 0.5)),
  adam: optim.adam(0.1),
  "adam with options": optim.adam(0.1, { b1: 0.8, b2: 0.95, eps: 1e-3, epsRoot: 1e-4 }),
  "adam by schedule": optim.adam(optim.warmupCosineDecaySchedule(0, 0.2, 2, 6)),
  adamw: optim.adamw(0.1, { weightDecay: 0.05 }),
  "clipped by norm": optim.chain(optim.clipByGlobalNorm(0.7), optim.adam(0.1)),
  clipped: optim.chain(optim.clip(0.3), optim.trace(0.5), optim.scale(-0.1)),
  decayed: optim.chain(optim.addDecayedWeights(0.1), optim.scaleByLearningRate(0.2)),
};

type Params = { readonly a: NDArray; readonly b: readonly NDArray[] };

const start = (dtype: "float32" | "float64"): Params => ({
  a: array([1, -2, 0.5, 3], { shape: [2, 2], dtype }),
  b: [array([0.25, -0.75], { dtype })],
});

const loss = ({ a, b: [b] }: Params): NDArray => {
  const rest = np.subtract(b as NDArray, np.sum(a, { axis: 0 }));
  return np.add(np.sum(np.multiply(np.sin(a), a)), np.divide(np.sum(np.power(rest, 4)), 8));
};

const elements = (params: Params): number[] => tree.leaves<NDArray>(params).flatMap((x) => [...x.dataSync()]);

/** The parameters after each of six steps. */
function pathOf({ init, update }: optim.GradientTransformation, first: Params, wrap = jit): number[][] {
  const step = wrap((params: Params, state: optim.OptState): [Params, optim.OptState] => {
    const [updates, next] = update(grad(loss)(params), state, params);
    return [optim.applyUpdates(params, updates as Params), next];
  });
  let [params, state] = [first, init(first)];
  return Array.from({ length: 6 }, () => {
    [params, state] = step(params, state) as [Params, optim.OptState];
    return elements(params);
  });
}

test("every case of Optax's has one here", () => {
  assert.equal(Object.keys(SCHEDULES), Object.keys(reference.schedules));
  assert.equal(Object.keys(OPTIMIZERS), Object.keys(reference.optimizers));
});

for (const [name, schedule] of Object.entries(SCHEDULES)) {
  test(`schedule: ${name}`, () => {
    const wanted = reference.schedules[name] as number[];
    assertClose(schedule(array(reference.counts, { dtype: "float64" })), wanted, 1e-14);
    for (const [i, count] of reference.counts.entries()) assertClose(schedule(count), wanted[i], 1e-6);
  });
}

for (const [name, optimizer] of Object.entries(OPTIMIZERS)) {
  test(`optimizer: ${name}`, () => {
    const wanted = reference.optimizers[name] as number[][];
    assertClose(array(pathOf(optimizer, start("float64")), { dtype: "float64" }), wanted, 1e-12);
    const eager = pathOf(optimizer, start("float64"), ((f: unknown) => f) as typeof jit);
    assertClose(array(eager, { dtype: "float64" }), wanted, 1e-12);
    assertClose(array(pathOf(optimizer, start("float32"))), wanted, 1e-4);
  });
}

test("parameters and states keep their dtypes", () => {
  const params = { half: array([1]), whole: array([1], { dtype: "float64" }) };
  const { init, update } = optim.adam(optim.linearSchedule(0.1, 0, 10));
  const [updates, state] = update(params, init(params));
  const dtypes = (of: unknown): string[] => tree.leaves<NDArray>(of).map(({ dtype }) => dtype);
  assert.equal(dtypes(optim.applyUpdates(params, updates)), ["float32", "float64"]);
  assert.equal(dtypes(state), dtypes(init(params)));
});

test("the norm of a tree", () => {
  assert.is(optim.globalNorm({ a: array([3]), b: [array([4])] }).item(), 5);
  assert.is(optim.globalNorm([]).item(), 0);
});

test("arrays of other shapes are refused, and never broadcast", () => {
  const [params, other] = [{ w: np.ones([3]) }, { w: np.ones([2, 3]) }];
  assertThrows(() => optim.applyUpdates(params, other), "optim.applyUpdates: updates", "(3,)", "leaf 0", "(2, 3)");
  assertThrows(() => optim.applyUpdates(other, params), "optim.applyUpdates: updates", "(2, 3)", "(3,)");
  for (const [name, { init, update }] of Object.entries({
    sgd: optim.sgd(0.1, { momentum: 0.9 }),
    adam: optim.adam(0.1),
    addDecayedWeights: optim.addDecayedWeights(0.1),
  })) {
    assertThrows(() => update(other, init(params), params), `optim.${name}`, "(2, 3)", "(3,)");
  }
});

test("what can't be is refused by name", () => {
  const params = { w: array([1]) };
  const { init, update } = optim.sgd(0.1, { momentum: 0.9 });
  assertThrows(() => update({ v: array([1]) }, init(params)), "optim.sgd", '{"w": *}', '{"v": *}');
  assertThrows(() => update(params, null), "optim.chain", "list of 2", "null");
  assertThrows(() => optim.adam(0.1).update(params, [null, null]), "optim.adam", "init(params)", "mu");
  assertThrows(() => optim.adamw(0.1).update(params, optim.adamw(0.1).init(params)), "optim.adamw", "params");
  assertThrows(() => optim.applyUpdates(params, [array([1])]), "optim.applyUpdates", "updates", "[*]");
  assertThrows(() => optim.adam(Number.NaN), "optim.adam", "learningRate", "NaN");
  assertThrows(() => optim.adam(0.1, { b1: 1 }), "optim.adam", "b1", "less than 1");
  assertThrows(() => optim.sgd(0.1, { momentum: -0.1 }), "optim.sgd", "momentum", "-0.1");
  assertThrows(() => optim.clipByGlobalNorm(0), "optim.clipByGlobalNorm", "maxNorm", "positive");
  assertThrows(() => optim.chain(optim.sgd as never), "optim.chain", "optimizer");
  assertThrows(() => optim.cosineDecaySchedule(1, 0), "optim.cosineDecaySchedule", "decaySteps", "positive");
  assertThrows(() => optim.warmupCosineDecaySchedule(0, 1, 10, 10), "decaySteps - warmupSteps");
  assertThrows(() => optim.piecewiseConstantSchedule(1, { x: 1 } as never), "a boundary", "NaN");
  assertThrows(() => optim.joinSchedules([optim.constantSchedule(1)], [1]), "0 boundaries");
});

test.run();
