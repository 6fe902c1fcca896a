/** `numpy.linalg` against values that JAX gives, and its errors. */
import { array, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, f64 } from "../support/arrays.ts";
import type { ArrayFunction } from "../support/properties.ts";

const { linalg } = np;
const positive = f64([
  [4, 1, 2],
  [1, 3, 0.5],
  [2, 0.5, 5],
]);
const general = f64([
  [2, -1, 0.5],
  [1, 3, -2],
  [0, 4, 1.5],
]);
const tall = f64([
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 10],
  [-1, 0, 2],
]);

test("values of JAX", () => {
  assertClose(
    linalg.cholesky(positive),
    [
      [2, 0, 0],
      [0.5, 1.6583123951777, 0],
      [1, 0, 2],
    ],
    1e-14,
  );
  const inverse = [
    [0.4385964912280702, 0.12280701754385964, 0.017543859649122806],
    [-0.05263157894736842, 0.10526315789473684, 0.15789473684210525],
    [0.14035087719298245, -0.2807017543859649, 0.24561403508771928],
  ];
  assertClose(linalg.inv(general), inverse, 1e-14);
  assertClose(linalg.det(general), 28.5, 1e-14);
  const [sign, size] = linalg.slogdet(np.negative(general));
  assertClose(sign, -1);
  assertClose(size, 3.349904087274605, 1e-14);
  assertClose(linalg.eigvalsh(positive), [2.0965216172967187, 3.0722239520050754, 6.831254430698205], 1e-14);
  assertClose(
    linalg.solve(general, f64([1, 2, 3])),
    [0.7368421052631579, 0.631578947368421, 0.3157894736842105],
    1e-14,
  );
  const power = [
    [0.08376666504673504, 0.020832320876059032, 0.020783722926892484],
    [0.006900908781649411, -0.020265344802449334, 0.006998104679982503],
    [0.05546645931541689, -0.00012959453111078496, -0.006350132024428567],
  ];
  assertClose(linalg.matrixPower(general, -3), power, 1e-14);
  assertClose(linalg.matrixPower(general, 0), [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  const pinv = [
    [-1.1232876712328774, -0.8767123287671189, 0.8287671232876689, 0.1712328767123285],
    [1.5616438356164406, 1.4383561643835558, -1.164383561643833, -0.8356164383561647],
    [-0.47945205479452163, -0.5205479452054776, 0.44520547945205396, 0.5547945205479456],
  ];
  assertClose(linalg.pinv(tall), pinv, 1e-13);
  const values = [17.436984282741232, 2.2028674771350554, 0.3145695497276965];
  assertClose(linalg.svd(tall, { computeUv: false }), values, 1e-14);
});

test("qr has LAPACK's signs", () => {
  const [q, r] = linalg.qr(tall);
  const expected = [
    [-8.18535277187245, -9.529216659791809, -11.606097213848996],
    [0, 1.481225793303057, 3.647644470583036],
    [0, 0, -0.9965928350693511],
  ];
  assertClose(r, expected, 1e-14);
  assertClose(np.at(q, 0), [-0.12216944435630528, 0.564276492686879, 0.4778184825674984], 1e-14);
  const wide = [
    [-3.7416573867739413, -8.55235974119758, -14.164845821358494, -1.336306209562122],
    [0, 1.963961012123933, 3.491486243775882, -1.745743121887939],
    [0, 0, 0.4082482904638638, 0.4082482904638633],
  ];
  assertClose(linalg.qr(np.transpose(tall))[1], wide, 1e-14);
  assertClose(linalg.qr(np.eye(2))[1], [
    [1, 0],
    [0, 1],
  ]);
});

test("norms", () => {
  const matrix = [
    [undefined, 17.578395831246947],
    ["fro", 17.578395831246947],
    ["nuc", 19.954421309603987],
    [1, 21],
    [-1, 13],
    [2, 17.436984282741232],
    [-2, 0.31456954972769646],
    [Number.POSITIVE_INFINITY, 25],
    [Number.NEGATIVE_INFINITY, 3],
  ] as const;
  for (const [ord, expected] of matrix) {
    const options = ord === undefined ? {} : { ord };
    assertClose(linalg.norm(tall, options), expected, 1e-14, `${ord}`);
    const stack = np.moveaxis(np.stack([tall, np.multiply(tall, 2)]), [0, 1, 2], [1, 2, 0]);
    const both = linalg.norm(stack, { ...options, axis: [2, 0] });
    assertClose(both, [expected, 2 * expected], 1e-14, `${ord} of a stack`);
    const kept = linalg.norm(stack, { ...options, axis: [2, 0], keepdims: true });
    assert.equal(kept.shape, [1, 2, 1], `${ord} with keepdims`);
  }
  const vector = f64([3, -4, 0, 1]);
  const vectors = [
    [undefined, 5.0990195135927845],
    [0, 3],
    [1, 8],
    [2, 5.0990195135927845],
    [3, 4.514357435474001],
    [-1, 0],
    [0.5, 22.392304845413257],
    [Number.POSITIVE_INFINITY, 4],
    [Number.NEGATIVE_INFINITY, 0],
  ] as const;
  for (const [ord, expected] of vectors) {
    assertClose(linalg.norm(vector, ord === undefined ? {} : { ord }), expected, 1e-14, `vector ${ord}`);
  }
  assertClose(
    linalg.norm(
      array([
        [3, 4],
        [0, 5],
      ]),
      { axis: -1 },
    ),
    [5, 5],
  );
  assertClose(linalg.norm(np.ones([2, 3, 4])), Math.sqrt(24));
  assertClose(linalg.norm(-3), 3);
});

test("what is exactly singular", () => {
  const singular = array([
    [1, 2],
    [2, 4],
  ]);
  assertClose(linalg.det(singular), 0);
  const [sign, size] = linalg.slogdet(singular);
  assert.equal([sign.item(), size.item()], [0, Number.NEGATIVE_INFINITY]);
  assert.not(np.any(np.isfinite(linalg.inv(np.zeros([2, 2])))).item());
  assert.equal(
    linalg
      .matrixRank(
        f64([
          [1, 2, 3],
          [4, 5, 6],
          [7, 8, 9],
        ]),
      )
      .item(),
    2,
  );
  assert.equal(linalg.matrixRank(np.zeros([2, 3, 4])).toArray(), [0, 0]);
  assert.equal(linalg.matrixRank(np.eye(3), { rtol: 1 }).item(), 0);
  assertClose(
    linalg.pinv(
      f64([
        [2, 0],
        [0, 0],
        [0, 0],
      ]),
    ),
    [
      [0.5, 0, 0],
      [0, 0, 0],
    ],
    1e-15,
  );
  assertClose(linalg.pinv(np.zeros([2, 2])), [
    [0, 0],
    [0, 0],
  ]);
});

test("cholesky: what is read, and what has no factor", () => {
  const lopsided = f64([
    [4, 100],
    [2, 5],
  ]);
  assertClose(linalg.cholesky(lopsided, { symmetrizeInput: false }), [
    [2, 0],
    [1, 2],
  ]);
  assertClose(
    linalg.cholesky(
      f64([
        [4, 1],
        [3, 5],
      ]),
    ),
    [
      [2, 0],
      [1, 2],
    ],
  );
  const none = linalg
    .cholesky(
      array([
        [1, 2],
        [2, 1],
      ]),
    )
    .dataSync();
  assert.equal([...none].map(Number.isNaN), [true, false, true, true]);
});

test("multiDot multiplies matrices, and vectors at the ends", () => {
  const [a, b, v] = [
    f64([[1, 2]]),
    f64([
      [1, 2, 0],
      [3, 4, 1],
    ]),
    f64([1, 0, 2]),
  ];
  assertClose(linalg.multiDot([a, b]), [[7, 10, 2]]);
  assertClose(linalg.multiDot([a, b, v]), [11]);
  assertClose(linalg.multiDot([f64([1, 2]), b, v]), 11);
  assertClose(linalg.multiDot([v, v]), 5);
});

test("integers become floats", () => {
  const x = array(
    [
      [2, 1],
      [1, 1],
    ],
    { dtype: "int32" },
  );
  assert.is(linalg.inv(x).dtype, "float32");
  assertClose(linalg.inv(x), [
    [1, -1],
    [-1, 2],
  ]);
  assertClose(linalg.norm(array([3, 4], { dtype: "int32" })), 5);
});

test("errors name the function and the shapes", () => {
  const rectangle = np.ones([2, 3]);
  for (const name of ["cholesky", "inv", "det", "slogdet", "eigh", "eigvalsh"] as const) {
    assertThrows(() => linalg[name](rectangle), `numpy.linalg.${name}`, "square", "(2, 3)");
    assertThrows(() => linalg[name](np.ones([2])), `numpy.linalg.${name}`, "(2,)");
  }
  for (const name of ["qr", "svd", "pinv", "matrixRank"] as const) {
    const f: ArrayFunction = linalg[name];
    assertThrows(() => f(np.ones([2])), `numpy.linalg.${name}`, "(2,)");
    assertThrows(() => f(rectangle, { typo: 1 }), `numpy.linalg.${name}`, "typo");
  }
  assertThrows(() => linalg.solve(rectangle, np.ones([2])), "numpy.linalg.solve", "(2, 3)");
  assertThrows(() => linalg.solve(np.eye(2), np.ones([3])), "numpy.linalg.solve", "(2, 2)", "(3,)");
  assertThrows(() => linalg.solve(np.eye(2), 1), "numpy.linalg.solve", "()");
  assertThrows(() => linalg.solve(np.ones([2, 2, 2]), np.ones([3, 2, 1])), "numpy.linalg.solve", "(2,)", "(3,)");
  assertThrows(() => linalg.matrixPower(np.eye(2), 0.5), "numpy.linalg.matrixPower", "0.5");
  assertThrows(() => linalg.multiDot([np.eye(2)]), "numpy.linalg.multiDot", "(2, 2)");
  assertThrows(() => linalg.multiDot([np.eye(2), np.eye(3)]), "(2, 2)", "(3, 3)");
  assertThrows(() => linalg.qr(np.eye(2), { mode: "raw" } as never), "numpy.linalg.qr", "raw");
  assertThrows(() => linalg.norm(np.ones([2, 2, 2]), { ord: 2 }), "numpy.linalg.norm", "(2, 2, 2)");
  assertThrows(() => linalg.norm(np.eye(2), { ord: 3 }), "numpy.linalg.norm", "3");
  assertThrows(() => linalg.norm(np.ones([2]), { ord: "fro" }), "numpy.linalg.norm", "fro");
  assertThrows(() => linalg.norm(np.eye(2), { ord: "max" } as never), "numpy.linalg.norm", "max");
});

test.run();
