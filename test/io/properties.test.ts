import { array, type DType, type NDArray, tree } from "cotangent";
import { loadNpy, loadNpz, loadSafetensors, saveNpy, saveNpz, saveSafetensors } from "cotangent/io";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";

const ELEMENTS: Readonly<Record<DType, fc.Arbitrary<number>>> = {
  float32: fc.float(),
  float64: fc.double(),
  int32: fc.integer(),
  uint32: fc.nat(2 ** 31 - 1).map((x) => 2 * x + 1),
  bool: fc.nat(1),
};

/** Arrays of every dtype, without dimensions and without elements, too. */
const arrays: fc.Arbitrary<NDArray> = fc
  .tuple(fc.constantFrom(...(Object.keys(ELEMENTS) as DType[])), fc.array(fc.nat(3), { maxLength: 4 }))
  .chain(([dtype, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = fc.array(ELEMENTS[dtype], { minLength: size, maxLength: size });
    return data.map((values) => array(Float64Array.from(values), { shape, dtype }));
  });

const keys = fc.string({ minLength: 1, maxLength: 6 }).filter((key) => !/[./]/.test(key) && key !== "__metadata__");
type Tree = NDArray | readonly Tree[] | { readonly [key: string]: Tree };
const { trees } = fc.letrec<{ trees: Tree; objects: Record<string, Tree> }>((tie) => ({
  trees: fc.oneof({ maxDepth: 3 }, arrays, fc.array(tie("trees"), { maxLength: 3 }), tie("objects")),
  objects: fc.dictionary(keys, tie("trees"), { maxKeys: 3 }),
}));
const roots = fc.dictionary(keys, trees, { maxKeys: 4 });

const assertEqual = (x: NDArray, y: NDArray): void => {
  assert.is(x.dtype, y.dtype);
  assert.equal(x.shape, y.shape);
  const [a, b] = [x.dataSync(), y.dataSync()];
  for (let i = 0; i < b.length; i++) assert.ok(Object.is(a[i], b[i]), `${a[i]}, not ${b[i]}`);
};

/** Bytes that begin anywhere. */
function shifted(bytes: Uint8Array, offset: number): Uint8Array {
  const room = new Uint8Array(bytes.length + offset);
  room.set(bytes, offset);
  return room.subarray(offset);
}

test("what is saved is loaded again, to the last bit, from bytes that begin anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(arrays, fc.nat(9), async (x, offset) => {
      assertEqual(await loadNpy(shifted(await saveNpy(x), offset)), x);
    }),
  );
});

/** Ways to save a tree and to load it again. */
const FORMATS = {
  safetensors: { save: saveSafetensors, load: loadSafetensors },
  npz: { save: saveNpz, load: loadNpz },
  "deflated npz": { save: (x: unknown, o: object) => saveNpz(x, { ...o, compressed: true }), load: loadNpz },
};

for (const [name, { save, load }] of Object.entries(FORMATS)) {
  test(`trees are loaded again from ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(roots, fc.constantFrom(".", "/", "::"), fc.nat(9), async (root, separator, offset) => {
        const bytes = shifted(await save(root, { separator }), offset);
        const loaded = await load<unknown>(bytes, { like: root, separator });
        assert.is(tree.formatTree(tree.structure(loaded)), tree.formatTree(tree.structure(root)));
        const [found, given] = [tree.leaves<NDArray>(loaded), tree.leaves<NDArray>(root)];
        for (const [i, x] of given.entries()) assertEqual(found[i] as NDArray, x);
        const flat = await load<Record<string, NDArray>>(bytes, { separator: null });
        assert.is(Object.keys(flat).length, given.length);
      }),
      { numRuns: 60 },
    );
  });
}

test.run();
