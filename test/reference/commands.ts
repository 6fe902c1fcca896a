/**
 * The kernels that serve one primitive each, on row-major arrays: plain loops in double precision, rounded where they
 * are stored. The arguments are those of the primitives' lowerings (`assembly/opcodes.ts` explains them).
 */
import type { DType, TypedArray } from "../../src/base/dtypes.ts";
import type { CommonCommand } from "../../src/ir/primitive.ts";
import { argsort, gather, scatterAdd } from "./indexing.ts";
import { householder, jacobi } from "./orthogonal.ts";
import { cholesky, lu, luSolve, triangularSolve } from "./solve.ts";

/** `dtype` is that of the first input. */
export type ReferenceCommand = (
  dtype: DType,
  inputs: readonly TypedArray[],
  outputs: readonly TypedArray[],
  args: readonly number[],
) => void;

export const commands: Record<CommonCommand, ReferenceCommand> = {
  GATHER: gather,
  SCATTER_ADD: scatterAdd,
  ARGSORT: argsort,
  CHOLESKY: cholesky,
  TRIANGULAR_SOLVE: triangularSolve,
  LU: lu,
  LU_SOLVE: luSolve,
  HOUSEHOLDER: householder,
  JACOBI: jacobi,
};
