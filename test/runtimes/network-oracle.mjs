// What the page `network` should show, by plain loops in float64: of the library it takes draws and first parameters, whose
// bits other tests compare with JAX's; networks, gradients, kernels, eigenvectors and training are its own.

import { random, stax } from "cotangent";

const NOISE = 0.1;
const TESTS = 64;
const [W_STD, B_STD] = [1.5, 0.5];
const STEP = 0.2;

const activations = {
  Sin: [Math.sin, Math.cos],
  Relu: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
};

const listOf = (x) => Array.from(x.dataSync());
const range = (count, at) => Array.from({ length: count }, (_, i) => at(i));
const linspace = (low, high, count) => range(count, (i) => low + ((high - low) * i) / (count - 1));
const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;

function curve(key, count) {
  const keys = random.split(key, 2);
  const noise = listOf(random.normal(keys.at(1), [count]));
  return listOf(random.uniform(keys.at(0), [count]))
    .sort((a, b) => a - b)
    .map((u, i) => {
      const x = u < 0.5 ? 2.8 * u - 2 : 2.8 * u - 0.8;
      return { x: [x], y: Math.sin(2.2 * x) + 0.3 * x + NOISE * noise[i] };
    });
}

function moons(key, count) {
  const first = Math.ceil(count / 2);
  const noise = listOf(random.normal(key, [count, 2]));
  const upper = linspace(0, Math.PI, first).map((t) => ({ x: [Math.cos(t) - 0.5, Math.sin(t) - 0.25], y: 1 }));
  const lower = linspace(0, Math.PI, count - first).map((t) => ({ x: [0.5 - Math.cos(t), 0.25 - Math.sin(t)], y: -1 }));
  return [...upper, ...lower].map(({ x, y }, i) => ({ x: x.map((value, j) => value + 0.12 * noise[2 * i + j]), y }));
}

function placesOf(data) {
  if (data === "curve") return linspace(-2.6, 2.6, 121).map((x) => [x]);
  return linspace(-1.6, 1.6, 24).flatMap((y) => linspace(-2, 2, 24).map((x) => [x, y]));
}

/** Layers `{ weights, biases }`, of lists, scaled as they are used. */
function firstLayers(question, key, inputs) {
  const dense = (size) => stax.Dense(size, W_STD, B_STD);
  const hidden = range(question.depth, () => [dense(question.width), stax[question.activation]()]).flat();
  const [initFn] = stax.serial(...hidden, dense(1));
  return initFn(key, [-1, inputs])[1]
    .filter((params) => params.length === 2)
    .map(([w, b]) => ({ weights: w.toArray(), biases: listOf(b) }));
}

/** The output for an input, and its derivatives by all parameters, in the layers' order. */
function outputAndGradient(layers, x, [act, slope]) {
  const seen = [];
  let values = x;
  for (const [k, { weights, biases }] of layers.entries()) {
    const scale = W_STD / Math.sqrt(values.length);
    const before = biases.map(
      (b, j) =>
        B_STD * b +
        scale *
          dot(
            values,
            weights.map((row) => row[j]),
          ),
    );
    seen.push({ values, before, scale });
    values = k + 1 < layers.length ? before.map(act) : before;
  }
  const gradient = [];
  let back = [1];
  for (const [k, { weights }] of [...layers.entries()].reverse()) {
    const { values: into, scale } = seen[k];
    gradient.unshift({
      weights: into.map((value) => back.map((d) => scale * value * d)),
      biases: back.map((d) => B_STD * d),
    });
    const below = back;
    if (k > 0) back = weights.map((row, i) => scale * dot(row, below) * slope(seen[k - 1].before[i]));
  }
  return { output: values[0], gradient };
}

const flat = (layers) => layers.flatMap(({ weights, biases }) => [...weights.flat(), ...biases]);

/** Eigenvalues and eigenvectors (as rows) of a symmetric matrix, by Jacobi's rotations; the largest first. */
function eigenvectors(matrix) {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = range(n, (i) => range(n, (j) => Number(i === j)));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const rotate = (x, y) => [c * x - t * c * y, t * c * x + c * y];
        for (const row of a) [row[p], row[q]] = rotate(row[p], row[q]);
        for (let j = 0; j < n; j++) [a[p][j], a[q][j]] = rotate(a[p][j], a[q][j]);
        for (let j = 0; j < n; j++) [v[p][j], v[q][j]] = rotate(v[p][j], v[q][j]);
      }
    }
  }
  return range(n, (i) => ({ value: a[i][i], vector: v[i] })).sort((x, y) => y.value - x.value);
}

