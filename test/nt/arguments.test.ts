/** Wrong options and arguments of this namespace: each is refused by the name under which the user called. */
import { array, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, messageOf } from "../support/arrays.ts";

// biome-ignore lint/suspicious/noExplicitAny: the file calls with what the types refuse, to read the errors that plain JavaScript gets
type Any = any;
const any = nt as Any;
const f = (p: NDArray, x: NDArray): NDArray => np.matmul(x, p);
const [x, w, ct] = [np.ones([3, 2]), np.ones([2, 4]), np.ones([3, 4])];
const METHODS = Object.values(nt.NtkImplementation);

/** Every way to a kernel of a function. */
const WAYS: Record<string, (g: Any) => unknown> = {
  "nt.empiricalNngpFn": (g) => any.empiricalNngpFn(g)(x, null, w),
  "nt.empiricalKernelFn": (g) => any.empiricalKernelFn(g)(x, null, "nngp", w),
  "nt.empiricalNtkVpFn": (g) => any.empiricalNtkVpFn(g, x, null, w)(ct),
  "nt.costOf": (g) => any.costOf(g, x, null, w),
  "nt.linearize": (g) => any.linearize(g, w)(w, x),
  "nt.taylorExpand": (g) => any.taylorExpand(g, w, 0)(w, x),
};

test("a function that returns a string, nothing, or a promise is refused by name, and no promise is left over", async () => {
  const refused = (name: string, call: () => unknown, ...fragments: string[]): void => {
    const message = messageOf(call);
    assert.ok(message.startsWith(`${name}: `), `${name}: ${message}`);
    for (const fragment of fragments) assert.ok(message.includes(fragment), `${name}: ${message}`);
  };
  const ways = Object.entries(WAYS);
  ways.push(["nt.empiricalKernelFn", (g) => any.empiricalKernelFn(g)(x, null, "ntk", w)]);
  for (const implementation of METHODS) {
    ways.push(["nt.empiricalNtkFn", (g) => any.empiricalNtkFn(g, { implementation })(x, null, w)]);
    ways.push(["nt.empiricalNtkFn", (g) => any.empiricalNtkFn(g, { implementation, vmapAxes: 0 })(x, null, w)]);
  }
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", listen);
  for (const [name, way] of ways) {
    refused(name, () => way(() => "text"), "must return arrays", '"text"');
    refused(name, () => way(() => undefined), "must return arrays", "undefined");
    refused(name, () => way(async () => x), "async");
    const fails = async (): Promise<NDArray> => {
      throw new Error("inside");
    };
    refused(name, () => way(fails), "async");
  }
  await new Promise((done) => setTimeout(done, 20));
  process.off("unhandledRejection", listen);
  assert.equal(unhandled, []);
});

test("options of a wrong kind are refused when the kernel function is made", () => {
  const makers: [string, (options: Any) => unknown][] = [
    ["nt.empiricalNtkFn", (options) => any.empiricalNtkFn(f, options)],
    ["nt.empiricalKernelFn", (options) => any.empiricalKernelFn(f, options)],
    ["nt.costOf", (options) => any.costOf(f, x, null, w, options)],
  ];
  const wrong: [string, unknown[]][] = [
    ["memoryLimit", ["1", Number.NaN, 0, -1, null, [1], true]],
    ["jRules", [3, null, "true"]],
    ["sRules", [0, null, "a"]],
    ["fwd", [5, "no"]],
    ["onProgress", [5, null, "a"]],
    ["rates", [5, null, "fast", [1], { contract: "1" }, { map: Number.NaN }, { memory: null }]],
    ["traceAxes", [Number.NaN, 0.5, "a", null, [0, Number.NaN], [null], {}]],
    ["diagonalAxes", [Number.NaN, 0.5, "a", null, [0.5], {}]],
    ["misspelt", [1]],
  ];
  for (const [name, make] of makers) {
    for (const [option, values] of wrong) {
      for (const value of values) assertThrows(() => make({ [option]: value }), `${name}: `, option);
    }
    for (const options of [3, null, "a", []]) assertThrows(() => make(options), name, "options");
  }
  for (const axes of ["traceAxes", "diagonalAxes"]) {
    for (const value of [Number.NaN, 0.5, "a", null]) {
      assertThrows(() => any.empiricalNngpFn(f, { [axes]: value }), "nt.empiricalNngpFn", axes);
    }
  }
  for (const implementation of ["x", null, 1.5, -1, {}]) {
    assertThrows(() => any.empiricalNtkFn(f, { implementation }), "implementation", "AUTO (0)");
  }
  for (const vmapAxes of [Number.NaN, 0.5, "a", true, { a: 0 }, [0, 0, "a"], [0, 0, 0.5]]) {
    assertThrows(() => any.empiricalNtkFn(f, { vmapAxes })(x, null, w), "nt.empiricalNtkFn", "vmapAxes");
  }
  for (const options of [undefined, {}, null, 3])
    assertThrows(() => any.batch(any.empiricalNtkFn(f), options), "nt.batch");
});

