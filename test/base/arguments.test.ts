/** How functions read what follows their arguments: by position, by name, and nothing else. */
import { numpy as np, type PyTree, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { namedArguments } from "../../src/base/arguments.ts";
import { checkOptions, noMore } from "../../src/base/errors.ts";

interface Named {
  readonly axis: number | null;
  readonly dtype: string;
  readonly keepdims: boolean;
}

const read = (...args: unknown[]) => ({ ...namedArguments<Named>("f", ["axis", "dtype", "keepdims"], args, 2) });

test("arguments stand in order, in a trailing object, or in both", () => {
  assert.equal(read(), {});
  assert.equal(read(0), { axis: 0 });
  assert.equal(read({ axis: 0 }), { axis: 0 });
  assert.equal(read(0, { keepdims: true }), { axis: 0, keepdims: true });
  assert.equal(read(null, "int32", { keepdims: false }), { axis: null, dtype: "int32", keepdims: false });
  assert.equal(read(undefined, { keepdims: true, dtype: undefined }), { keepdims: true });
  assert.equal(read(Object.assign(Object.create(null), { axis: 1 })), { axis: 1 });
});

test("arguments that there aren't are errors", () => {
  assert.throws(
    () => read(0, "int32", true),
    /f: too many arguments; after the required ones it takes axis, dtype in order and an object/,
  );
  assert.throws(() => read(0, { keepdims: true }, 1), /f: too many arguments/);
  assert.throws(() => read({ keepDims: true }), /f: unknown option "keepDims"; it takes "axis", "dtype", "keepdims"/);
  assert.throws(() => read(0, { axis: 1 }), /f: axis is given by position \(number 0\) and in the options/);
  assert.throws(
    () => noMore("f", [undefined]),
    /f: too many arguments; it takes no options and nothing else, got undefined/,
  );
  assert.throws(() => noMore("f", [0, [1]]), /got number 0, a list of 1; as a callback, wrap it/);
  assert.not.throws(() => noMore("f", []));
});

test("each argument is what its name says, by position and by name", () => {
  for (const wrong of ["no", 1, null, [true]]) {
    assert.throws(() => read({ keepdims: wrong }), /f: keepdims must be true or false; got/);
  }
  for (const wrong of ["0", 0.5, Number.NaN, Number.POSITIVE_INFINITY, [0.5], new Array(1), () => 0, true]) {
    assert.throws(() => read(wrong), /f: axis must be a whole number or a list of them or null; got/);
    assert.throws(() => read({ axis: wrong }), /f: axis must be/);
  }
  assert.throws(() => read({ dtype: "float" }), /f: dtype must be "float32", "float64", .*; got "float"/);
});

test("options are an object of no class, with names alone", () => {
  class Options {
    readonly keepdims = true;
  }
  assert.throws(() => read(new Options()), /f: axis must be .*; got an object \(Options\)/);
  assert.throws(() => read(0, new Options()), /f: dtype must be/);
  assert.throws(() => read({ [Symbol("axis")]: 0 }), /f: unknown option symbol Symbol\(axis\)/);
  for (const wrong of [null, [], 5, "axis", new Options(), new Map(), () => 0]) {
    assert.throws(() => checkOptions("f", wrong as object, ["axis"]), /f: the last argument must be an options object/);
  }
  assert.throws(() => checkOptions("f", JSON.parse('{"__proto__": 1}'), ["axis"]), /f: unknown option "__proto__"/);
});

test("what Object.prototype holds is no option", () => {
  const polluted = Object.prototype as { keepdims?: boolean; strange?: number };
  polluted.keepdims = true;
  polluted.strange = 1;
  try {
    assert.is(namedArguments<Named>("f", ["axis", "keepdims"], [0]).keepdims, undefined);
    assert.is(checkOptions<Partial<Named>>("f", { axis: 0 }, ["axis", "keepdims"]).keepdims, undefined);
    assert.is(checkOptions<Partial<Named>>("f", undefined, ["axis", "keepdims"]).keepdims, undefined);
  } finally {
    delete polluted.keepdims;
    delete polluted.strange;
  }
});

test("an option that contains itself is named", () => {
  const cyclic: PyTree<number>[] = [];
  cyclic.push({ inner: cyclic });
  assert.throws(() => vmap(np.sin, { inAxes: cyclic }), /^vmap: inAxes contains itself/);
  assert.throws(() => checkOptions("f", { any: cyclic }, ["any"]), /^f: any contains itself/);
});

test.run();
