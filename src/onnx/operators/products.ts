/** Products of matrices and sums of products. */
import { entry } from "../../base/lists.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { promoteOperands } from "../../lax/convert.ts";
import * as lax from "../../lax/index.ts";
import { einsum as summed } from "../../numpy/einsum.ts";
import { det } from "../../numpy/linalg.ts";
import { matmul } from "../../numpy/products.ts";
import { add, subtract } from "../../numpy/ufuncs.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { float, required, unary, variadic } from "./support.ts";

const scaled = (x: NDArray, factor: number): NDArray =>
  factor === 1 ? x : lax.mul(x, lax.convertElementType(factor, x.dtype));

/** `alpha * A B + beta * C`, where A and B may be transposed. */
const gemm: Operator = (node, inputs) => {
  const [a, b] = promoteOperands(node.op, [required(node, inputs, 0), required(node, inputs, 1)]);
  if (a.ndim !== 2 || b.ndim !== 2) node.fail("needs two matrices");
  const contractingDims = [[node.int("transA", 0) ? 0 : 1], [node.int("transB", 0) ? 1 : 0]] as const;
  const product = scaled(lax.dotGeneral(a, b, { contractingDims }), float(node, "alpha", 1));
  const c = inputs[2];
  if (!c) return product;
  const sum = add(product, scaled(c, float(node, "beta", 1)));
  return sum.size === product.size && sum.ndim === 2 ? sum : node.fail("input 2 must broadcast to the product's shape");
};

const einsum: Operator = (node, inputs) => summed(node.text("equation"), ...variadic(node, inputs));

/** Bytes less their zero point, one for all, or (`axis`) one for each row or column. */
function centred(node: NodeView, inputs: readonly (NDArray | undefined)[], place: number, axis: -1 | -2): NDArray {
  const x = required(node, inputs, place);
  const zero = inputs[place + 2];
  if (!zero) return x;
  const perRow = axis === -2 && zero.ndim === 1 && zero.size > 1;
  return subtract(x, perRow ? lax.reshape(zero, { newSizes: [entry(zero.shape, 0), 1] }) : zero);
}

const matMulInteger: Operator = (node, inputs) => matmul(centred(node, inputs, 0, -2), centred(node, inputs, 1, -1));

export const products: Operators = {
  Det: /* @__PURE__ */ unary((x) => det(x)),
  Einsum: einsum,
  Gemm: gemm,
  MatMul: (node, inputs) => matmul(required(node, inputs, 0), required(node, inputs, 1)),
  MatMulInteger: matMulInteger,
};
