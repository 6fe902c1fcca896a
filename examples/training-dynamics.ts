// A wide network trained by gradient descent behaves like its linearization: the closed form with the NTK at the start
// predicts every output at every step, the better the wider the network.

import { array, grad, jit, type NDArray, numpy as np, nt, predict, random, stax, tree } from "cotangent";
import { BLUE, expect, GREEN, ORANGE, type Panel, PINK, type Series, saveChart } from "./support/chart.ts";

// Six points of the unit circle with their targets, and one between two of them to test with.
const onCircle = (angles: NDArray) => np.stack([np.cos(angles), np.sin(angles)], { axis: 1 });
const x = onCircle(np.linspace(-2.5, 2.5, 6));
const y = array([1, -0.5, 0.5, -1, 0, 0.8], { shape: [6, 1] });
const xTest = onCircle(array([0.9]));

const STEPS = 900;
/** Steps to look at, ever further apart. */
const times = [...new Set(Array.from({ length: 26 }, (_, i) => Math.round(STEPS ** (i / 25)) - 1))];

/** Trains a network of a given width, and predicts the same training from its kernel at the start. */
function run(width: number) {
  const [initFn, network] = stax.serial(
    stax.Dense(width, 2, 0.1),
    stax.Erf(),
    stax.Dense(width, 2, 0.1),
    stax.Erf(),
    stax.Dense(1),
  );
  const [, start] = initFn(random.key(2), x.shape);
  type Params = typeof start;
  // Less its initial outputs, so that networks of all widths start from the same function, 0.
  const f = (params: Params, inputs: NDArray) => network(params, inputs).sub(network(start, inputs));

  const ntkFn = nt.empiricalNtkFn(f, { vmapAxes: 0, implementation: nt.NtkImplementation.STRUCTURED_DERIVATIVES });
  const kernel = ntkFn(x, null, start);
  const across = ntkFn(xTest, x, start);
  const largest = np.linalg.eigvalsh(kernel).at(-1).item();
  const learningRate = (0.05 * y.size) / largest;

  // The real training.
  const loss = (params: Params) => np.mean(np.square(f(params, x).sub(y))).div(2);
  const step = jit((params: Params) => {
    const slopes = grad(loss)(params) as Params;
    return tree.map((p: NDArray, slope: NDArray) => p.sub(slope.mul(learningRate)), params, slopes) as Params;
  });
  const outputs: NDArray[] = [];
  let params = start;
  for (let t = 0; t < STEPS; t++) {
    if (times.includes(t)) outputs.push(np.concatenate([f(params, x), f(params, xTest)]));
    params = step(params);
  }

  // The same in closed form.
  const predictFn = predict.gradientDescentMse(kernel, y, { learningRate });
  const predicted = np.concatenate(predictFn(np.array(times), f(start, x), f(start, xTest), across), { axis: 1 });
  const real = np.stack(outputs);
  const error = np.max(np.abs(real.sub(predicted))).item();
  return { width, real, predicted, error };
}

function panel({ width, real, predicted, error }: ReturnType<typeof run>): Panel {
  const colours = [BLUE, ORANGE, GREEN, PINK];
  const points = ["point 1", "2", "4", "between"];
  // A logarithmic axis has no 0: the start stands at 0.5.
  const steps = times.map((t) => Math.max(t, 0.5));
  const series = [0, 1, 3, 6].flatMap((example, i): Series[] => {
    const colour = colours[i] as string;
    const of = (values: NDArray) => Array.from(values.at(":", example, 0).dataSync());
    const predictions = i === 3 ? { name: "predicted" } : {};
    return [
      { name: points[i] as string, kind: "line", x: steps, y: of(real), colour },
      { ...predictions, kind: "points", x: steps, y: of(predicted), colour, hollow: true, radius: 2.6 },
    ];
  });
  return {
    title: `Width ${width}: the largest difference is ${error.toFixed(error < 0.1 ? 3 : 2)}`,
    x: { label: "step of gradient descent (the start at the left)", log: true },
    y: { label: "output", range: [-1.2, 1.2] },
    series,
  };
}

const results = [16, 128, 512].map(run);
saveChart(
  "training-dynamics",
  "Outputs of networks during training, and as their first kernels predict them",
  results.map(panel),
);

const errors = results.map(({ error }) => error);
console.log(`largest differences: ${errors.map((e) => e.toFixed(4)).join(", ")}`);
expect((errors[2] as number) < 0.05, "the widest network stays within 0.05 of the prediction");
expect((errors[2] as number) < (errors[0] as number) / 4, "it is at least 4 times closer than the narrowest");
