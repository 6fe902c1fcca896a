// Regression with uncertainty, from the kernels of a wide network: what a Bayesian network believes after seeing a few
// points (NNGP), and what an ensemble of networks says that gradient descent trained (NTK).

import { array, type NDArray, numpy as np, nt, predict, random, stax } from "cotangent";
import { BLUE, expect, GREY, ORANGE, type Panel, saveChart } from "./support/chart.ts";

const curve = (x: NDArray) => np.sin(x.mul(1.6)).add(x.mul(0.2));
const x = array([-2.7, -1.9, -1.5, -0.2, 0.3, 1.9, 2.6], { shape: [7, 1] });
const y = curve(x);
const grid = np.linspace(-3, 3, 121).reshape([121, 1]);

// The hidden layers, and the network: a linear function of their 2048 activations. Given those, the outputs of a random
// last layer have exactly the covariance `W_STD^2 h(x1) h(x2)^T / 2048`, which is the mean that the NNGP of `hidden` takes.
const W_STD = 1.5;
const hidden = stax.serial(stax.Dense(2048), stax.Rbf(0.4), stax.Dense(2048, W_STD), stax.Erf());
const [initFn, f] = stax.serial(hidden, stax.Dense(1, W_STD));
const [, params] = initFn(random.key(0), x.shape);
const nngpFn = nt.empiricalNngpFn(hidden[1]);
const ntkFn = nt.empiricalNtkFn(f, { vmapAxes: 0, implementation: nt.NtkImplementation.STRUCTURED_DERIVATIVES });
// The rest is small, and delicate: in float64.
const wide = (values: unknown) => (values as NDArray).astype("float64");
const kernels = (x1: NDArray, x2: NDArray | null) => ({
  nngp: wide(nngpFn(x1, x2, (params as [stax.Params, stax.Params])[0])).mul(W_STD ** 2),
  ntk: wide(ntkFn(x1, x2, params)),
});
const trainTrain = kernels(x, null);
const testTrain = kernels(grid, x);
const testTest = kernels(grid, null);

const predictFn = predict.gpInference(trainTrain, y, { diagReg: 1e-4 });
const posterior = predictFn(null, testTrain, testTest);
const fitted = predictFn(null, trainTrain, trainTrain);

const list = (values: NDArray): number[] => Array.from(values.dataSync());
const deviations = (covariance: NDArray) => np.sqrt(np.maximum(np.diagonal(covariance), 0));

function panel(name: "nngp" | "ntk", title: string, colour: string): Panel {
  const mean = posterior[name].mean.ravel();
  const band = deviations(posterior[name].covariance).mul(2);
  const places = list(grid);
  return {
    title,
    x: { label: "input", range: [-3, 3] },
    y: { label: "output", range: [-2, 2] },
    series: [
      {
        kind: "band",
        name: "± 2 deviations",
        x: places,
        low: list(mean.sub(band)),
        high: list(mean.add(band)),
        colour,
      },
      { kind: "line", name: "mean", x: places, y: list(mean), colour },
      { kind: "line", name: "truth", x: places, y: list(curve(grid)), colour: GREY, dashed: true, width: 1.2 },
      { kind: "points", name: "data", x: list(x), y: list(y), colour: "#222" },
    ],
  };
}

saveChart("kernel-regression", "Regression with the kernels of a wide network", [
  panel("nngp", "Bayesian network (NNGP)", BLUE),
  panel("ntk", "Ensemble trained by gradient descent (NTK)", ORANGE),
]);

for (const name of ["nngp", "ntk"] as const) {
  const deviation = deviations(posterior[name].covariance);
  const away = np.abs(curve(grid).ravel().sub(posterior[name].mean.ravel()));
  const missed = np.max(np.abs(fitted[name].mean.sub(y))).item();
  const sure = np.max(deviations(fitted[name].covariance)).item();
  const unsure = np.max(deviation).item();
  const covered = np.mean(away.less(deviation.mul(2).add(0.01)).astype("float64")).item();
  expect(missed < 0.02, `${name}: the mean goes through the data, to ${missed.toFixed(4)}`);
  expect(
    sure < unsure / 10,
    `${name}: the deviation is ${sure.toFixed(3)} at the data and up to ${unsure.toFixed(2)} away`,
  );
  expect(covered > 0.9, `${name}: two deviations cover ${(100 * covered).toFixed(0)} % of the truth`);
}
