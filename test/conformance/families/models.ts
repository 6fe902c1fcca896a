/** Models written with the library's operations, with given parameters. */
import type { NDArray } from "cotangent";
import type { Precision } from "../compare.ts";
import { type Data, toArray } from "../data.ts";
import { METHODS, ntkFn } from "../implementations.ts";
import { MODELS, type ModelParams } from "../models.ts";
import { type Report, Unavailable } from "../report.ts";
import { differenceInTree } from "./kernels.ts";

type Nested = { [name: string]: Nested | NDArray };

function set(root: Nested, path: readonly string[], leaf: NDArray): void {
  const [first, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) root[first] = leaf;
  else {
    root[first] ??= {};
    set(root[first] as Nested, rest, leaf);
  }
}

/** The tensors `params/a/b/c` as nested objects. */
function paramsOf(data: Data, precision: Precision): ModelParams {
  const root: Nested = {};
  for (const [name, tensor] of data.tensors) {
    if (name.startsWith("params/")) set(root, name.split("/").slice(1), toArray(tensor, precision));
  }
  return root as unknown as ModelParams;
}

/** `model` is the file's name without `model_`. */
export function runModel(model: string, data: Data, report: Report): void {
  const f = (params: ModelParams, x: NDArray): NDArray => {
    const known = Object.hasOwn(MODELS, model) ? MODELS[model] : undefined;
    if (known === undefined) throw new Unavailable(`the runner has no model named ${model}`);
    return known(params, x);
  };
  for (const precision of ["float64", "float32"] as const) {
    const get = (name: string) => toArray(data.get(name), precision);
    report.check(`${model} f_x1 ${precision}`, () =>
      differenceInTree(f(paramsOf(data, precision), get("x1")), data, "f_x1", precision),
    );
    const kernels = [...data.tensors.keys()].filter((name) => name.startsWith("ntk_"));
    for (const name of kernels) {
      const [traced, same] = [name.endsWith("traced"), name.startsWith("ntk_same")];
      for (const method of METHODS) {
        report.check(`${model} ${name} ${precision} ${method.name}`, () => {
          const options = { ...method.options, traceAxes: traced ? [-1] : [], vmapAxes: 0 };
          const kernel = ntkFn(f, options)(get("x1"), same ? null : get("x2"), paramsOf(data, precision));
          return differenceInTree(kernel, data, name, precision);
        });
      }
    }
  }
}
