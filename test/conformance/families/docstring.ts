/** The examples of the docstring of neural-tangents' `empirical.py`, from the key on. */

import { lax, type NDArray, nt, random, tree } from "cotangent";
import { arrived, difference, PRECISIONS, type Precision, TOLERANCE, valuesOf } from "../compare.ts";
import type { Data } from "../data.ts";
import { METHODS, type Variant } from "../implementations.ts";
import { type Layer, layer, serial } from "../layers.ts";
import type { Report, Way } from "../report.ts";

const SEED = 1;
const IMAGE = [32, 32, 3];
/** The inputs are float32 draws that may differ by 2 units in the last place, so float64 kernels agree to this. */
const KERNEL_TOLERANCE: Readonly<Record<Precision, number>> = { ...TOLERANCE, float64: 1e-6 };

const cnn = (): Layer => {
  const conv = () => layer("Conv", 32, [3, 3]);
  return serial(conv(), layer("Relu"), conv(), layer("Relu"), conv(), layer("Flatten"), layer("Dense", 10));
};

const fcn = (): Layer => {
  const hidden = () => [layer("Dense", 1024), layer("Relu")];
  return serial(layer("Flatten"), ...hidden(), ...hidden(), layer("Dense", 100));
};

/** The inputs of the example: all of them from the first of three keys. */
function draws() {
  const [key1, , key3] = keys(3) as [NDArray, NDArray, NDArray];
  return {
    x_train: random.normal(key1, [20, ...IMAGE]),
    x_test: random.normal(key1, [5, ...IMAGE]),
    y_train: random.uniform(key1, [20, 10]),
    key3,
  };
}

/** `SEED`'s key split. */
function keys(count: number): NDArray[] {
  const all = random.split(random.key(SEED), count);
  return Array.from({ length: count }, (_, i) =>
    lax.reshape(lax.slice(all, { startIndices: [i, 0], limitIndices: [i + 1, 2] }), { newSizes: [2] }),
  );
}

const inPrecision = <Tree>(value: unknown, precision: Precision): Tree =>
  tree.map<Tree>((x: NDArray) => lax.convertElementType(x, precision), value);

/** What differs between float32 draws and their [sum, sum of squares, first, last], if each may differ by 2 ulp. */
export function differenceInSummary(draws: ArrayLike<number>, summary: ArrayLike<number>): string | null {
  const ulps = 2 * 2 ** -23;
  let [sum, squares, absolute] = [0, 0, 0];
  for (let i = 0; i < draws.length; i++) {
    const x = draws[i] as number;
    sum += x;
    squares += x * x;
    absolute += Math.abs(x);
  }
  const [first, last] = [draws[0] as number, draws[draws.length - 1] as number];
  const checks: [string, number, number][] = [
    ["sum", sum, ulps * absolute],
    ["sum of squares", squares, 2 * ulps * squares],
    ["first", first, ulps * Math.abs(first)],
    ["last", last, ulps * Math.abs(last)],
  ];
  for (const [i, [name, value, allowed]] of checks.entries()) {
    const expected = summary[i] as number;
    if (!(Math.abs(value - expected) <= allowed)) return `${name} ${value}, expected ${expected}`;
  }
  return null;
}

function checkSummary(data: Data, report: Report, name: string, draw: () => NDArray): void {
  report.checkOne(name, async () => {
    const drawn = draw();
    await arrived([drawn]);
    return differenceInSummary(valuesOf(drawn).data, data.get(name).data);
  });
}

const initialParams = ([initFn]: Layer, key: NDArray): unknown => initFn(key, [20, ...IMAGE])[1];

const NETWORKS: Readonly<Record<string, () => Layer>> = { cnn, fcn };

/** What a kernel's name says: `cnn/ntk_test_train_full` is the NTK of test against train without traced axes. */
interface KernelName {
  readonly network: string;
  readonly get: "ntk" | "nngp";
  readonly first: "x_test" | "x_train";
  /** `null` for the first again. */
  readonly second: "x_test" | "x_train" | null;
  readonly axes: { readonly traceAxes: readonly number[]; readonly diagonalAxes: readonly number[] };
}

