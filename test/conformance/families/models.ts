/** Models written with the library's operations, with given parameters. */
import { type NDArray, nt } from "cotangent";
import { PRECISIONS, type Precision } from "../compare.ts";
import { type Data, toArray } from "../data.ts";
import { METHODS, type Variant } from "../implementations.ts";
import { MODELS, type Model, type ModelParams } from "../models.ts";
import { type Finding, type Report, Unavailable, type Way } from "../report.ts";
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
  for (const name of data.names.filter((key) => key.startsWith("params/"))) {
    set(root, name.split("/").slice(1), toArray(data.get(name), precision));
  }
  return root as unknown as ModelParams;
}

function modelNamed(model: string) {
  const known = Object.hasOwn(MODELS, model) ? MODELS[model] : undefined;
  if (known === undefined) throw new Unavailable(`the runner has no model named ${model}`);
  return known;
}

/** `model` is the file's name without `model_`. */
export function runModel(model: string, data: Data, report: Report): void {
  const value = (precision: Precision) => {
    const out = modelNamed(model)(paramsOf(data, precision), toArray(data.get("x1"), precision));
    return differenceInTree(out, data, "f_x1", precision);
  };
  report.check(
    `${model} f_x1`,
    PRECISIONS.map((precision) => [precision, () => value(precision)]),
  );
  for (const name of data.names.filter((key) => key.startsWith("ntk_"))) {
    const ways = PRECISIONS.flatMap((precision) =>
      METHODS.map((method): Way => {
        return [`${precision} ${method.name}`, () => checkKernel(modelNamed(model), data, name, precision, method)];
      }),
    );
    report.checkMethods(`${model} ${name}`, ways);
  }
}

function checkKernel(f: Model, data: Data, name: string, precision: Precision, method: Variant): Finding {
  const traceAxes = name.endsWith("traced") ? [-1] : [];
  const x = (i: number) => toArray(data.get(`x${i}`), precision);
  const kernelFn = nt.empiricalNtkFn(f, { ...method.options, traceAxes, vmapAxes: 0 });
  const kernel = kernelFn(x(1), name.startsWith("ntk_same") ? null : x(2), paramsOf(data, precision));
  return differenceInTree(kernel, data, name, precision);
}
