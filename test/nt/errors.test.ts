/** What the kernel functions refuse, and how they say so. */
import { array, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import { assertThrows } from "../support/arrays.ts";
import { convnet, METHODS, mlp, mlpParams } from "../support/kernels.ts";
import { randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: users' functions of trees
type Any = any;

for (const [method, implementation] of Object.entries(METHODS)) {
  const ntk = (f: Any, options: Any = {}) => nt.empiricalNtkFn(f, { implementation, ...options }) as Any;

  test(`${method}: errors`, () => {
    const [x, y] = [randomArray([3, 3], 1), randomArray([2, 3], 2)];
    const fails = (options: Any, x1: Any, x2: Any, ...fragments: string[]): void =>
      assertThrows(() => ntk(mlp, options)(x1, x2, mlpParams), "nt.empiricalNtkFn", ...fragments);
    fails({ traceAxes: 2 }, x, y, "traceAxes", "2", "(3, 2)", "(2, 2)");
    fails({ diagonalAxes: [-3] }, x, y, "diagonalAxes", "-3", "(3, 2)");
    fails({ traceAxes: [0, -2] }, x, null, "traceAxes", "twice");
    fails({ traceAxes: [1], diagonalAxes: [-1] }, x, y, "axis 1", "traceAxes", "diagonalAxes");
    fails({ diagonalAxes: [0] }, x, y, "diagonal axis 0", "(3, 2)", "(2, 2)");
    fails({ traceAxes: [0] }, x, y, "traced axis 0", "(3, 2)", "(2, 2)");
    fails({}, "x", null, "x1", '"x"');
    fails({}, [new Map(), "x"], null, "x1", "Map");
    fails({}, x, "x", "x2", '"x"');
    fails({}, null, x, "x1", "null");
    fails({ vmapAxes: 2 }, x, y, "vmapAxes", "2");
    fails({ vmapAxes: [0, null, {}] }, x, y, "vmapAxes", "output 0");
    fails({ vmapAxes: [0, 0, { k: 0 }] }, x, y, "vmapAxes", '"k"');
    assertThrows(() => ntk(mlp)(x, y, "x"), "nt.empiricalNtkFn", "params", '"x"');
    assertThrows(() => ntk(mlp)(x, y, [{ w: new Map() }]), "nt.empiricalNtkFn", "params", "Map");
    assertThrows(() => ntk(mlp)(x, y, mlpParams, 3), "nt.empiricalNtkFn", "kwargs");
    assertThrows(() => ntk(mlp)(randomArray([3, 4], 1), y, mlpParams), "(3, 4)");
    assertThrows(() => ntk((p: Any, z: NDArray) => (p > 0 ? z : z))(x, y, array(1)), "traced array", "np.where");
    assertThrows(
      () => ntk((p: Any, z: NDArray) => (z.shape[0] === 2 ? [p] : p))(x, y, array([1])),
      "one structure",
      "[*]",
    );
  });
}

test("options and functions are checked when the kernel function is made", () => {
  assertThrows(() => nt.empiricalNtkFn(mlp, { trace_axes: 0 } as Any), "nt.empiricalNtkFn", "trace_axes", "traceAxes");
  assertThrows(
    () => nt.empiricalNtkFn(mlp, { implementation: 7 } as Any),
    "implementation",
    "JACOBIAN_CONTRACTION (1)",
    "7",
  );
  assertThrows(() => nt.empiricalNtkFn(3 as Any), "nt.empiricalNtkFn", "function");
  assertThrows(() => nt.empiricalNngpFn(mlp, { vmapAxes: 0 } as Any), "nt.empiricalNngpFn", "vmapAxes");
  assertThrows(() => nt.empiricalKernelFn(mlp, { axes: 0 } as Any), "axes");
  assertThrows(() => nt.taylorExpand(mlp, mlpParams, -1), "nt.taylorExpand", "-1");
  assertThrows(() => nt.linearize(null as Any, mlpParams), "nt.linearize", "null");
});

test("a wrong number of channels names the convolution, shapes and axes", () => {
  const params = { k1: randomArray([3, 3, 4, 3], 1), b: randomArray([3], 2) };
  assertThrows(
    () => nt.empiricalNtkFn(convnet)(randomArray([2, 4, 3, 2], 1), null, params),
    "lax.convGeneralDilated",
    "(2, 4, 3, 2)",
    "2 input features (axis 3)",
    "(3, 3, 4, 3)",
    "4 (axis 2)",
  );
});

test("a batch that inputs and outputs don't share is refused by every method", () => {
  const [x, p] = [randomArray([3, 2], 1), randomArray([2, 4], 2)];
  for (const implementation of [0, 1, 2, 3] as const) {
    const refused = (f: Any, vmapAxes: nt.VmapAxes, inputs: unknown): void =>
      assertThrows(() => nt.empiricalNtkFn(f, { implementation, vmapAxes })(inputs, null, p), "vmapAxes", "batch");
    refused((w: NDArray) => np.expandDims(w.at(0), 0), 0, x);
    refused((w: NDArray, y: NDArray) => np.matmul(w.T, y.T), 0, x);
    refused((w: NDArray, y: NDArray) => np.matmul(y, w), [null, 0, {}], x);
    refused((w: NDArray, [y]: NDArray[]) => np.matmul(y as NDArray, w), 0, [x, randomArray([2, 2], 3)]);
  }
});

test.run();