function parseKernelName(name: string): KernelName | null {
  const match = /^(cnn|fcn)\/(ntk|nngp)_(test|train)_(test|train|diag)(_full)?$/.exec(name);
  if (match === null) return null;
  const [, network, get, first, second, full] = match;
  return {
    network: network as string,
    get: get as KernelName["get"],
    first: `x_${first}` as KernelName["first"],
    second: second === "diag" || second === first ? null : (`x_${second}` as KernelName["first"]),
    axes: { traceAxes: full ? [] : [-1], diagonalAxes: second === "diag" ? [0] : [] },
  };
}

function checkKernel(data: Data, report: Report, name: string, spec: KernelName): void {
  const way = (precision: Precision, method: Variant): Way => [
    spec.get === "ntk" ? `${precision} ${method.name}` : precision,
    async () => {
      const kernel = computeKernel(spec, precision, method);
      await arrived([kernel]);
      return difference(kernel, data.get(name), KERNEL_TOLERANCE[precision], precision);
    },
  ];
  const methods = spec.get === "ntk" ? METHODS : METHODS.slice(0, 1);
  report.checkMethods(
    name,
    PRECISIONS.flatMap((precision) => methods.map((method) => way(precision, method))),
  );
}

function computeKernel(spec: KernelName, precision: Precision, method: Variant): NDArray {
  const network = (NETWORKS[spec.network] as () => Layer)();
  const { key3, ...inputs } = draws();
  const params = inPrecision(initialParams(network, key3), precision);
  const x1 = inPrecision(inputs[spec.first], precision);
  const x2 = spec.second && inPrecision(inputs[spec.second], precision);
  if (spec.get === "nngp") return nt.empiricalNngpFn(network[1], spec.axes)(x1, x2, params) as NDArray;
  const kernelFn = nt.empiricalKernelFn(network[1], { ...spec.axes, ...method.options, vmapAxes: 0 });
  return kernelFn(x1, x2, "ntk", params) as NDArray;
}

/** The kernel-vector product of the example of `empirical_ntk_vp_fn`. */
function vectorProduct(precision: Precision): NDArray {
  const [key1, key2, key3, key4] = keys(4) as [NDArray, NDArray, NDArray, NDArray];
  const network = cnn();
  const params = inPrecision(initialParams(network, key3), precision);
  const [x1, x2] = [random.normal(key1, [20, ...IMAGE]), random.normal(key2, [10, ...IMAGE])];
  const cotangents = inPrecision(random.normal(key4, [10, 10]), precision);
  const productFn = nt.empiricalNtkVpFn(network[1], inPrecision(x1, precision), inPrecision(x2, precision), params);
  return productFn(cotangents) as NDArray;
}

function checkVectorProduct(data: Data, report: Report, name: string): void {
  const check = async (precision: Precision) => {
    const product = vectorProduct(precision);
    await arrived([product]);
    return difference(product, data.get(name), KERNEL_TOLERANCE[precision], precision);
  };
  report.check(
    name,
    PRECISIONS.map((precision) => [precision, () => check(precision)]),
  );
}

export function runDocstring(data: Data, report: Report): void {
  for (const name of data.names) {
    const [, network, leaf] = /^(cnn|fcn)\/params\/(\d+)$/.exec(name) ?? [];
    const kernel = parseKernelName(name);
    if (kernel !== null) checkKernel(data, report, name, kernel);
    else if (network !== undefined) {
      checkSummary(data, report, name, () => {
        const params = initialParams((NETWORKS[network] as () => Layer)(), draws().key3);
        return tree.leaves<NDArray>(params)[Number(leaf)] as NDArray;
      });
    } else if (/^(x_train|x_test|y_train)$/.test(name)) {
      checkSummary(data, report, name, () => draws()[name as "x_train"]);
    } else if (name === "vp/out") checkVectorProduct(data, report, name);
  }
}
