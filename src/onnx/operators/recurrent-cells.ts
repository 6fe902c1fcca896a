/** One step of each recurrent layer. */
import { entry, mapEach } from "../../base/lists.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { add, multiply } from "../../numpy/ufuncs.ts";

type Unary = (x: NDArray) => NDArray;

/** What a step needs beside the input's projection and the state. */
export interface Recurrence {
  readonly hidden: number;
  /** (gates * hidden, hidden). */
  readonly weights: NDArray;
  /** (gates * hidden), where it isn't a part of the input's projection. */
  readonly bias: NDArray | undefined;
  /** (3 * hidden): what of the cell's state reaches the gates of an LSTM. */
  readonly peepholes: NDArray | undefined;
  readonly activations: readonly Unary[];
  /** Limits what activations get. */
  readonly clip: Unary;
  /** Whether an LSTM's forget gate is 1 less its input gate. */
  readonly coupled: boolean;
  /** Whether a GRU's reset gate acts behind the product. */
  readonly resetAfter: boolean;
}

/** The next state, of which the first array is the output. */
export type Step = (projected: NDArray, state: readonly NDArray[], recurrence: Recurrence) => NDArray[];

/** `count` gates from the one at `first` on, along the last axis. */
const gates = (x: NDArray, hidden: number, first: number, count = 1): NDArray =>
  lax.sliceInDim(x, first * hidden, (first + count) * hidden, x.ndim - 1);

const rows = (weights: NDArray, hidden: number, first: number, count: number): NDArray =>
  lax.sliceInDim(weights, first * hidden, (first + count) * hidden, 0);

/** `x W^T`. */
export const projection = (x: NDArray, weights: NDArray): NDArray =>
  lax.dotGeneral(x, weights, { contractingDims: [[x.ndim - 1], [1]] });

const withBias = (x: NDArray, bias: NDArray | undefined): NDArray => (bias ? add(x, bias) : x);

export const rnnStep: Step = (projected, state, { weights, bias, activations, clip }) => {
  const sum = lax.add(projected, withBias(projection(entry(state, 0), weights), bias));
  return [entry(activations, 0)(clip(sum))];
};

/** The gates are update, reset and hidden. */
export const gruStep: Step = (projected, state, { hidden, weights, bias, activations, clip, resetAfter }) => {
  const h = entry(state, 0);
  const [gate, candidate] = [entry(activations, 0), entry(activations, 1)];
  const fromState = withBias(projection(h, resetAfter ? weights : rows(weights, hidden, 0, 2)), bias);
  const [update, reset] = mapEach([0, 1], (i) =>
    gate(clip(lax.add(gates(projected, hidden, i), gates(fromState, hidden, i)))),
  );
  const recalled = resetAfter
    ? lax.mul(reset, gates(fromState, hidden, 2))
    : projection(lax.mul(reset, h), rows(weights, hidden, 2, 1));
  const proposed = candidate(clip(lax.add(gates(projected, hidden, 2), recalled)));
  return [lax.add(lax.mul(lax.sub(1, update), proposed), lax.mul(update, h))];
};

/** The gates are input, output, forget and cell. As in onnxruntime the clip is that of their sums, not of the cell's state. */
export const lstmStep: Step = (projected, state, recurrence) => {
  const { hidden, weights, bias, peepholes, activations, clip, coupled } = recurrence;
  const [h, c] = [entry(state, 0), entry(state, 1)];
  const [gate, proposal, squash] = [entry(activations, 0), entry(activations, 1), entry(activations, 2)];
  const sums = lax.add(projected, withBias(projection(h, weights), bias));
  const opened = (i: number, peephole: number, cell: NDArray): NDArray => {
    const sum = gates(sums, hidden, i);
    return gate(clip(peepholes ? add(sum, multiply(gates(peepholes, hidden, peephole), cell)) : sum));
  };
  const input = opened(0, 0, c);
  const forget = coupled ? lax.sub(1, input) : opened(2, 2, c);
  const proposed = proposal(clip(gates(sums, hidden, 3)));
  const cell = lax.add(lax.mul(forget, c), lax.mul(input, proposed));
  const output = opened(1, 1, cell);
  return [lax.mul(output, squash(cell)), cell];
};
