import { array, makeJaxpr, type NDArray, numpy as np, vjp, vmap } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { planContraction } from "../../src/lax/products/order.ts";
import { assertClose, assertThrows, indices, numbers, offsetOf, sample } from "../support/arrays.ts";

/** Einstein summation by its definition: over every value of every label. No ellipsis. */
function einsumLoop(equation: string, operands: NDArray[]): { shape: number[]; values: number[] } {
  const [left, right] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",").map((t) => [...t]);
  const all = terms.flat();
  const output =
    right === undefined ? [...new Set(all)].filter((l) => all.indexOf(l) === all.lastIndexOf(l)).sort() : [...right];
  const size = new Map<string, number>();
  for (const [i, term] of terms.entries()) {
    for (const [k, l] of term.entries()) {
      const n = operands[i].shape[k];
      if ((size.get(l) ?? 1) === 1) size.set(l, n);
    }
  }
  const labels = [...output, ...[...size.keys()].filter((l) => !output.includes(l))];
  const data = operands.map(numbers);
  const shape = output.map((l) => size.get(l) as number);
  const values = new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0);
  for (const index of indices(labels.map((l) => size.get(l) as number))) {
    const product = terms.reduce((p, term, i) => {
      const place = term.map((l, k) => (operands[i].shape[k] === 1 ? 0 : index[labels.indexOf(l)]));
      return p * data[i][offsetOf(place, operands[i].shape)];
    }, 1);
    values[offsetOf(index.slice(0, output.length), shape)] += product;
  }
  return { shape, values };
}

