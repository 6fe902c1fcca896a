/** The kernels of many small functions, by every method, without traced or diagonal axes. */
import { type NDArray, nt, tree } from "cotangent";
import { PRECISIONS, type Precision } from "../compare.ts";
import { type Data, toArray } from "../data.ts";
import { FUNCTIONS } from "../functions.ts";
import { METHODS_AND_FLAGS } from "../implementations.ts";
import { type Report, Unavailable, type Way } from "../report.ts";
import { differenceInTree } from "./kernels.ts";

type Case = readonly [functionIndex: number, shape: number, leafCount: number];

interface Index {
  readonly functions: readonly string[];
  readonly shapes: Readonly<Record<string, unknown>>;
  readonly cases: readonly Case[];
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

/** The kernels of one function for one set of shapes, in one precision, by one method. */
function checkKernels(data: Data, [f, shape, leafCount]: Case, name: string, precision: Precision, options: object) {
  const { params, x1, x2 } = inputs(data, shape, precision);
  const expected = data.list(`out/${f}/${shape}`);
  if (expected.length !== leafCount) return `the data has ${expected.length} output leaves, the index ${leafCount}`;
  const kernelFn = nt.empiricalNtkFn(functionNamed(name), { traceAxes: [], ...options });
  const leaves = tree.leaves<NDArray>(kernelFn(x1, x2, params as [NDArray, NDArray, NDArray]));
  if (leaves.length !== leafCount) return `${leaves.length} output leaves, expected ${leafCount}`;
  return differenceInTree(leaves, data, `out/${f}/${shape}`, precision);
}

export function runFunctions(data: Data, report: Report): void {
  const { functions, shapes, cases } = data.index<Index>();
  for (const spec of cases) {
    const name = functions[spec[0]] as string;
    const ways = PRECISIONS.flatMap((precision) =>
      METHODS_AND_FLAGS.map((method): Way => {
        return [`${precision} ${method.name}`, () => checkKernels(data, spec, name, precision, method.options)];
      }),
    );
    report.checkMethods(`${name} shapes ${spec[1]}`, ways);
  }
  functions.forEach((name, f) => {
    if (!cases.some(([used]) => used === f)) report.skip(name, "no case has the function");
  });
  for (const shape of Object.keys(shapes)) {
    if (!cases.some(([, used]) => `${used}` === shape)) report.skip(`shapes ${shape}`, "no case has the shapes");
  }
}
