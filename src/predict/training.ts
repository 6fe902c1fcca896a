/** The equations of a training kernel: its factor and its spectrum, each computed when it is first needed. */

import type { DType } from "../base/dtypes.ts";
import { deviceOf, isConcrete } from "../device/device.ts";
import { HostArray, type NDArray } from "../ir/ndarray.ts";
import { isTracing, Tracer } from "../ir/trace.ts";
import { convertElementType } from "../lax/index.ts";
import { diagonal, epsilon, identityLike, transposed } from "../lax/matrix.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { solvePositive as solveWith } from "../lax/solve.ts";
import { eigh } from "../numpy/linalg.ts";
import { where } from "../numpy/logic.ts";
import { expandDims } from "../numpy/movement.ts";
import { matmul } from "../numpy/products.ts";
import { max, mean, min } from "../numpy/reductions.ts";
import { resultType } from "../numpy/types.ts";
import { add, multiply, negative } from "../numpy/ufuncs.ts";
import { factorOf, notPositive } from "./positive.ts";
import { type Layout, type SystemOptions, trainingLayout } from "./system.ts";

export interface Spectrum {
  /** Those of the regularized kernel. */
  readonly eigenvalues: NDArray;
  /** Eigenvalues up to this one are 0 but for rounding. */
  readonly threshold: NDArray;
  /** Columns times the matrices that have the kernel's eigenvectors and other eigenvalues (with leading axes). */
  readonly apply: (eigenvalues: NDArray, columns: NDArray) => NDArray;
}

/** The equations of a regularized kernel, and how outputs are laid out beside it. */
export interface System extends Layout {
  /** The regularized kernel. */
  readonly matrix: NDArray;
  /** The epsilon of the dtype that the kernel was given in. */
  readonly rounding: number;
  readonly isRegularized: boolean;
  /** The lower Cholesky factor, and whether it is one. */
  readonly factor: () => { factor: NDArray; isPositive: NDArray };
  /** NaN for a kernel with eigenvalues that are negative by more than rounding, or an error where they are at hand. */
  readonly spectrum: () => Spectrum;
  /** The error of a kernel that isn't positive definite. */
  readonly refusal: () => RangeError;
}

/** What is computed once; what was computed inside a traced function is of no use outside. */
function once<T>(compute: () => T, arrayOf: (value: T) => NDArray): () => T {
  let known: T | undefined;
  return () => {
    if (known !== undefined) return known;
    const value = compute();
    if (!(arrayOf(value) instanceof Tracer)) known = value;
    return value;
  };
}

/** Whether arrays are at hand on a device that has float64, which then serves for kernels of any dtype. */
const haveDigits = (arrays: readonly NDArray[]): boolean =>
  !isTracing() && arrays.every(isConcrete) && deviceOf(arrays).target.itemSize.float64 !== undefined;

type TrainingMatrix = Layout & { readonly matrix: NDArray };

function systemIn(dtype: DType, fn: string, given: TrainingMatrix, options: SystemOptions): System {
  const { diagReg = 0, diagRegAbsoluteScale = false } = options;
  const rounding = epsilon(given.matrix);
  const kernel = convertElementType(given.matrix, dtype);
  const symmetric = multiply(add(kernel, transposed(kernel)), 0.5);
  const count = kernel.shape[0] ?? 0;
  const added = diagRegAbsoluteScale ? diagReg : multiply(mean(diagonal(symmetric)), diagReg);
  const matrix = diagReg === 0 ? symmetric : add(symmetric, multiply(identityLike(symmetric), added));
  const refusal = () => notPositive(fn, matrix, diagReg);
  // Rounded entries move eigenvalues by about one rounding of the largest; those of a kernel that has 0 among its own
  // by the rounding of what it was computed from, too.
  const spread = rounding * (diagReg > 0 ? 1 : count);

  const spectrum = (): Spectrum => {
    const [values, vectors] = eigh(symmetric);
    const eigenvalues = diagReg === 0 ? values : add(values, added);
    const threshold = multiply(max(eigenvalues, { initial: 0 }), spread);
    const isGram = min(eigenvalues, { initial: 0 }).greaterEqual(negative(threshold));
    if (isGram instanceof HostArray && !isGram.item()) throw refusal();
    return {
      eigenvalues: where(isGram, eigenvalues, Number.NaN),
      threshold,
      apply: (other, x) => matmul(vectors, multiply(expandDims(other, -1), matmul(vectors.T, x))),
    };
  };

  return {
    ...given,
    targets: convertElementType(given.targets, dtype),
    matrix,
    rounding,
    isRegularized: diagReg > 0,
    factor: once(
      () => factorOf(matrix, rounding),
      ({ factor }) => factor,
    ),
    spectrum: once(spectrum, ({ eigenvalues }) => eigenvalues),
    refusal,
  };
}

/**
 * The system of a kernel, in the dtype that serves for predictions with other arrays: float64 where all of them are at hand
 * on a device that has it, else what the kernels are promoted to. Each is made once.
 */
export function trainingSystems(
  fn: string,
  kTrainTrain: ArrayLike,
  yTrain: ArrayLike,
  options: SystemOptions,
): { readonly layout: TrainingMatrix; readonly systemFor: (...others: readonly (ArrayLike | null)[]) => System } {
  const layout = trainingLayout(fn, kTrainTrain, yTrain, options.traceAxes);
  const systems = new Map<DType, System>();
  const systemFor = (...others: readonly (ArrayLike | null)[]): System => {
    const arrays = others.flatMap((x) => (x === null ? [] : [asArray(fn, x)]));
    const isExact = haveDigits([layout.matrix, layout.targets, ...arrays]);
    const dtype = isExact ? "float64" : resultType(layout.matrix, ...arrays);
    const system = systems.get(dtype) ?? systemIn(dtype, fn, layout, options);
    if (!(system.matrix instanceof Tracer)) systems.set(dtype, system);
    return system;
  };
  return { layout, systemFor };
}

/** The solution of the system's equations for columns by Cholesky, with a step of refinement, whatever its pivots are. */
export const solveBy = ({ matrix, factor }: System, columns: NDArray): NDArray =>
  solveWith(matrix, factor().factor, convertElementType(columns, matrix.dtype));

/** The lower Cholesky factor of a system that must be positive definite: NaN if it isn't, an error where that is at hand. */
export function positiveFactor({ factor, refusal }: System): NDArray {
  const { factor: lower, isPositive } = factor();
  if (!(isPositive instanceof HostArray)) return where(isPositive, lower, Number.NaN);
  if (!isPositive.item()) throw refusal();
  return lower;
}

/** The solution of the equations of such a system. */
export const solvePositive = (system: System, columns: NDArray): NDArray =>
  solveWith(system.matrix, positiveFactor(system), convertElementType(columns, system.matrix.dtype));
