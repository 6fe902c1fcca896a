/** The kernels of many small functions, by every method, without traced or diagonal axes. */
import { type NDArray, tree } from "cotangent";
import { difference, type Precision, TOLERANCE } from "../compare.ts";
import { type Data, toArray } from "../data.ts";
import { FUNCTIONS } from "../functions.ts";
import { METHODS_AND_FLAGS, ntkFn } from "../implementations.ts";
import { type Report, Unavailable } from "../report.ts";

interface Index {
  readonly functions: readonly string[];
  readonly cases: readonly (readonly [functionIndex: number, shape: number, leaves: number])[];
}

function functionNamed(name: string) {
  const f = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (f === undefined) throw new Unavailable(`the runner has no function named ${name}`);
  return f;
}

/** The parameters and both inputs of a set of shapes. */
function inputs(data: Data, shape: number, precision: Precision) {
  const array = (name: string): NDArray => toArray(data.get(`in/${shape}/${name}`), precision);
  const params: NDArray[] = [];
  while (data.has(`in/${shape}/p${params.length}`)) params.push(array(`p${params.length}`));
  return { params, x1: array("x1"), x2: array("x2") };
}

export function runFunctions(data: Data, report: Report): void {
  const { functions, cases } = data.index<Index>();
  for (const [f, shape, leafCount] of cases) {
    for (const precision of ["float64", "float32"] as const) {
      for (const { name, options } of METHODS_AND_FLAGS) {
        report.check(`${functions[f]} shape ${shape} ${precision} ${name}`, () => {
          const { params, x1, x2 } = inputs(data, shape, precision);
          const kernelFn = ntkFn(functionNamed(functions[f] as string), { traceAxes: [], ...options });
          const leaves = tree.leaves<NDArray>(kernelFn(x1, x2, params));
          if (leaves.length !== leafCount) return `${leaves.length} output leaves, expected ${leafCount}`;
          return firstDifference(data, `out/${f}/${shape}`, leaves, precision);
        });
      }
    }
  }
}

function firstDifference(data: Data, prefix: string, leaves: readonly NDArray[], precision: Precision): string | null {
  for (const [i, leaf] of leaves.entries()) {
    const found = difference(leaf, data.get(`${prefix}/${i}`), TOLERANCE[precision], precision);
    if (found !== null) return `leaf ${i}: ${found}`;
  }
  return null;
}
