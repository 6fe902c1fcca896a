/** What the worker computes: a network's kernel, what it predicts of training and after it, and the training itself. */
import { grad, jit, type NDArray, numpy as np, nt, predict, random, stax, tree } from "cotangent";
import { type Data, type Examples, makeData, NOISE } from "./data.ts";
import type { Answer, Losses } from "./messages.ts";
import type { ActivationName, Question } from "./question.ts";

/** Tells what is happening, while a fraction of the whole is done. */
export type Tell = (text: string, fraction: number) => void;

const layers: Readonly<Record<ActivationName, () => stax.Layer>> = {
  Erf: () => stax.Erf(),
  Relu: () => stax.Relu(),
  Gelu: () => stax.Gelu(),
  Sin: () => stax.Sin(),
};

/** Dense layers in the NTK parameterization, with one output. */
function makeNetwork({ depth, width, activation }: Question): stax.Layer {
  const dense = (size: number) => stax.Dense(size, 1.5, 0.5);
  const hidden = Array.from({ length: depth }, () => [dense(width), layers[activation]()]).flat();
  return stax.serial(...hidden, dense(1));
}

/** In batches of so many examples, the job tells often enough how far it is. */
const BATCH = 64;

/** The share of the work that kernels take, for the bar. */
const KERNELS = 0.3;
const PREDICTIONS = 0.35;

/** A step that gradient descent can take in the kernel's steepest direction, a fifth of the way to its minimum. */
const STEP = 0.2;

const RECORDS = 40;
const MILLISECONDS = 50;

/** Whole numbers from 1 to the last, in about equal ratios. */
function recordedSteps(last: number): number[] {
  const all = Array.from({ length: RECORDS }, (_, i) => Math.round(last ** (i / (RECORDS - 1))));
  return [...new Set(all)];
}

const numbers = async (x: NDArray): Promise<Float64Array<ArrayBuffer>> =>
  Float64Array.from((await x.data()) as Float64Array);

type Outputs = (params: stax.Params, x: NDArray) => NDArray;

/** Trains the network itself: its losses at the steps, and its parameters at the end. */
function train(f: Outputs, start: stax.Params, data: Data, learningRate: number, steps: readonly number[], tell: Tell) {
  const loss = (p: stax.Params, { x, y }: Examples) => np.mean(np.square(f(p, x).sub(y))).mul(0.5);
  const step = jit((p: stax.Params) => {
    const slopes = grad(loss)(p, data.train);
    return tree.map((value: NDArray, slope: NDArray) => value.sub(slope.mul(learningRate)), p, slopes) as stax.Params;
  });
  const losses = jit((p: stax.Params): [NDArray, NDArray] => [loss(p, data.train), loss(p, data.test)]);
  const last = steps.at(-1) ?? 0;
  const recorded: [NDArray, NDArray][] = [];
  let [params, told] = [start, performance.now()];
  for (let t = 1; t <= last; t++) {
    params = step(params);
    if (steps.includes(t)) recorded.push(losses(params));
    if (performance.now() - told < MILLISECONDS) continue;
    told = performance.now();
    tell(`Training the network: step ${t} of ${last} …`, PREDICTIONS + (1 - PREDICTIONS) * (t / last));
  }
  const [trainLosses, testLosses] = [0, 1].map((i) => np.stack(recorded.map((pair) => pair[i] as NDArray)));
  return { params, trainLosses: trainLosses as NDArray, testLosses: testLosses as NDArray };
}

async function asLosses(trainLosses: NDArray, testLosses: NDArray): Promise<Losses> {
  return { train: await numbers(trainLosses), test: await numbers(testLosses) };
}

/** Half of the mean square, for each step along the first axis. */
const lossesOf = (outputs: NDArray, y: NDArray): NDArray =>
  np.mean(np.square(outputs.sub(y)), { axis: [1, 2] }).mul(0.5);

export async function compute(question: Question, tell: Tell): Promise<Answer> {
  tell("Making the network and its data …", 0);
  const keys = random.split(random.key(question.seed), 2);
  const data = makeData(question, keys.at(0));
  const { train: examples, test, places } = data;
  const [initFn, f] = makeNetwork(question);
  const [, drawn] = initFn(keys.at(1), examples.x.shape);
  const params = tree.map((p: NDArray) => p.astype("float64"), drawn) as stax.Params;

  // One kernel of all inputs: the training examples first, then the test's, then the places.
  const [n, m] = [question.examples, test.x.shape[0] ?? 0];
  const all = np.concatenate([examples.x, test.x, places]);
  const kernelFn = nt.batch(nt.empiricalNtkFn(f, { vmapAxes: 0, implementation: "STRUCTURED_DERIVATIVES" }), {
    batchSize: BATCH,
    onProgress: (done, total) => tell(`The kernel: block ${done} of ${total} …`, (KERNELS * done) / total),
  });
  const kernel = kernelFn(all, null, params);
  const initial = f(params, all);
  const [trained, others] = [`0:${n}`, `${n}:`];
  const own = kernel.at(trained, trained);
  const across = kernel.at(others, trained);

  tell("Predicting from the kernel …", KERNELS);
  const eigenvalues = np.flip(np.linalg.eigvalsh(own));
  const learningRate = (STEP * n) / Number(eigenvalues.at(0).item());
  const steps = recordedSteps(question.steps);
  const dynamics = predict.gradientDescentMse(own, examples.y, { learningRate });
  const [onTrain, onOthers] = dynamics(np.array(steps), initial.at(trained), initial.at(others), across);
  // The linearized network with a normal prior over its parameters around the first ones, and noise on the targets.
  const posterior = predict.gpInference(own, examples.y.sub(initial.at(trained)), {
    diagReg: NOISE ** 2,
    diagRegAbsoluteScale: true,
  });
  const drawnFrom = `${n + m}:`;
  const belief = posterior("ntkgp", kernel.at(drawnFrom, trained), kernel.at(drawnFrom, drawnFrom));

  const result = train(f, params, data, learningRate, steps, tell);
  return {
    question,
    parameters: tree.leaves(params).reduce((sum: number, p) => sum + (p as NDArray).size, 0),
    learningRate,
    x: await numbers(examples.x),
    y: await numbers(examples.y),
    kernel: await numbers(own),
    eigenvalues: await numbers(eigenvalues),
    steps,
    byNetwork: await asLosses(result.trainLosses, result.testLosses),
    byKernel: await asLosses(lossesOf(onTrain, examples.y), lossesOf(onOthers.at(":", `0:${m}`), test.y)),
    places: await numbers(places),
    trained: await numbers(f(result.params, places)),
    predicted: await numbers(onOthers.at(-1, `${m}:`)),
    mean: await numbers(belief.mean.add(initial.at(drawnFrom))),
    deviation: await numbers(np.sqrt(np.maximum(np.diagonal(belief.covariance), 0))),
  };
}
