import { tree } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows } from "../support/arrays.ts";

const trees = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.constant(null),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 2 }), tie("tree"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).tree;

test("unflatten undoes flatten; leaf counts and texts agree", () => {
  fc.assert(
    fc.property(trees, (t) => {
      const [leaves, def] = tree.flatten(t);
      assert.equal(tree.unflatten(def, leaves), t);
      assert.is(tree.leafCount(def), leaves.length);
      assert.equal(tree.leaves(t), leaves);
      assert.ok(tree.sameStructure(def, tree.structure(tree.map((x: number) => x + 1, t))));
    }),
    { numRuns: 300 },
  );
});

test("different structures have different texts", () => {
  fc.assert(
    fc.property(trees, trees, (a, b) => {
      const shape = (t: unknown): unknown => tree.map(() => 0, t);
      const equal = JSON.stringify(sorted(shape(a))) === JSON.stringify(sorted(shape(b)));
      assert.is(tree.formatTree(tree.structure(a)) === tree.formatTree(tree.structure(b)), equal);
    }),
    { numRuns: 300 },
  );
});

function sorted(t: unknown): unknown {
  if (Array.isArray(t)) return t.map(sorted);
  if (t === null || typeof t !== "object") return t;
  const entries = Object.entries(t).sort(([a], [b]) => (a < b ? -1 : 1));
  return { object: entries.map(([k, v]) => [k, sorted(v)]) };
}

test("objects' keys are sorted, null has no leaves, class instances are leaves", () => {
  const date = new Date();
  assert.equal(tree.leaves({ b: 1, a: [2, null, { z: 3 }] }), [2, 3, 1]);
  assert.equal(tree.leaves([date, new Float32Array(2)]).length, 2);
  assert.is(tree.formatTree(tree.structure({ b: 1, a: [null] })), '{"a": [null], "b": *}');
  assert.equal(tree.leaves(null), []);
  assert.ok(tree.allNone([null, { a: null }]));
  assert.not.ok(tree.allNone([null, 0]));
});

test("flatten can stop earlier", () => {
  const [leaves, def] = tree.flatten([[1, 2], [3]], (x) => Array.isArray(x) && x.length === 2 && x[0] === 1);
  assert.equal(leaves, [[1, 2], 3]);
  assert.equal(tree.unflatten(def, ["pair", "three"]), ["pair", ["three"]]);
});

test("map over several trees, reduce", () => {
  assert.equal(
    tree.map((x: number, y: number) => x + y, { a: 1, b: [2, null] }, { b: [20, null], a: 10 }),
    { a: 11, b: [22, null] },
  );
  assert.is(
    tree.reduce((sum: number, x: number) => sum + x, { a: 1, b: [2] }, 10),
    13,
  );
  assertThrows(() => tree.map((x: number) => x, { a: 1 }, { b: 1 }), "tree.map", '{"b": *}', '{"a": *}');
  assertThrows(() => tree.unflatten(tree.structure([1, 2]), [1]), "tree.unflatten", "2 leaves", "1");
});

test("prefixes are spread over subtrees", () => {
  const def = tree.structure({ a: [1, 2], b: 3, "a,b": 4 });
  const spread = (prefix: unknown) => tree.broadcastPrefix("f", "axes", prefix, def);
  assert.equal(spread(0), [0, 0, 0, 0]);
  assert.equal(spread(null), [null, null, null, null]);
  assert.equal(spread({ a: 0, b: null, "a,b": 5 }), [0, 0, 5, null]);
  assert.equal(spread({ b: 1, a: [2, null], "a,b": 5 }), [2, null, 5, 1]);
});

test("a prefix that does not fit is an error, not a null", () => {
  const fails = (prefix: unknown, t: unknown): void =>
    assertThrows(() => tree.broadcastPrefix("vmap", "inAxes", prefix, tree.structure(t)), "vmap", "inAxes", "prefix");
  fails([0], [1, 2]);
  fails([0, 0], 1);
  fails({ a: 0 }, { b: 1 });
  fails({ a: 0 }, [1]);
  fails({ "a,b": 0 }, { a: 1, b: 2 });
  fails({ a: 0, b: 0, c: 0 }, { a: 1, b: 2 });
});

test("what is no structure, list or function is an error of the function that was called", () => {
  const loose = tree as unknown as Record<string, (...args: unknown[]) => unknown>;
  const def = tree.structure({ a: 1, b: [2, null] });
  const wrongDefs = [undefined, null, "*", 5, [], {}, { kind: "list" }, { kind: "object", children: [def] }, new Map()];
  for (const wrong of [...wrongDefs, { kind: "list", children: [null] }, { kind: "list", children: new Array(1) }]) {
    assertThrows(() => loose.leafCount!(wrong), "tree.leafCount: def must be a structure");
    assertThrows(() => loose.formatTree!(wrong), "tree.formatTree: def must be a structure");
    assertThrows(() => loose.unflatten!(wrong, [1]), "tree.unflatten: def must be a structure");
    assertThrows(() => loose.sameStructure!(wrong, def), "tree.sameStructure: a must be a structure");
    assertThrows(() => loose.sameStructure!(def, wrong), "tree.sameStructure: b must be a structure");
    assertThrows(() => loose.broadcastPrefix!("f", "inAxes", 0, wrong), "tree.broadcastPrefix: def must be");
  }
  for (const wrong of [undefined, null, 5, "ab", {}]) {
    assertThrows(() => loose.unflatten!(def, wrong), "tree.unflatten: leaves must be a list");
    assertThrows(() => loose.map!(wrong, { a: 1 }), "tree.map: fn must be a function");
    assertThrows(() => loose.reduce!(wrong, { a: 1 }, 0), "tree.reduce: fn must be a function");
    if (wrong !== undefined) assertThrows(() => loose.flatten!([1], wrong), "tree.flatten: isLeaf must be a function");
  }
  assertThrows(() => loose.broadcastPrefix!(null, "inAxes", 0, def), "tree.broadcastPrefix", "null");
});

test("further arguments are refused", () => {
  const loose = tree as unknown as Record<string, (...args: unknown[]) => unknown>;
  const def = tree.structure([1]);
  const calls: Record<string, unknown[]> = {
    isLeaf: [1],
    flatten: [[1], () => false],
    leaves: [[1]],
    structure: [[1]],
    leafCount: [def],
    unflatten: [def, [1]],
    formatTree: [def],
    sameStructure: [def, def],
    reduce: [(a: number, b: number) => a + b, [1], 0],
    allNone: [[1]],
    broadcastPrefix: ["f", "inAxes", 0, def],
  };
  for (const [name, args] of Object.entries(calls)) {
    loose[name]!(...args);
    assertThrows(() => loose[name]!(...args, 1), `tree.${name}: too many arguments`, "number 1");
  }
});

test.run();