const make = (shape: readonly number[], seed: number): NDArray =>
  array(
    sample(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    { shape },
  );

const sizes: Record<string, number> = {
  a: 2,
  b: 3,
  c: 4,
  d: 2,
  e: 3,
  f: 2,
  i: 3,
  j: 4,
  k: 2,
  l: 5,
  m: 2,
  n: 3,
  z: 2,
  A: 3,
};
const operandsOf = (equation: string): NDArray[] =>
  (equation.split("->")[0] as string).split(",").map((term, i) =>
    make(
      [...term.replaceAll(" ", "")].map((l) => sizes[l] as number),
      i + 1,
    ),
  );

const equations = [
  "i->i",
  "i->",
  "ij->ji",
  "ij->j",
  "ij->",
  "ii->i",
  "ii->",
  "ii",
  "ij",
  "ji",
  "iij->ij",
  "iji->j",
  "iijj->ij",
  "iii->i",
  "ijk->kij",
  "ijk->j",
  "zA->Az",
  "zA",
  "i,i->",
  "i,i->i",
  "i,j->ij",
  "i,j->ji",
  "ij,jk->ik",
  "ij,jk",
  "ij,jk->ki",
  "ji,jk->ik",
  "ij,kj->ik",
  "ij,j->i",
  "ij,ij->",
  "ij,ij->ij",
  "ij,kl->ijkl",
  "ij,kl->",
  "ij,jk->k",
  "ij,jk->",
  "bij,bjk->bik",
  "bij,bjk->ikb",
  "aij,bjk->abik",
  "abc,cde->abde",
  "abc,bcd->ad",
  "ii,i->i",
  "iij,jk->ik",
  "ij,jj->i",
  ",ij->ij",
  ",->",
  "ijk,i,j->k",
  "ab,bc,cd->ad",
  "ab,bc,cd,de->ae",
  "ab,ab,ab->ab",
  "ab,bc,ca->",
  "abc,ad,be,cf->def",
  "ab,ac,ad,ae->bcde",
  "i,i,i,i,i,i,i->i",
  "ab,bc,cd,de,ef,fi,ij,jk->ak",
  "ij,jk,kl,lm,mn,na->",
];

test("equations as loops over all labels", () => {
  for (const equation of equations) {
    const operands = operandsOf(equation);
    const expected = einsumLoop(equation, operands);
    const actual = np.einsum(equation, ...operands);
    assert.equal(actual.shape, expected.shape, equation);
    assertClose(np.ravel(actual), expected.values, 1e-12, equation);
  }
  assert.ok(equations.length > 50);
});

test("random equations", () => {
  const letters = ["a", "b", "c", "i", "k"];
  const term = fc.array(fc.constantFrom(...letters), { maxLength: 3 });
  const equation = fc
    .array(term, { minLength: 1, maxLength: 4 })
    .chain((terms) =>
      fc
        .shuffledSubarray([...new Set(terms.flat())])
        .map((output) => `${terms.map((t) => t.join("")).join(",")}->${output.join("")}`),
    );
  fc.assert(
    fc.property(equation, (text) => {
      const operands = operandsOf(text);
      const expected = einsumLoop(text, operands);
      const actual = np.einsum(text, ...operands);
      assert.equal(actual.shape, expected.shape, text);
      assertClose(np.ravel(actual), expected.values, 1e-11, text);
    }),
    { numRuns: 100 },
  );
});

test("ellipsis", () => {
  const [x, y] = [make([5, 2, 3], 1), make([3, 4], 2)];
  assertClose(np.einsum("...ij,jk->...ik", x, y), np.matmul(x, y), 1e-13);
  assertClose(np.einsum("...ij,jk", x, y), np.matmul(x, y), 1e-13);
  assertClose(np.einsum("...j->j...", x), np.transpose(x, [2, 0, 1]), 1e-13);
  assertClose(np.einsum("i...", x), np.moveaxis(x, 0, -1), 1e-13);
  assertClose(
    np.einsum("...,...", make([2, 1, 3], 3), make([4, 3], 4)),
    np.multiply(make([2, 1, 3], 3), make([4, 3], 4)),
    1e-13,
  );
  assertClose(
    np.einsum("...i,...i->...", make([2, 1, 3], 3), make([4, 3], 4)),
    np.sum(np.multiply(make([2, 1, 3], 3), make([4, 3], 4)), { axis: -1 }),
    1e-13,
  );
  assertClose(
    np.einsum("...ii->...i", make([2, 3, 3], 5)),
    np.diagonal(make([2, 3, 3], 5), { axis1: 1, axis2: 2 }),
    1e-13,
  );
  assertClose(np.einsum("...i->i", x), np.sum(x, { axis: [0, 1] }), 1e-13);
  assert.equal(np.einsum("...", 3).toArray(), 3);
});

test("axes of size 1 broadcast", () => {
  const [x, y] = [make([3, 1], 1), make([4, 2], 2)];
  assertClose(np.einsum("ij,jk->ik", x, y), np.matmul(np.broadcastTo(x, [3, 4]), y), 1e-13);
  assertClose(np.einsum("ij,ij->ij", x, make([1, 5], 3)), np.multiply(x, make([1, 5], 3)), 1e-13);
  assertClose(np.einsum("ij,jk->j", x, y), np.einsum("ij,jk->j", np.broadcastTo(x, [3, 4]), y), 1e-13);
});

test("empty axes", () => {
  assert.equal(np.einsum("ij,jk->ik", np.zeros([2, 0]), np.zeros([0, 3])).toArray(), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  assert.equal(np.einsum("ij,jk->ik", np.zeros([0, 2]), np.zeros([2, 3])).shape, [0, 3]);
});

test("labels as lists of numbers", () => {
  const [x, y] = [make([2, 3], 1), make([3, 4], 2)];
  assertClose(np.einsum(x, [0, 1], y, [1, 2], [0, 2]), np.matmul(x, y), 1e-13);
  assertClose(np.einsum(x, [0, 1], y, [1, 2]), np.matmul(x, y), 1e-13);
  assertClose(np.einsum(x, [30, 1]), np.transpose(x), 1e-13, "capital letters, the smaller numbers, come first");
  assertClose(np.einsum(x, ["...", 0], [0, "..."]), np.transpose(x), 1e-13);
  assertThrows(() => np.einsum(x, [0, 52]), "numpy.einsum: a label", "52");
  assertThrows(() => np.einsum(x, y), "numpy.einsum", "followed by a list of labels");
});

test("promotion", () => {
  const whole = array([[1, 2]], { dtype: "int32" });
  assert.is(np.einsum("ij,ij->", whole, whole).dtype, "int32");
  assert.is(np.einsum("ij,ij->", whole, whole).item(), 5);
  assert.is(np.einsum("ij->", whole).dtype, "int32");
  assert.is(np.einsum("ij,j->i", whole, array([0.5, 1])).dtype, "float32");
});

test("the order of a chain of matrices is the cheapest one", () => {
  const labelsOf = (term: string): number[] => [...term].map((letter) => "abcdefgh".indexOf(letter));
  const order = (terms: string[], output: string, dims: Record<string, number>) =>
    JSON.stringify(
      planContraction({
        operands: terms.map(labelsOf),
        output: labelsOf(output),
        sizes: [..."abcdefgh"].map((letter) => dims[letter] ?? 1),
      }).tree,
    );
  assert.is(order(["ab", "bc", "cd"], "ad", { a: 100, b: 2, c: 100, d: 2 }), "[0,[1,2]]");
  assert.is(order(["ab", "bc", "cd"], "ad", { a: 2, b: 100, c: 2, d: 100 }), "[[0,1],2]");
  // The textbook's chain 30 35 15 5 10 20 25 (Cormen et al., 15.2): 15,125 multiplications by ((0(12))((34)5)).
  const textbook = { a: 30, b: 35, c: 15, d: 5, e: 10, f: 20, g: 25 };
  assert.is(order(["ab", "bc", "cd", "de", "ef", "fg"], "ag", textbook), "[[0,[1,2]],[[3,4],5]]");
  assert.is(order(["ab", "bc", "cd", "de", "ef", "fg", "gh"], "ah", { ...textbook, h: 1 }).match(/\d/g)?.length, 7);
});

test("products of two are contractions without transpositions", () => {
  const program = (equation: string) =>
    String(makeJaxpr((x: NDArray, y: NDArray) => np.einsum(equation, x, y))(np.ones([2, 3, 3]), np.ones([2, 3, 3])));
  assert.match(program("bij,bkj->kbi"), /contract/);
  assert.not.match(program("bij,bkj->kbi"), /transpose|reshape|reduce/);
  assert.not.match(program("bij,bij->bij"), /contract/);
});

test("derivatives and batches", () => {
  const [x, y] = [make([2, 3], 1), make([3, 4], 2)];
  const [, pullback] = vjp((a: NDArray, b: NDArray) => np.einsum("ij,jk->", a, b), x, y) as unknown as [
    NDArray,
    (ct: number) => [NDArray, NDArray],
  ];
  const [dx, dy] = pullback(array(1, { dtype: "float64" }) as never);
  assertClose(dx, np.broadcastTo(np.sum(y, { axis: 1 }), [2, 3]), 1e-13);
  assertClose(dy, np.broadcastTo(np.expandDims(np.sum(x, { axis: 0 }), 1), [3, 4]), 1e-13);
  const z = make([5, 3, 3], 3);
  assertClose(vmap((a: NDArray) => np.einsum("ii,ji->j", a, a))(z) as NDArray, np.einsum("nii,nji->nj", z, z), 1e-13);
});

test("errors name the equation, the operand and the shapes", () => {
  const [x, y] = [np.ones([2, 3]), np.ones([4, 5])];
  assertThrows(() => np.einsum("ij,jk->ik", x, y), 'numpy.einsum: "ij,jk->ik"', 'label "j"', "(2, 3), (4, 5)");
  assertThrows(
    () => np.einsum("ijk->i", x),
    '"ijk->i"',
    "operand 1 of shape (2, 3) has 2 dimension(s)",
    '"ijk" names 3',
  );
  assertThrows(() => np.einsum("i->i", x), "operand 1", '"i" names 1');
  assertThrows(() => np.einsum("ij,jk->ik", x), "there are 2 term(s) for 1 operand(s)");
  assertThrows(() => np.einsum("ij->ik", x), `label "k" stands in no operand`);
  assertThrows(() => np.einsum("ij->ii", x), 'the output has label "i" twice');
  assertThrows(() => np.einsum("ii->i", x), 'operand 1 of shape (2, 3) has label "i" for axes of sizes 2 and 3');
  assertThrows(() => np.einsum("i1->i", x), "labels are letters", '"1"');
  assertThrows(() => np.einsum("ij->i->j", x), 'one "->"');
  assertThrows(() => np.einsum("...i...->i", x), '"..." twice');
  assertThrows(
    () => np.einsum("...i,...i->...", x, np.ones([4, 3])),
    'the axis 1 from the end of "..."',
    "(2, 3), (4, 3)",
  );
  assertThrows(() => np.einsum("ij"), "there are no operands");
  assertThrows(() => np.einsum("i,i", array([1]), "x" as never), "numpy.einsum: operand 2", '"x"');
});

test("errors show the shapes that were given", () => {
  const loose = np.einsum as (...args: unknown[]) => NDArray;
  const x = np.ones([2, 2, 3, 4, 5]);
  const given = 'operand 1 of shape (2, 2, 3, 4, 5) has label "b" for axes of sizes 3 and 5';
  assertThrows(() => loose("aabcb,abc", x, np.ones([2, 3, 4])), "numpy.einsum", given);
  assertThrows(() => loose("aabcb", x), "numpy.einsum", given);
  const square = np.ones([3, 3]);
  assertThrows(() => loose(square, new Array(2)), "numpy.einsum: a label is", "undefined");
  const shapes = "operands of shapes (2, 2, 3), (2, 7, 5)";
  assertThrows(() => loose("aab,abc", np.ones([2, 2, 3]), np.ones([2, 7, 5])), "numpy.einsum", shapes);
  for (const wrong of [null, {}, "ij", [1, 2], () => 1, Symbol("s"), new Map()]) {
    assertThrows(() => loose("ij", wrong), "numpy.einsum: operand 1 must be an array or a number");
  }
  for (const wrong of [undefined, null, 5, {}, Symbol("s")]) assertThrows(() => loose(wrong, square), "numpy.einsum: ");
  assertThrows(() => loose("ij", square, square), 'numpy.einsum: "ij"', "1 term(s) for 2 operand(s)");
  assertThrows(() => loose("ij,jk", square), 'numpy.einsum: "ij,jk"', "2 term(s) for 1 operand(s)");
});

test.run();
