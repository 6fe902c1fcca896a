/** The largest learning rate that training can have. */

import { checkOptions, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { eigvalsh } from "../numpy/linalg.ts";
import { max } from "../numpy/reductions.ts";
import { add, divide } from "../numpy/ufuncs.ts";
import { toMatrix } from "./system.ts";

/** Options of `predict.maxLearningRate`. */
export interface MaxLearningRateOptions {
  /** How many numbers the targets are; by default the kernel's rows, as of a kernel with `traceAxes: []`. */
  readonly yTrainSize?: number | null;
  /** 0 by default. */
  readonly momentum?: number;
  /** What is added to the largest eigenvalue, so that it is not 0. `1e-12` by default. */
  readonly eps?: number;
}

/**
 * The largest learning rate at which gradient descent on the loss `mean((f - y)^2) / 2` converges when the NTK stays as it
 * is: `2 (1 + momentum) yTrainSize / lambda_max`. Source: `neural_tangents.predict.max_learning_rate`.
 * @param ntkTrainTrain (n, n), or with the outputs' axes in pairs.
 * @throws ShapeError when the kernel isn't square.
 * @example predict.maxLearningRate(np.array([[2, 0], [0, 4]]), { yTrainSize: 2 }) // 1
 */
export function maxLearningRate(
  ntkTrainTrain: ArrayLike,
  options: MaxLearningRateOptions = {},
  ...rest: never[]
): NDArray {
  const fn = "predict.maxLearningRate";
  noMore(fn, rest);
  const { yTrainSize, momentum = 0, eps = 1e-12 } = checkOptions(fn, options, ["yTrainSize", "momentum", "eps"]);
  const { matrix, rows, columns } = toMatrix(fn, "ntkTrainTrain", ntkTrainTrain);
  if (!sameShape(rows, columns) || matrix.size === 0) {
    throw new ShapeError(
      `${fn}: ntkTrainTrain must be the kernel of the training examples with themselves, got sizes ` +
        `${formatShape(rows)} and ${formatShape(columns)}.`,
    );
  }
  const factor = 2 * (1 + momentum) * (yTrainSize ?? matrix.shape[0] ?? 0);
  return divide(factor, add(max(eigvalsh(matrix)), eps));
}
