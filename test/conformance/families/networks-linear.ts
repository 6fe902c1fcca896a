/** Kernel-vector products and Taylor expansions. */
import { type NDArray, numpy as np, nt } from "cotangent";
import { PRECISIONS, type Precision } from "../compare.ts";
import { type Data, toArray } from "../data.ts";
import { multilayerPerceptron } from "../layers.ts";
import type { Finding, Report, Way } from "../report.ts";
import { arrays, shapes } from "../trees.ts";
import { differenceInTree } from "./kernels.ts";

/** The names `root` and `root/...` among the tensors up to `marker`: `taylor/3` of `taylor/3/x0`. */
function rootsBefore(data: Data, marker: RegExp): string[] {
  const roots = data.names.flatMap((name) => marker.exec(name)?.[1] ?? []);
  return [...new Set(roots)];
}

/** A multilayer perceptron's parameters: weights without biases, and empty lists for the activations. */
const withoutBiases = (weights: readonly NDArray[]): unknown[] => weights.flatMap((w) => [[], [w, null]]).slice(1);

const inPrecisions = (check: (precision: Precision) => Finding): Way[] =>
  PRECISIONS.map((precision) => [precision, () => check(precision)]);

export function checkVectorProducts(data: Data, report: Report): void {
  for (const root of rootsBefore(data, /^(vp(?:\/.+)?)\/x1$/)) {
    for (const inputs of ["same", "other"].filter((s) => data.has(`${root}/out_${s}`))) {
      report.check(
        `${root}/out_${inputs}`,
        inPrecisions((precision) => {
          const get = (name: string) => toArray(data.get(`${root}/${name}`), precision);
          const [, f] = multilayerPerceptron("Relu", shapes(data, `${root}/params`));
          const params = withoutBiases(arrays(data, `${root}/params`, precision));
          const x2 = inputs === "same" ? null : get("x2");
          const product = nt.empiricalNtkVpFn(f, get("x1"), x2, params)(get(`ct_${inputs}`));
          return differenceInTree(product, data, `${root}/out_${inputs}`, precision);
        }),
      );
    }
  }
}

type Weights = readonly [w1: NDArray, w2: NDArray, b: NDArray];

/** A quadratic and a linear function of `x`, and a constant, in a tree; the flags change parameters and inputs. */
function quadratic(x0: NDArray, params: Weights, alter: boolean, shift: boolean): unknown {
  const [w1, w2, b] = params;
  const a = alter ? np.add(w1, 5) : w1;
  const c = alter ? np.divide(w2, 0.9) : w2;
  const bias = alter ? np.multiply(b, 2) : b;
  const x = shift ? np.add(np.multiply(x0, 2), 1) : x0;
  const form = np.multiply(np.matmul(np.matmul(np.transpose(x), a), x), 0.5);
  return [{ list: [{ quadratic: np.add(np.add(form, np.matmul(c, x)), bias), linear: np.matmul(a, x) }, c] }];
}

/** What `lin` and `tay<degree>` stand for. */
function expansion<Params, Args extends readonly unknown[]>(
  kind: string,
  f: (params: Params, ...args: Args) => unknown,
  params: Parameters<typeof nt.linearize<unknown, Params, Args>>[1],
) {
  return kind === "lin" ? nt.linearize(f, params) : nt.taylorExpand(f, params, Number(/\d+$/.exec(kind)?.[0]));
}

export function checkTaylor(data: Data, report: Report): void {
  for (const root of rootsBefore(data, /^(taylor\/.+)\/x0$/)) {
    for (const name of rootsBefore(data, new RegExp(`^(${root}/(?:lin|tay\\d+)/[01][01])/0$`))) {
      report.check(
        `${name}`,
        inPrecisions((precision) => {
          const [kind, flags] = name.slice(root.length + 1).split("/") as [string, string];
          const get = (tensor: string) => toArray(data.get(`${root}/${tensor}`), precision);
          const params = arrays(data, `${root}/params`, precision) as [NDArray, NDArray, NDArray];
          const f = expansion(kind, quadratic, get("x0"));
          const value = f(get("x"), params, flags[0] === "1", flags[1] === "1");
          return differenceInTree(value, data, name, precision);
        }),
      );
    }
  }
}

export function checkTaylorOfNetwork(data: Data, report: Report): void {
  for (const root of rootsBefore(data, /^(taylornet(?:\/.+)?)\/x$/)) {
    for (const kind of ["lin", ...rootsBefore(data, new RegExp(`^${root}/(deg\\d+)$`))].filter((k) =>
      data.has(`${root}/${k}`),
    )) {
      report.check(
        `${root}/${kind}`,
        inPrecisions((precision) => {
          const [, f] = multilayerPerceptron("Erf", shapes(data, `${root}/p0`));
          const params = (name: string) => withoutBiases(arrays(data, `${root}/${name}`, precision));
          const value = expansion(kind, f, params("p0"))(params("p1"), toArray(data.get(`${root}/x`), precision));
          return differenceInTree(value, data, `${root}/${kind}`, precision);
        }),
      );
    }
  }
}
