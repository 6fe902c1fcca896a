/**
 * The NTK as the product of two Jacobians, each computed by reverse mode. The products are formed parameter by parameter,
 * and the compiler orders the program by demand, so that one parameter's Jacobians are gone before the next ones exist.
 */
import type { NDArray } from "../../ir/ndarray.ts";
import { convertElementType } from "../../lax/convert.ts";
import { full } from "../../lax/create.ts";
import { addArrays } from "../../lax/elementwise.ts";
import { contract } from "../../lax/products/contract.ts";
import { moveAxis } from "../../lax/shape.ts";
import { jacobiansOf } from "../structure/contributions.ts";
import { kernelLabels, kernelShape, meanOfTraced, pairAxes } from "../task/axes.ts";
import { type NtkSettings, type Problem, perOutput, type Side } from "../task/problem.ts";

/** By the parameters that one output leaf depends on: arrays of shape `[...output, ...parameter]`. */
type Jacobians = ReadonlyMap<number, NDArray>;

/** The Jacobians of every output leaf. */
const jacobians = (fn: string, side: Side): Jacobians[] =>
  jacobiansOf(fn, side).map((list, i) => {
    const placed = (x: NDArray): NDArray => (side.batch === null ? x : moveAxis(x, 0, side.batch.outputs[i]!));
    return new Map(list.map(({ parameter, cotangent }) => [parameter, placed(cotangent)]));
  });

/** One kernel for each output leaf of `f`. */
export function jacobianContraction(fn: string, problem: Problem, axes: NtkSettings): unknown {
  const { first, second } = problem;
  const rows1 = jacobians(fn, first);
  const rows2 = second === first ? rows1 : jacobians(fn, second);
  return perOutput(problem, (i) => contractJacobians(fn, problem, i, [rows1[i]!, rows2[i]!], axes));
}

/** The sum over parameters of the products of the Jacobians `[...f(x1), ...p]` and `[...f(x2), ...p]`. */
function contractJacobians(
  fn: string,
  { parameters, first, second }: Problem,
  output: number,
  [rows1, rows2]: readonly [Jacobians, Jacobians],
  axes: NtkSettings,
): NDArray {
  const { shape: shape1, dtype: outDtype } = first.outs.leaves[output]!;
  const paired = pairAxes(fn, shape1, second.outs.leaves[output]!.shape, axes);
  const labels = kernelLabels(shape1, second.outs.leaves[output]!.shape, paired);
  const dtype = parameters.kernelDtype(outDtype);
  const terms = [...rows1].flatMap(([i, j1]): NDArray[] => {
    const j2 = rows2.get(i);
    if (!j2) return [];
    const parameter = j1.shape.slice(shape1.length);
    const own = parameter.map((_, k) => labels.sizes.length + k);
    const [x, y] = [j1, j2].map((j) => convertElementType(j, dtype)) as [NDArray, NDArray];
    const [lhs, rhs] = [
      [...labels.first, ...own],
      [...labels.second, ...own],
    ];
    return [contract(x, y, { lhs, rhs, out: labels.out, sizes: [...labels.sizes, ...parameter], windows: [] })];
  });
  if (terms.length === 0) return full(kernelShape(labels), 0, dtype);
  return meanOfTraced(terms.reduce(addArrays), shape1, paired);
}
