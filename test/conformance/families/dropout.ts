/** A network with dropout, whose key is split between the two inputs by `nt`. Everything is float32. */
import { type NDArray, nt, random } from "cotangent";
import { arrived, difference, TOLERANCE } from "../compare.ts";
import { type Data, toArray } from "../data.ts";
import { METHODS } from "../implementations.ts";
import { type Layer, layer, serial } from "../layers.ts";
import type { Report } from "../report.ts";
import { arrays, shapes } from "../trees.ts";

/** The second key of `ntk_pair`. */
const SECOND_SEED = 12;

/** What each kernel's second input and `rng` are. */
const KERNELS: Readonly<Record<string, { readonly x2: "x1" | "x2" | null; readonly pair?: boolean }>> = {
  ntk_same: { x2: null },
  ntk_x1x1: { x2: "x1" },
  ntk_other: { x2: "x2" },
  ntk_pair: { x2: "x2", pair: true },
};

function network(data: Data): Layer {
  const [first, second] = shapes(data, "params").map((shape) => shape.at(-1));
  return serial(layer("Dense", first), layer("Relu"), layer("Dropout", 0.5, "train"), layer("Dense", second));
}

function params(data: Data): unknown {
  const [first, second] = arrays(data, "params", "float32");
  return [[first, null], [], [], [second, null]];
}

const get = (data: Data, name: string): NDArray => toArray(data.get(name), "float32");

export function runDropout(data: Data, report: Report): void {
  const compare = async (actual: unknown, name: string) => {
    const result = actual as NDArray;
    await arrived([result]);
    return difference(result, data.get(name), TOLERANCE.float32, "float32");
  };
  report.checkOne("f_x1", () => {
    const [, f] = network(data);
    return compare(f(params(data), get(data, "x1"), { rng: get(data, "rng") }), "f_x1");
  });
  for (const [name, { x2, pair }] of Object.entries(KERNELS)) {
    if (!data.has(name)) continue;
    const compute = (options: object) => {
      const key = get(data, "rng");
      const kwargs = { rng: pair ? [key, random.key(SECOND_SEED)] : key };
      const kernelFn = nt.empiricalNtkFn(network(data)[1], options);
      return compare(kernelFn(get(data, "x1"), x2 && get(data, x2), params(data), kwargs), name);
    };
    report.checkMethods(
      name,
      METHODS.map((method) => [method.name, () => compute(method.options)]),
    );
  }
}