test("arguments after the last one are refused everywhere", () => {
  const ntk = any.empiricalNtkFn(f);
  const calls: [string, () => unknown][] = [
    ["nt.empiricalNtkFn", () => any.empiricalNtkFn(f, {}, 3)],
    ["nt.empiricalNngpFn", () => any.empiricalNngpFn(f, {}, 3)],
    ["nt.empiricalKernelFn", () => any.empiricalKernelFn(f, {}, 3)],
    ["nt.empiricalNtkVpFn", () => any.empiricalNtkVpFn(f, x, null, w, {}, 3)],
    ["nt.batch", () => any.batch(ntk, { batchSize: 2 }, 3)],
    ["nt.costOf", () => any.costOf(f, x, null, w, {}, {}, 3)],
    ["nt.linearize", () => any.linearize(f, w, 3)],
    ["nt.taylorExpand", () => any.taylorExpand(f, w, 1, 3)],
    ["nt.empiricalNtkFn", () => ntk(x, null, w, {}, 3)],
    ["nt.empiricalNngpFn", () => any.empiricalNngpFn(f)(x, null, w, {}, 3)],
    ["nt.empiricalKernelFn", () => any.empiricalKernelFn(f)(x, null, "ntk", w, {}, 3)],
    ["nt.empiricalNtkVpFn", () => any.empiricalNtkVpFn(f, x, null, w)(ct, 3)],
    ["nt.empiricalNtkFn", () => any.batch(ntk, { batchSize: 2 })(x, null, w, {}, 3)],
  ];
  for (const [name, call] of calls) assertThrows(call, name, "too many arguments", "number 3");
});

test("x2 that was forgotten, and arguments that are missing, null or text, are refused by name", () => {
  const kernels: [string, Any][] = [
    ...METHODS.map((implementation): [string, Any] => ["nt.empiricalNtkFn", any.empiricalNtkFn(f, { implementation })]),
    ["nt.empiricalNngpFn", any.empiricalNngpFn(f)],
    ["nt.empiricalNtkVpFn", (...args: Any[]) => any.empiricalNtkVpFn(f, ...args)],
    ["nt.costOf", (a: Any, b: Any, p: Any, kwargs: Any) => any.costOf(f, a, b, p, {}, kwargs)],
    ["nt.empiricalNtkFn", any.batch(any.empiricalNtkFn(f), { batchSize: 2 })],
  ];
  for (const [name, kernel] of kernels) {
    assertThrows(() => kernel(x, w), name, "params is missing", "x2 is null");
    assertThrows(() => kernel(x), name, "params is missing");
    assertThrows(() => kernel(), name, "x1");
    for (const wrong of [undefined, null, "a", true, new Map()]) {
      assertThrows(() => kernel(wrong, null, w), name, "x1");
      if (wrong !== null) assertThrows(() => kernel(x, null, wrong), name, "params");
      if (wrong !== null && wrong !== undefined) assertThrows(() => kernel(x, wrong, w), name, "x2");
      if (wrong !== null && wrong !== undefined) assertThrows(() => kernel(x, null, w, wrong), name, "kwargs");
    }
  }
  const product = any.empiricalNtkVpFn(f, x, null, w);
  for (const wrong of [undefined, null, "a", 5, np.ones([4, 3]), [ct], new Map()]) {
    assertThrows(() => product(wrong), "nt.empiricalNtkVpFn");
  }
  const both = any.empiricalKernelFn(f);
  for (const get of ["a", 5, w, ["ntk", "a"], []])
    assertThrows(() => both(x, null, get, w), "nt.empiricalKernelFn", "get");
});

test("a limit that is just too small is told apart from what is needed", () => {
  const g = (p: NDArray, y: NDArray): NDArray => np.matmul(y, p);
  const needs = (memoryLimit: number): string =>
    messageOf(() => nt.empiricalNtkFn(g, { memoryLimit })(array([[1]]), null, array([[1]])));
  const [, needed] = /needs ([\d.]+) MiB/.exec(needs(1)) as unknown as [string, string];
  let [low, high] = [0, Number(needed) * 2 ** 20];
  // The largest limit that is refused.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    try {
      nt.empiricalNtkFn(g, { memoryLimit: middle })(array([[1]]), null, array([[1]]));
      high = middle;
    } catch {
      low = middle;
    }
  }
  const [, a, b] = /needs (.*) of memory and the limit is (.*);/.exec(needs(low)) as unknown as string[];
  assert.ok(a !== b, `${a} and ${b}`);
});

test("what costOf, taylorExpand and empiricalKernelFn would have dropped or failed by", () => {
  const refused: [RegExp, () => unknown][] = [
    [/^nt\.costOf: implementation must be one of/, () => any.costOf(f, x, null, w, { implementation: "no such" })],
    [/^nt\.taylorExpand: degree must be a whole number from 0 to 64/, () => any.taylorExpand(f, w, 2 ** 31)],
    [/^nt\.empiricalKernelFn: get must be/, () => any.empiricalKernelFn(f)(x, null, new Array(2), w)],
  ];
  for (const [pattern, call] of refused) assert.match(messageOf(call), pattern);
});

test.run();
