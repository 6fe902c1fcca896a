/**
 * The NTK as the product of two Jacobians, each computed by reverse mode. The products are formed parameter by parameter,
 * and the compiler orders the program by demand, so that one parameter's Jacobians are gone before the next ones exist.
 */
import { flattenArguments } from "../../base/flatten.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { convertElementType } from "../../lax/convert.ts";
import { full } from "../../lax/create.ts";
import { addArrays } from "../../lax/elementwise.ts";
import { contract } from "../../lax/products/contract.ts";
import { jacrev } from "../../transform/jacobian.ts";
import { kernelLabels, kernelShape, meanOfTraced, pairAxes } from "../task/axes.ts";
import { type NtkSettings, type Problem, perExample, perOutput, type Side } from "../task/problem.ts";

/** The Jacobians of every output leaf by every float parameter: arrays of shape `[...output, ...parameter]`. */
function jacobians(side: Side): NDArray[][] {
  const { floats } = side.parameters;
  return perExample(
    [side],
    (single) => {
      const leaves = flattenArguments<NDArray>(jacrev(single!)(floats))[0];
      return side.outs.leaves.map((_, i) => leaves.slice(i * floats.length, (i + 1) * floats.length));
    },
    (i) => side.batch!.outputs[i]!,
  );
}

/** One kernel for each output leaf of `f`. */
export function jacobianContraction(fn: string, problem: Problem, axes: NtkSettings): unknown {
  const { first, second } = problem;
  const rows1 = jacobians(first);
  const rows2 = second === first ? rows1 : jacobians(second);
  return perOutput(problem, (i) => contractJacobians(fn, problem, i, [rows1[i]!, rows2[i]!], axes));
}

/** The sum over parameters of the products of the Jacobians `[...f(x1), ...p]` and `[...f(x2), ...p]`. */
function contractJacobians(
  fn: string,
  { parameters, first, second }: Problem,
  output: number,
  rows: readonly [readonly NDArray[], readonly NDArray[]],
  axes: NtkSettings,
): NDArray {
  const { shape: shape1, dtype: outDtype } = first.outs.leaves[output]!;
  const paired = pairAxes(fn, shape1, second.outs.leaves[output]!.shape, axes);
  const labels = kernelLabels(shape1, second.outs.leaves[output]!.shape, paired);
  const dtype = parameters.kernelDtype(outDtype);
  const terms = rows[0].map((j1, i) => {
    const parameter = j1.shape.slice(shape1.length);
    const own = parameter.map((_, k) => labels.sizes.length + k);
    const [x, y] = [j1, rows[1][i]!].map((j) => convertElementType(j, dtype)) as [NDArray, NDArray];
    return contract(x, y, {
      lhs: [...labels.first, ...own],
      rhs: [...labels.second, ...own],
      out: labels.out,
      sizes: [...labels.sizes, ...parameter],
      windows: [],
    });
  });
  if (terms.length === 0) return full(kernelShape(labels), 0, dtype);
  return meanOfTraced(terms.reduce(addArrays), shape1, paired);
}
