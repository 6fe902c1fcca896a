/** Keys and draws: bits and integers exact, floats to 2 units in the last place. */
import { lax, type NDArray, numpy as np } from "cotangent";
import { arrived, differenceInUlps } from "../compare.ts";
import type { Data } from "../data.ts";
import { lookup } from "../library.ts";
import { type Report, Unavailable } from "../report.ts";
import type { Tensor } from "../safetensors.ts";

type Draw = (key: NDArray, { shape }: Tensor, number: number) => NDArray;

const random = (name: string) => lookup(`random.${name}`);
const probabilities = (): NDArray => lax.convertElementType(np.array([0.1, 0.2, 0.7]), "float32");

/** What the tensors hold by the letters that their names begin with; a number may follow. */
const DRAWS: Readonly<Record<string, Draw>> = {
  key: (key) => key,
  split: (key, _, num) => random("split")(key, num),
  foldin: (key, _, data) => random("foldIn")(key, data),
  bits: (key, { shape }) => random("bits")(key, shape),
  uniform: (key, { shape }) => random("uniform")(key, shape),
  normal: (key, { shape }) => random("normal")(key, shape),
  gumbel: (key, { shape }) => random("gumbel")(key, shape),
  bernoulli: (key, { shape }) => random("bernoulli")(key, 0.3, shape),
  randint: (key, { shape }) => random("randint")(key, shape, -3, 11),
  truncnormal: (key, { shape }) => random("truncatedNormal")(key, -2, 2, shape),
  permutation: (key, { shape }) => random("permutation")(key, shape[0]),
  categorical: (key, { shape }) => random("categorical")(key, np.log(probabilities()), { shape }),
};

/**
 * A Gumbel draw is -log(-log(u)): one unit in the last place of the inner logarithm, which processors round differently,
 * is 2^-23 of the outcome however small that is. A truncated normal is a function of a multiply-add, which JAX rounds once and a
 * device without float64 twice: 2^-24, which the inverse error function makes up to 9 times as much at the ends.
 */
function floorOf(kind: string, single: boolean): number {
  if (kind === "gumbel") return 1;
  return kind === "truncnormal" && single ? 4 : 0;
}

export function runRandom(data: Data, report: Report): void {
  for (const name of data.names) {
    report.checkOne(name, async () => {
      const expected = data.get(name);
      const [, kind = "", number, seed] = /^([a-z]+)(\d*)[^/]*\/(\d+)$/.exec(name) ?? [];
      const draw = Object.hasOwn(DRAWS, kind) ? DRAWS[kind] : undefined;
      if (draw === undefined) throw new Unavailable(`the runner has no draw named ${name.split("/")[0]}`);
      const drawn = draw(random("key")(Number(seed)), expected, Number(number));
      await arrived([drawn]);
      return differenceInUlps(drawn, expected, 2, floorOf(kind, report.lacks !== null));
    });
  }
}
