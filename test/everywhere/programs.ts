/** Programs whose results must have the same bits wherever they run: what computes them differs the most. */
import { grad, lax, type NDArray, nn, numpy as np, nt, random, stax, tree, vmap } from "cotangent";
import { METHODS } from "../conformance/implementations.ts";

/** A program computes arrays, all of which are compared. */
type Program = () => readonly NDArray[];

const DTYPES = ["float32", "float64"] as const;
type Float = (typeof DTYPES)[number];

/** By these instead of measured ones `AUTO` chooses the same method on every machine. */
const RATES = { contract: 8e9, map: 2e9, memory: 5e9 };

const draw = (seed: number, shape: readonly number[], dtype: Float): NDArray =>
  random.normal(random.key(seed), [...shape]).astype(dtype);

/** From `low` to `high` in steps that are the same everywhere. */
const grid = (low: number, high: number, dtype: Float): NDArray =>
  np
    .arange(0, 1001, 1)
    .astype(dtype)
    .mul((high - low) / 1000)
    .add(low);

const UNARY: Readonly<Record<string, readonly [f: (x: NDArray) => NDArray, low: number, high: number]>> = {
  sin: [np.sin, -50, 50],
  cos: [np.cos, -50, 50],
  tan: [np.tan, -20, 20],
  arcsin: [np.arcsin, -1, 1],
  arccos: [np.arccos, -1, 1],
  arctan: [np.arctan, -20, 20],
  sinh: [np.sinh, -20, 20],
  cosh: [np.cosh, -20, 20],
  tanh: [np.tanh, -10, 10],
  arcsinh: [np.arcsinh, -20, 20],
  arccosh: [np.arccosh, 1, 50],
  arctanh: [np.arctanh, -1, 1],
  exp: [np.exp, -80, 80],
  expm1: [np.expm1, -10, 10],
  log: [np.log, 0, 100],
  log1p: [np.log1p, -1, 100],
  sqrt: [np.sqrt, 0, 100],
  cbrt: [np.cbrt, -100, 100],
  erf: [lax.erf, -5, 5],
  erfc: [lax.erfc, -5, 10],
  erfInv: [lax.erfInv, -1, 1],
  lgamma: [lax.lgamma, -5, 30],
  digamma: [lax.digamma, -5, 30],
  besselI0e: [lax.besselI0e, -20, 20],
  sigmoid: [nn.sigmoid, -20, 20],
  softplus: [nn.softplus, -20, 20],
  gelu: [nn.gelu, -6, 6],
};

/** The values and the derivatives on a grid. */
const elementwise = (dtype: Float): Record<string, Program> =>
  Object.fromEntries(
    Object.entries(UNARY).map(([name, [f, low, high]]) => [
      name,
      () => {
        const x = grid(low, high, dtype);
        return [f(x), vmap(grad(f))(x)];
      },
    ]),
  );

const numeric = (dtype: Float): Record<string, Program> => {
  const matrix = (): NDArray => draw(3, [24, 24], dtype);
  const definite = (): NDArray => np.matmul(matrix(), matrix().T).add(np.eye(24).astype(dtype));
  const tall = (): NDArray => draw(4, [37, 53], dtype);
  const images = (): NDArray => draw(5, [2, 3, 9, 9], dtype);
  return {
    power: () => [np.power(grid(0, 20, dtype), 2.3), np.arctan2(grid(-3, 3, dtype), grid(5, -5, dtype))],
    sums: () => [np.sum(tall()), np.sum(tall(), 0), np.mean(tall(), 1), np.prod(tall(), 0), np.std(tall(), 1)],
    extrema: () => [np.max(tall(), 0), np.argmin(tall(), 1), np.sort(tall()), np.cumsum(tall(), 1)],
    softmax: () => [nn.softmax(tall()), nn.logsumexp(tall(), { axis: 0 })],
    products: () => [np.matmul(tall(), tall().T), np.matmul(tall().T, draw(6, [37], dtype))],
    outer: () => [np.einsum("ij,ik,jl->kl", tall(), tall(), draw(7, [53, 3], dtype))],
    convolution: () => [lax.conv(images(), draw(8, [4, 3, 3, 3], dtype), { windowStrides: [1, 1], padding: "SAME" })],
    solve: () => [np.linalg.solve(definite(), matrix()), np.linalg.inv(definite())],
    decompositions: () => [np.linalg.cholesky(definite()), ...np.linalg.qr(matrix()), np.linalg.det(matrix())],
    spectra: () => [...np.linalg.eigh(definite()), ...np.linalg.svd(matrix())],
  };
};

const draws: Record<string, Program> = {
  keys: () => [...random.split(random.key(3), 4), random.foldIn(random.key(4), 5), random.bits(random.key(5), [100])],
  continuous: () => [
    random.uniform(random.key(6), [1000]),
    random.normal(random.key(7), [1000]),
    random.gumbel(random.key(8), [1000]),
    random.truncatedNormal(random.key(9), -2, 2, [1000]),
    random.exponential(random.key(10), [1000]),
  ],
  discrete: () => [
    random.randint(random.key(11), [100], -5, 17),
    random.bernoulli(random.key(12), 0.3, [100]),
    random.permutation(random.key(13), 50),
  ],
};

const mlp = () => stax.serial(stax.Dense(64), stax.Erf(), stax.Dense(32), stax.Relu(), stax.Dense(3));
const cnn = () =>
  stax.serial(stax.Conv(8, [3, 3]), stax.Relu(), stax.Conv(8, [3, 3]), stax.Relu(), stax.Flatten(), stax.Dense(3));
const NETWORKS = { MLP: [mlp, [19]], CNN: [cnn, [8, 8, 3]] } as const;

/** The kernels of the networks by every method. */
const kernels = (dtype: Float): Record<string, Program> =>
  Object.fromEntries(
    Object.entries(NETWORKS).flatMap(([name, [network, size]]) =>
      METHODS.map((method) => {
        const compute: Program = () => {
          const [initFn, f] = network();
          const [, drawn] = initFn(random.key(1), [-1, ...size]);
          const params = tree.map<typeof drawn>((x: NDArray) => x.astype(dtype), drawn);
          const options = { ...method.options, traceAxes: [], vmapAxes: 0, rates: RATES };
          const [x1, x2] = [draw(14, [5, ...size], dtype), draw(15, [4, ...size], dtype)];
          const kernelFn = nt.empiricalNtkFn(f, options);
          return [kernelFn(x1, x2, params), kernelFn(x1, null, params)];
        };
        return [`${name} ${method.name}`, compute];
      }),
    ),
  );

/** All programs by name. */
export function listPrograms(): Record<string, Program> {
  const all: Record<string, Program> = { ...draws };
  for (const dtype of DTYPES) {
    for (const [name, program] of Object.entries({ ...elementwise(dtype), ...numeric(dtype), ...kernels(dtype) })) {
      all[`${name} ${dtype}`] = program;
    }
  }
  return all;
}
