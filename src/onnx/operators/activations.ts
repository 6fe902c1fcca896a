/** Activation functions. */
import { isFloat } from "../../base/dtypes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { celu, elu, gelu, mish, relu, sigmoid, softplus, softSign } from "../../nn/activations.ts";
import { where } from "../../numpy/logic.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { binary, choice, float, ofFloats, required, unary } from "./support.ts";

/** A function of an array of floats and of attributes. */
const activation = (apply: (x: NDArray, node: NodeView) => NDArray): Operator =>
  ofFloats((node, inputs) => apply(required(node, inputs, 0), node));

/** `alpha * x + beta` between 0 and 1. */
export const hardSigmoid = (x: NDArray, alpha: number, beta: number): NDArray =>
  lax.clamp(0, lax.add(lax.mul(alpha, x), beta), 1);

export const thresholded = (x: NDArray, alpha: number): NDArray => lax.select(lax.gt(x, alpha), x, 0);

function shrink(x: NDArray, node: NodeView): NDArray {
  const [bias, lambda] = [float(node, "bias", 0), float(node, "lambd", 0.5)];
  const above = lax.select(lax.gt(x, lambda), lax.sub(x, bias), 0);
  return lax.select(lax.lt(x, -lambda), lax.add(x, bias), above);
}

const BOUNDS = {
  float32: Number.POSITIVE_INFINITY,
  float64: Number.POSITIVE_INFINITY,
  int32: 2 ** 31 - 1,
  uint32: 2 ** 32 - 1,
  bool: 1,
} as const;

/** The bounds are attributes before opset 11, then inputs, each of which may be left out. */
const clip: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const most = BOUNDS[x.dtype];
  const least = isFloat(x.dtype) ? -most : x.dtype === "int32" ? -most - 1 : 0;
  const bound = (name: string, place: number, otherwise: number): NDArray => {
    const given = node.has(name) ? node.number(name) : (inputs[place] ?? otherwise);
    return lax.reshape(lax.convertElementType(given, x.dtype), { newSizes: [] });
  };
  return lax.clamp(bound("min", 1, least), x, bound("max", 2, most));
};

/** As in PyTorch the derivative at 0 is the slope. */
export const leaky = (x: NDArray, slope: NDArray | number): NDArray => where(lax.gt(x, 0), x, lax.mul(slope, x));

export const activations: Operators = {
  Celu: /* @__PURE__ */ activation((x, node) => celu(x, { alpha: float(node, "alpha", 1) })),
  Clip: clip,
  Elu: /* @__PURE__ */ activation((x, node) => elu(x, { alpha: float(node, "alpha", 1) })),
  Gelu: /* @__PURE__ */ activation((x, node) =>
    gelu(x, { approximate: choice(node, "approximate", ["none", "tanh"], "none") === "tanh" }),
  ),
  HardSigmoid: /* @__PURE__ */ activation((x, node) =>
    hardSigmoid(x, float(node, "alpha", 0.2), float(node, "beta", 0.5)),
  ),
  HardSwish: /* @__PURE__ */ activation((x) => lax.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  LeakyRelu: /* @__PURE__ */ activation((x, node) => leaky(x, float(node, "alpha", 0.01))),
  Mish: /* @__PURE__ */ activation((x) => mish(x)),
  PRelu: /* @__PURE__ */ binary(leaky),
  Relu: /* @__PURE__ */ unary((x) => relu(x)),
  Selu: /* @__PURE__ */ activation((x, node) =>
    lax.mul(float(node, "gamma", 1.0507010221481323), elu(x, { alpha: float(node, "alpha", 1.6732631921768188) })),
  ),
  Shrink: /* @__PURE__ */ activation(shrink),
  Sigmoid: /* @__PURE__ */ activation((x) => sigmoid(x)),
  Softplus: /* @__PURE__ */ activation((x) => softplus(x)),
  Softsign: /* @__PURE__ */ activation((x) => softSign(x)),
  Swish: /* @__PURE__ */ activation((x, node) => lax.mul(x, sigmoid(lax.mul(float(node, "alpha", 1), x)))),
  ThresholdedRelu: /* @__PURE__ */ activation((x, node) => thresholded(x, float(node, "alpha", 1))),
};
