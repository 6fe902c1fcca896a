/** Matrix products of all proportions. */
import { jit, lax, type NDArray, numpy as np, random } from "cotangent";
import { type Job, measureJobs } from "./support/subject.ts";

type DType = "float32" | "float64";

const draw = (seed: number, shape: readonly number[], dtype: DType): NDArray =>
  random.normal(random.key(seed), shape).astype(dtype);

const matmul = jit((a: NDArray, b: NDArray) => np.matmul(a, b));
const gram = jit((a: NDArray, b: NDArray) =>
  lax.dotGeneral(a, b, { contractingDims: [[1], [1]], batchDims: [[], []] }),
);

/** (m, k) times (k, n), `batch` of them if given. */
function product(note: string, [m, k, n]: readonly [number, number, number], dtype: DType = "float32", batch = 0): Job {
  const front = batch ? [batch] : [];
  const [a, b] = [draw(0, [...front, m, k], dtype), draw(1, [...front, k, n], dtype)];
  const name = `${batch ? `${batch} of ` : ""}${m} x ${k} by ${k} x ${n}, ${dtype}${note ? `, ${note}` : ""}`;
  return { name, dtype, work: 2 * (batch || 1) * m * k * n, call: () => matmul(a, b) };
}

/** (m, k) times (n, k) transposed: two Jacobians. */
function jacobians(m: number, n: number, k: number): Job {
  const [a, b] = [draw(0, [m, k], "float32"), draw(1, [n, k], "float32")];
  return { name: `${m} x ${k} by (${n} x ${k})^T, float32`, work: 2 * m * n * k, call: () => gram(a, b) };
}

const square = (n: number, dtype: DType) => () => product("", [n, n, n], dtype);

export const contractions = measureJobs("Contractions", "flops", [
  square(192, "float32"),
  square(480, "float32"),
  square(960, "float32"),
  square(192, "float64"),
  square(480, "float64"),
  square(960, "float64"),
  () => product("odd sizes", [481, 479, 483]),
  () => product("", [2, 2, 2], "float32", 10000),
  () => product("", [3, 3, 3], "float32", 10000),
  () => product("", [4, 4, 4], "float32", 10000),
  () => product("", [8, 8, 8], "float32", 10000),
  () => product("", [33, 33, 33], "float32", 500),
  () => product("tall", [20000, 64, 16]),
  () => product("wide", [16, 64, 20000]),
  () => product("outer product", [1000, 1, 1000]),
  () => product("matrix by vector", [1000, 1000, 1]),
  () => product("vector by vector", [1, 1000000, 1]),
  () => jacobians(5, 20, 92160),
  () => jacobians(48, 200, 9216),
]);
