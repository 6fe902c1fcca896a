/** Two small sets of examples, made from a seed. */
import { type NDArray, numpy as np, random } from "cotangent";
import type { Question } from "./question.ts";

export interface Examples {
  /** (n, inputs) */
  readonly x: NDArray;
  /** (n, 1) */
  readonly y: NDArray;
}

export interface Data {
  readonly train: Examples;
  readonly test: Examples;
  /** Where to draw predictions, (m, inputs). */
  readonly places: NDArray;
}

/** The deviation of the noise on the curve's targets, which the posterior knows. */
export const NOISE = 0.1;

const TESTS = 64;

/** The moons' places lie on a grid of this side, between these ends. */
export const GRID = { side: 24, x: [-2, 2], y: [-1.6, 1.6] } as const;

const wide = (x: NDArray): NDArray => x.astype("float64");
const column = (x: NDArray): NDArray => x.reshape([-1, 1]);
const normal = (key: NDArray, shape: number[]): NDArray => wide(random.normal(key, shape));

/** A wave with noise, in order, and without examples in the middle. */
function curve(key: NDArray, count: number): Examples {
  const keys = random.split(key, 2);
  const u = np.sort(wide(random.uniform(keys.at(0), [count])));
  const x = np.where(u.less(0.5), u.mul(2.8).sub(2), u.mul(2.8).sub(0.8));
  const y = np
    .sin(x.mul(2.2))
    .add(x.mul(0.3))
    .add(normal(keys.at(1), [count]).mul(NOISE));
  return { x: column(x), y: column(y) };
}

/** Two half circles, one into the other, whose points are 1 and -1; each from its beginning to its end. */
function moons(key: NDArray, count: number): Examples {
  const first = Math.ceil(count / 2);
  const angles = (n: number) => np.linspace(0, Math.PI, n, { dtype: "float64" });
  const [upper, lower] = [angles(first), angles(count - first)];
  const across = np.concatenate([np.cos(upper), np.negative(np.cos(lower)).add(1)]);
  const up = np.concatenate([np.sin(upper), np.negative(np.sin(lower)).add(0.5)]);
  const clean = np.stack([across.sub(0.5), up.sub(0.25)], { axis: 1 });
  const y = np.concatenate([
    np.ones([first], { dtype: "float64" }),
    np.full([count - first], -1, { dtype: "float64" }),
  ]);
  return { x: clean.add(normal(key, [count, 2]).mul(0.12)), y: column(y) };
}

function grid(): NDArray {
  const [across, up] = [GRID.x, GRID.y].map(([low, high]) =>
    np.linspace(low, high, GRID.side, { dtype: "float64" }),
  ) as [NDArray, NDArray];
  // Row by row from below.
  return np.stack([np.tile(across, GRID.side), np.repeat(up, GRID.side)], { axis: 1 });
}

export function makeData({ data, examples }: Question, key: NDArray): Data {
  const [make, places] =
    data === "curve" ? [curve, column(np.linspace(-2.6, 2.6, 121, { dtype: "float64" }))] : [moons, grid()];
  const keys = random.split(key, 2);
  return { train: make(keys.at(0), examples), test: make(keys.at(1), TESTS), places };
}
