// Which training examples made the network say so? For the linearized network the answer is exact and cheap: one inverse
// gives what each prediction would be had any single example been left out. Here it is checked by leaving them out.

import { array, type NDArray, numpy as np, nt, predict, random, stax } from "cotangent";
import { BLUE, expect, ORANGE, saveChart } from "./support/chart.ts";

// Two half moons, with the targets 1 and -1; the sixth example has the wrong one.
const HALF = 12;
const turn = np.linspace(0, Math.PI, HALF);
const noise = random.normal(random.key(5), [2 * HALF, 2]).mul(0.08);
const upper = np.stack([np.cos(turn), np.sin(turn)], { axis: 1 });
const lower = np.stack([np.cos(turn).neg().add(1), np.sin(turn).neg().add(0.4)], { axis: 1 });
const x = np.concatenate([upper, lower]).add(noise);
const labels = Array.from({ length: 2 * HALF }, (_, i) => (i < HALF === (i !== 5) ? 1 : -1));
const y = array(labels, { shape: [2 * HALF, 1] });
const xTest = array([[0.2, 0.75]]);

const [initFn, f] = stax.serial(
  stax.Dense(512, 1.5, 0.3),
  stax.Erf(),
  stax.Dense(512, 1.5, 0.3),
  stax.Erf(),
  stax.Dense(1),
);
const [, params] = initFn(random.key(1), x.shape);

// float64, so that the check can be strict.
const wide = (values: unknown) => (values as NDArray).astype("float64");
const ntkFn = nt.empiricalNtkFn(f, { vmapAxes: 0 });
const kernel = wide(ntkFn(x, null, params));
const across = wide(ntkFn(xTest, x, params));
const [startTrain, startTest] = [wide(f(params, x)), wide(f(params, xTest))];
const decay = 0.03 * np.mean(np.diagonal(kernel)).item();
const regularization = { diagReg: decay, diagRegAbsoluteScale: true };

/** The prediction of the linearized network trained forever, with weight decay, on some of the examples. */
function trainedOn(examples: number[]): number {
  const of = (values: NDArray) => values.at(examples);
  const predictFn = predict.gradientDescentMse(kernel.at(examples).at(":", examples), of(y), regularization);
  return predictFn(null, of(startTrain), startTest, across.at(":", examples))[1].item();
}

// Leaving example i out moves the prediction by -c_i (M^-1 (y - f0))_i / (M^-1)_ii with c = k(test, train) M^-1.
const everyone = Array.from({ length: 2 * HALF }, (_, i) => i);
const inverse = np.linalg.inv(kernel.add(np.eye(2 * HALF, { dtype: "float64" }).mul(decay)));
const residual = inverse.matmul(wide(y).sub(startTrain)).ravel();
const influence = across.matmul(inverse).ravel().mul(residual).div(np.diagonal(inverse));

const prediction = trainedOn(everyone);
const retrained = everyone.map((left) => prediction - trainedOn(everyone.filter((i) => i !== left)));

const list = (values: NDArray): number[] => Array.from(values.dataSync());
const effect = list(influence);
const order = [...everyone].sort((a, b) => (effect[b] as number) - (effect[a] as number));
const largest = Math.max(...effect.map(Math.abs));
const [horizontal, vertical] = [list(x.at(":", 0)), list(x.at(":", 1))];
/** The examples with a target whose influence has a sign. */
const map = (target: number, sign: number, colour: string, name: string) => {
  const chosen = everyone.filter((i) => labels[i] === target && Math.sign(effect[i] as number) === sign);
  return {
    kind: "points" as const,
    name,
    colour,
    hollow: target < 0,
    x: chosen.map((i) => horizontal[i] as number),
    y: chosen.map((i) => vertical[i] as number),
    radius: chosen.map((i) => 2.5 + 13 * Math.sqrt(Math.abs(effect[i] as number) / largest)),
  };
};
const bars = (sign: number, colour: string, name: string) => ({
  kind: "bars" as const,
  name,
  colour,
  x: ranks,
  y: order.map((i) => Math.max(0, sign * (effect[i] as number)) * sign),
});
const ranks = order.map((_, rank) => rank + 1);

saveChart("influence", `What made the network say ${prediction.toFixed(2)} of one point`, [
  {
    title: "Examples with target 1 (full) and −1 (hollow), by influence",
    x: { label: "first input", range: [-1.5, 2.5] },
    y: { label: "second input", range: [-1.2, 1.6] },
    series: [
      map(1, 1, BLUE, "raise it"),
      map(1, -1, ORANGE, "lower it"),
      map(-1, 1, BLUE, "raise it"),
      map(-1, -1, ORANGE, "lower it"),
      {
        kind: "points",
        name: "the point",
        x: list(xTest.at(":", 0)),
        y: list(xTest.at(":", 1)),
        colour: "#111",
        radius: 4,
      },
    ],
  },
  {
    title: "What the prediction owes to each example",
    x: { label: "examples in the order of their influence", range: [0, 2 * HALF + 1] },
    y: { label: "influence" },
    series: [
      bars(1, BLUE, "raises it"),
      bars(-1, ORANGE, "lowers it"),
      {
        kind: "points",
        name: "by training without it",
        x: ranks,
        y: order.map((i) => retrained[i] as number),
        colour: "#111",
        hollow: true,
        radius: 3,
      },
    ],
  },
]);

const error = Math.max(...effect.map((e, i) => Math.abs(e - (retrained[i] as number))));
expect(error < 1e-8 * largest, `training again without each example gives the same, to ${error.toExponential(1)}`);
expect(order.at(-1) === 5, "the example with the wrong target pulls the prediction down most");