/** The column `sum g(k) v (v . b)` over eigenvalues k and eigenvectors v. */
function applied(system, g, b) {
  const parts = system.map(({ value, vector }) => ({ vector, part: g(value) * dot(vector, b) }));
  return b.map((_, i) => parts.reduce((sum, { vector, part }) => sum + part * vector[i], 0));
}

/** Full-batch gradient descent; `look` sees the layers after each step. */
function descend(layers, examples, rate, steps, act, look) {
  for (let t = 1; t <= steps; t++) {
    const parts = examples.map(({ x, y }) => {
      const { output, gradient } = outputAndGradient(layers, x, act);
      return { error: output - y, gradient };
    });
    const factor = -rate / examples.length;
    const moved = (at) => factor * parts.reduce((sum, { error, gradient }) => sum + error * at(gradient), 0);
    layers = layers.map(({ weights, biases }, k) => ({
      weights: weights.map((row, i) => row.map((w, j) => w + moved((g) => g[k].weights[i][j]))),
      biases: biases.map((b, j) => b + moved((g) => g[k].biases[j])),
    }));
    look(t, layers);
  }
  return layers;
}

/** Everything that the page's tables show for a question. */
export function expectedOf(question) {
  const act = activations[question.activation];
  const keys = random.split(random.key(question.seed), 2);
  const dataKeys = random.split(keys.at(0), 2);
  const make = question.data === "curve" ? curve : moons;
  const [train, test] = [make(dataKeys.at(0), question.examples), make(dataKeys.at(1), TESTS)];
  const places = placesOf(question.data);
  const layers = firstLayers(question, keys.at(1), places[0].length);

  const look = (x) => {
    const { output, gradient } = outputAndGradient(layers, x, act);
    return { output, gradient: flat(gradient) };
  };
  const [own, tests, drawn] = [train.map(({ x }) => x), test.map(({ x }) => x), places].map((list) => list.map(look));
  const kernel = own.map((a) => own.map((b) => dot(a.gradient, b.gradient)));
  const across = (list) => list.map((a) => own.map((b) => dot(a.gradient, b.gradient)));
  const [testTrain, placeTrain] = [across(tests), across(drawn)];
  const system = eigenvectors(kernel);
  const rate = (STEP * train.length) / system[0].value;

  // In closed form: exp(-k t) of the errors is left on the train examples.
  const errors = own.map(({ output }, i) => output - train[i].y);
  const at = (t) => {
    const time = (rate * t) / train.length;
    const change = applied(system, (k) => (k > 0 ? Math.expm1(-k * time) / k : -time), errors);
    const moved = (list, rows) => list.map(({ output }, i) => output + dot(rows[i], change));
    return { train: moved(own, kernel), test: moved(tests, testTrain), places: moved(drawn, placeTrain) };
  };
  const lossOf = (outputs, examples) => mean(outputs.map((f, i) => (f - examples[i].y) ** 2)) / 2;

  const losses = new Map();
  const outputs = (now, list) => list.map((x) => outputAndGradient(now, x, act).output);
  const trained = descend(layers, train, rate, question.steps, act, (t, now) => {
    const [network, predicted] = [
      {
        train: outputs(
          now,
          train.map(({ x }) => x),
        ),
        test: outputs(
          now,
          test.map(({ x }) => x),
        ),
      },
      at(t),
    ];
    losses.set(
      t,
      [network.train, predicted.train, network.test, predicted.test].map((f, i) => lossOf(f, i < 2 ? train : test)),
    );
  });

  // The posterior, in the same eigenvectors.
  const inverse = (b) => applied(system, (k) => 1 / (Math.max(k, 0) + NOISE ** 2), b);
  const weights = inverse(errors);
  return {
    parameters: flat(layers).length,
    rate,
    kernel,
    eigenvalues: system.map(({ value }) => value),
    losses,
    places,
    mean: drawn.map(({ output }, i) => output - dot(placeTrain[i], weights)),
    deviation: drawn.map(({ gradient }, i) =>
      Math.sqrt(dot(gradient, gradient) - dot(placeTrain[i], inverse(placeTrain[i]))),
    ),
    trained: outputs(trained, places),
    predicted: at(question.steps).places,
  };
}
