// The spectrum of a network's NTK while it trains: a narrow network changes its kernel, which grows and turns towards
// the targets; that is what a linearized network cannot do.

import { grad, jit, type NDArray, numpy as np, nt, random, stax, tree } from "cotangent";
import { BLUE, expect, GREEN, GREY, ORANGE, PINK, saveChart } from "./support/chart.ts";

// 64 examples of six random numbers; the target is the sign of the first, which the network has to find out.
const COUNT = 64;
const x = random.normal(random.key(8), [COUNT, 6]);
const y = np.sign(x.at(":", ":1"));

const [initFn, f] = stax.serial(
  stax.Dense(32, 1.2, 0.3),
  stax.Erf(),
  stax.Dense(32, 1.2, 0.3),
  stax.Erf(),
  stax.Dense(1, 0.1),
);
const [, start] = initFn(random.key(3), x.shape);
type Params = typeof start;

const loss = (params: Params) => np.mean(np.square(f(params, x).sub(y))).div(2);
const step = jit((params: Params) => {
  const slopes = grad(loss)(params) as Params;
  return tree.map((p: NDArray, slope: NDArray) => p.sub(slope.mul(10)), params, slopes) as Params;
});
const ntkFn = nt.empiricalNtkFn(f, { vmapAxes: 0 });

/** The cosine of the angle between the kernel and that of the targets, y y^T. */
function alignment(kernel: NDArray): number {
  const along = np.sum(y.T.matmul(kernel).matmul(y)).item() / y.size;
  return along / Math.sqrt(np.sum(np.square(kernel)).item());
}

const STEPS = 1500;
const snapshots = [0, 50, 200, STEPS];
const [steps, losses, alignments]: [number[], number[], number[]] = [[], [], []];
const spectra: number[][] = [];
const traces: number[] = [];
let params = start;
for (let t = 0; t <= STEPS; t++) {
  if (t % 25 === 0) {
    const kernel = ntkFn(x, null, params);
    steps.push(t);
    losses.push(loss(params).item());
    alignments.push(alignment(kernel));
    if (snapshots.includes(t)) {
      const exact = kernel.astype("float64");
      spectra.push(Array.from(np.linalg.eigvalsh(exact).dataSync()).reverse());
      traces.push(np.trace(exact).item());
    }
  }
  params = step(params);
}

const colours = [GREY, BLUE, GREEN, ORANGE];
saveChart("spectrum", "The NTK of a narrow network while it trains", [
  {
    title: "Eigenvalues",
    x: { label: "rank", log: true },
    y: { label: "eigenvalue", log: true },
    series: spectra.map((values, i) => {
      // What is left of float32 rounding, around 0, has no place on a logarithmic axis.
      const shown = values.filter((value) => value > 1e-6 * (values[0] as number));
      return {
        kind: "line",
        name: `step ${snapshots[i]}`,
        x: shown.map((_, rank) => rank + 1),
        y: shown,
        colour: colours[i] as string,
      };
    }),
  },
  {
    title: "Alignment with the targets",
    x: { label: "step of gradient descent" },
    y: { label: "cosine, or loss", range: [0, 1] },
    series: [
      { kind: "line", name: "cosine of kernel and targets", x: steps, y: alignments, colour: PINK },
      { kind: "line", name: "loss", x: steps, y: losses, colour: GREY, dashed: true },
    ],
  },
]);

const [first, last] = [spectra[0] as number[], spectra.at(-1) as number[]];
spectra.forEach((values, i) => {
  const sum = values.reduce((a, b) => a + b);
  const off = Math.abs(sum / (traces[i] as number) - 1);
  const smallest = values.at(-1) as number;
  expect(
    off < 1e-10 && smallest > -1e-5 * (values[0] as number),
    `step ${snapshots[i]}: no eigenvalue below 0; they sum up to the trace`,
  );
});
expect((last[0] as number) > 2 * (first[0] as number), "the largest eigenvalue more than doubles");
expect(
  (alignments.at(-1) as number) > 1.5 * (alignments[0] as number),
  "the kernel turns towards the targets: the cosine grows by more than half",
);
expect((losses.at(-1) as number) < 0.1 * (losses[0] as number), "the network learns the targets");
