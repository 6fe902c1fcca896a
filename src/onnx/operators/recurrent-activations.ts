/** The activation functions of recurrent layers, which their attributes name. */
import { entry } from "../../base/lists.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { elu, relu, softplus, softSign } from "../../nn/activations.ts";
import type { NodeView } from "../operator.ts";
import { hardSigmoid, leaky, thresholded } from "./activations.ts";

type Unary = (x: NDArray) => NDArray;

/** A function, with the defaults of those of its two numbers that it takes; `null` for one that must be given. */
interface Kind {
  readonly alpha?: number | null;
  readonly beta?: number | null;
  readonly apply: (x: NDArray, alpha: number, beta: number) => NDArray;
}

const KINDS: Readonly<Record<string, Kind>> = {
  affine: { alpha: null, beta: null, apply: (x, alpha, beta) => lax.add(lax.mul(alpha, x), beta) },
  elu: { alpha: 1, apply: (x, alpha) => elu(x, { alpha }) },
  hardsigmoid: { alpha: 0.2, beta: 0.5, apply: hardSigmoid },
  leakyrelu: { alpha: 0.01, apply: leaky },
  relu: { apply: (x) => relu(x) },
  scaledtanh: { alpha: null, beta: null, apply: (x, alpha, beta) => lax.mul(alpha, lax.tanh(lax.mul(beta, x))) },
  sigmoid: { apply: (x) => lax.logistic(x) },
  softplus: { apply: (x) => softplus(x) },
  softsign: { apply: (x) => softSign(x) },
  tanh: { apply: (x) => lax.tanh(x) },
  thresholdedrelu: { alpha: 1, apply: thresholded },
};

/** Takes numbers off a list in the order of the functions that take one. */
function numbersInTurn(node: NodeView, attribute: string): (name: string, otherwise: number | null) => number {
  const list = [...node.numbers(attribute, [])];
  return (name, otherwise) => {
    const next = list.shift() ?? otherwise;
    return next === null ? node.fail(`attribute ${attribute} must have a number for ${name}`) : Math.fround(next);
  };
}

/** The functions of each direction in turn: those that the attribute `activations` names, or the layer's own. */
export function activationsOf(node: NodeView, own: readonly string[], directions: number): Unary[][] {
  const names = node.texts("activations", Array.from({ length: directions }, () => own).flat());
  if (names.length !== own.length * directions) {
    node.fail(`attribute activations must name ${own.length * directions} functions, got [${names.join(", ")}]`);
  }
  const [alphas, betas] = [numbersInTurn(node, "activation_alpha"), numbersInTurn(node, "activation_beta")];
  const functions = names.map((name): Unary => {
    const kind =
      KINDS[name.toLowerCase()] ?? node.fail(`attribute activations names "${name}", which is not supported`);
    const alpha = kind.alpha === undefined ? 0 : alphas(name, kind.alpha);
    const beta = kind.beta === undefined ? 0 : betas(name, kind.beta);
    return (x) => kind.apply(x, alpha, beta);
  });
  return Array.from({ length: directions }, (_, d) => own.map((_, i) => entry(functions, d * own.length + i)));
}
