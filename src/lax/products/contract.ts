/**
 * The one contraction behind every product: matrix products, einsum, convolutions and all of their derivatives.
 *
 * Axes carry labels, as in einsum: a label in both operands and not in the output is summed over, one in both and in the
 * output is a batch. A window makes an axis of `lhs` depend on two labels: with `z = i * first.step + j * second.step - low`
 * the operand is read at `z` (zero outside), so a convolution is `out[n, i, o] = sum lhs[n, z(i, j), c] rhs[j, c, o]`.
 * Its derivatives are contractions of the same kind with the labels exchanged, and vmap adds one label; hence no reshape,
 * no grouping trick and no transpose ever appears around a product.
 */

import { promote } from "../../base/dtypes.ts";
import { type Aval, makeAval } from "../../ir/aval.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { type ContractParams, isUndefined, known, type Primitive, type Window } from "../../ir/primitive.ts";
import { bind1 } from "../../ir/trace.ts";
import { addArrays } from "../elementwise.ts";
import { batchSize } from "../shape.ts";
import { rev } from "../slice.ts";

/** The labels that an operand's axes depend on: a windowed axis stands for the window's two. */
export function effectiveLabels(labels: readonly number[], windows: readonly Window[]): readonly number[] {
  if (windows.length === 0) return labels;
  return labels.flatMap((label) => {
    const window = windows.find((w) => w.input === label);
    return window ? [window.first.label, window.second.label] : [label];
  });
}

/** The window with other labels. */
export function renameWindow(window: Window, rename: (label: number) => number): Window {
  const part = ({ label, step }: Window["first"]): Window["first"] => ({ label: rename(label), step });
  return { ...window, input: rename(window.input), first: part(window.first), second: part(window.second) };
}

/** The labels numbered in the order in which they appear, so that equal products are equal equations. */
export function canonical({ lhs, rhs, out, sizes, windows }: ContractParams): ContractParams {
  const order = [...new Set([...lhs, ...rhs, ...out])];
  const to = (label: number): number => order.indexOf(label);
  return {
    lhs: lhs.map(to),
    rhs: rhs.map(to),
    out: out.map(to),
    sizes: order.map((label) => sizes[label] as number),
    windows: windows.map((w) => renameWindow(w, to)),
  };
}

/** The window turned around: from the output's cotangent to the cotangent of the axis that it slides over. */
function transposeWindow({ input, low, dilation, first, second }: Window, { rhs, sizes }: ContractParams): Window {
  const [kernel, slid] = rhs.includes(first.label) ? [first, second] : [second, first];
  const kernelSize = sizes[kernel.label] as number;
  return {
    input: slid.label,
    dilation: slid.step,
    low: (kernelSize - 1) * kernel.step - low,
    first: { label: input, step: dilation },
    second: kernel,
  };
}

/** The axes of `rhs` that windows run over; they are read backwards in the derivative by `lhs`. */
function kernelAxes({ rhs, windows }: ContractParams): number[] {
  return windows.map(({ first, second }) => rhs.indexOf(rhs.includes(first.label) ? first.label : second.label));
}

function transposeLhs(ct: NDArray, rhs: NDArray, params: ContractParams): NDArray {
  return contract(ct, rev(rhs, { dimensions: kernelAxes(params) }), {
    lhs: params.out,
    rhs: params.rhs,
    out: params.lhs,
    sizes: params.sizes,
    windows: params.windows.map((w) => transposeWindow(w, params)),
  });
}

function transposeRhs(ct: NDArray, lhs: NDArray, params: ContractParams): NDArray {
  return contract(lhs, ct, { ...params, rhs: params.out, out: params.rhs });
}

const letter = (label: number): string => String.fromCharCode(97 + (label % 26)) + "'".repeat(Math.floor(label / 26));

function formatWindow({ input, low, dilation, first, second }: Window): string {
  const term = ({ label, step }: { label: number; step: number }) => (step === 1 ? "" : `${step}`) + letter(label);
  const left = dilation === 1 ? "" : `${dilation}`;
  const offset = low === 0 ? "" : low > 0 ? `-${low}` : `+${-low}`;
  return `${left}${letter(input)}=${term(first)}+${term(second)}${offset}`;
}

export const contractPrimitive: Primitive<ContractParams> = {
  name: "contract",
  aval: ([lhs, rhs], { out, sizes }) => [
    makeAval(
      out.map((label) => sizes[label] as number),
      promote([lhs as Aval, rhs as Aval]).dtype,
      (lhs as Aval).weak && (rhs as Aval).weak,
    ),
  ],
  jvp: ([lhs, rhs], [dLhs, dRhs], params) => {
    const [x, y] = [lhs as NDArray, rhs as NDArray];
    const terms: NDArray[] = [];
    if (dLhs) terms.push(contract(dLhs, y, params));
    if (dRhs) terms.push(contract(x, dRhs, params));
    return [[contract(x, y, params)], [terms.length === 0 ? null : terms.reduce(addArrays)]];
  },
  transpose: ([ct], [lhs, rhs], params) => {
    if (!ct) return [null, null];
    if (lhs && isUndefined(lhs)) return [transposeLhs(ct, known("contract", rhs), params), null];
    return [null, transposeRhs(ct, known("contract", lhs), params)];
  },
  batch: (inputs, axes, params) => {
    const [lhs, rhs] = inputs as [NDArray, NDArray];
    const label = params.sizes.length;
    const labelled = (labels: readonly number[], axis: number | null | undefined): readonly number[] =>
      axis === null || axis === undefined ? labels : [...labels.slice(0, axis), label, ...labels.slice(axis)];
    const out = contract(lhs, rhs, {
      lhs: labelled(params.lhs, axes[0]),
      rhs: labelled(params.rhs, axes[1]),
      out: [label, ...params.out],
      sizes: [...params.sizes, batchSize(inputs, axes)],
      windows: params.windows,
    });
    return [[out], [0]];
  },
  lowering: { kind: "contract", contract: (params) => params },
  format: ({ lhs, rhs, out, windows }) => {
    const text = (labels: readonly number[]) => labels.map(letter).join("");
    const tail = windows.length === 0 ? "" : ` ${windows.map(formatWindow).join(" ")}`;
    return `${text(lhs)},${text(rhs)}->${text(out)}${tail}`;
  },
};

/** Throws when an axis would be read in part only: its label must stand in the output or in the other operand too. */
function checkLabels(lhs: NDArray, rhs: NDArray, params: ContractParams): void {
  const labels = effectiveLabels(params.lhs, params.windows);
  const lost = (own: readonly number[], other: readonly number[]): boolean =>
    own.some((label) => !other.includes(label) && !params.out.includes(label));
  if (lhs.dtype !== rhs.dtype || lost(labels, params.rhs) || lost(params.rhs, labels)) {
    throw new Error(
      `internal: the contraction ${JSON.stringify(params)} of ${lhs.dtype} and ${rhs.dtype} is malformed`,
    );
  }
}

/** Binds the contraction; the callers (`dotGeneral`, `convGeneralDilated`, `einsum`) have validated the operands. */
export function contract(lhs: NDArray, rhs: NDArray, params: ContractParams): NDArray {
  checkLabels(lhs, rhs, params);
  return bind1(contractPrimitive, [lhs, rhs], params);
}
