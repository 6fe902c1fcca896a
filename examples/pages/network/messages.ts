/** What the page and its worker send each other. Arrays travel as typed arrays, whose memory is handed over, not copied. */
import type { Question } from "./question.ts";

/** Half of the mean square of the errors, at each of the recorded steps. */
export interface Losses {
  readonly train: Float64Array<ArrayBuffer>;
  readonly test: Float64Array<ArrayBuffer>;
}

/** All matrices are row by row. */
export interface Answer {
  readonly question: Question;
  readonly parameters: number;
  readonly learningRate: number;
  /** The training examples, (n, 1) or (n, 2), and their targets. */
  readonly x: Float64Array<ArrayBuffer>;
  readonly y: Float64Array<ArrayBuffer>;
  /** The NTK of the training examples, (n, n), and its eigenvalues, the largest first. */
  readonly kernel: Float64Array<ArrayBuffer>;
  readonly eigenvalues: Float64Array<ArrayBuffer>;
  readonly steps: readonly number[];
  /** As gradient descent trains the network, and as its first kernel predicts that. */
  readonly byNetwork: Losses;
  readonly byKernel: Losses;
  /** Where predictions are made, (m, 1) or (m, 2). */
  readonly places: Float64Array<ArrayBuffer>;
  /** What the network says there at the end, and what its kernel predicts that it says. */
  readonly trained: Float64Array<ArrayBuffer>;
  readonly predicted: Float64Array<ArrayBuffer>;
  /** The posterior of the linearized network. */
  readonly mean: Float64Array<ArrayBuffer>;
  readonly deviation: Float64Array<ArrayBuffer>;
}

export type Message =
  | { readonly kind: "progress"; readonly text: string; readonly fraction: number }
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "error"; readonly message: string };

/** The memory that an answer hands over. */
export const buffersOf = ({ byNetwork, byKernel, ...answer }: Answer): ArrayBuffer[] =>
  [answer, byNetwork, byKernel].flatMap((part) =>
    Object.values(part).flatMap((value: unknown) =>
      value instanceof Float64Array ? [value.buffer as ArrayBuffer] : [],
    ),
  );
