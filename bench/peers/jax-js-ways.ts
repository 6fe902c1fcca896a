/**
 * Ways to compute a kernel of jobs.ts in jax-js: Jacobian contraction in two jits (in one, its contraction is fused with the outer
 * product that feeds it, and recomputed), and products of the pushforward with the pullback.
 */
import { type Array as JaxArray, jit, jvp, lax, nn, numpy as np, tree, vjp, vmap } from "@jax-js/jax";
import type { Plain, Problem } from "../support/peer.ts";

export type Ways = Readonly<Record<string, () => JaxArray>>;

/** By name; a backend must have been chosen. */
export function kernelWays({ job, x1, x2, weights, outputs }: Problem): Ways {
  const traced = job.traceAxes.length > 0;

  const toJax = ({ data, shape }: Plain): JaxArray => np.array(data).reshape(shape);
  /** Its convolutions want channels first. */
  const image = (x: Plain): JaxArray => (x.shape.length === 4 ? np.transpose(toJax(x), [0, 3, 1, 2]) : toJax(x));

  /** The weights as its layouts want them: of a convolution `[out, in, height, width]`, of the layer after it by channels first. */
  function layOut(): JaxArray[] {
    let shape = x1.shape.slice(1);
    let next = 0;
    return job.layers.flatMap(([kind]) => {
      if (kind === "conv") {
        const w = weights[next++] as Plain;
        shape = [(shape[0] as number) - 2, (shape[1] as number) - 2, w.shape[3] as number];
        return [np.transpose(toJax(w), [3, 2, 0, 1])];
      }
      if (kind !== "dense") return [];
      const w = weights[next++] as Plain;
      if (shape.length === 1) return [toJax(w)];
      const units = w.shape[1] as number;
      const permuted = np.transpose(toJax(w).reshape([...shape, units]), [2, 0, 1, 3]);
      shape = [units];
      return [permuted.reshape([w.shape[0] as number, units])];
    });
  }

  /** The network on one example. */
  function f(params: JaxArray[], example: JaxArray): JaxArray {
    let x = example.reshape([1, ...example.shape]);
    let next = 0;
    for (const [kind] of job.layers) {
      if (kind === "relu") x = nn.relu(x);
      else if (kind === "flatten") x = x.reshape([1, x.size]);
      else {
        const w = params[next++] as JaxArray;
        const fanIn = kind === "conv" ? w.size / (w.shape[0] as number) : (w.shape[0] as number);
        const y = kind === "conv" ? lax.convGeneralDilated(x, w, [1, 1], "VALID") : np.matmul(x, w);
        x = y.mul(1 / Math.sqrt(fanIn));
      }
    }
    return x.reshape([outputs]);
  }

  const params = layOut();
  const [input1, input2] = [image(x1), x2 && image(x2)];

  function jacobian(p: JaxArray[], x: JaxArray): JaxArray[] {
    const [out, pullback] = vjp((q: JaxArray[]) => f(q, x), [p]);
    out.dispose();
    const [rows] = vmap(pullback as (ct: JaxArray) => [JaxArray[]])(np.eye(outputs));
    pullback.dispose();
    return rows;
  }
  const jacobians = jit(vmap(jacobian, [null, 0]) as (p: JaxArray[], x: JaxArray) => JaxArray[]);

  /** `(i, p)` times `(j, p)` transposed. Its `einsum` needs a newer Node than the oldest that runs this. */
  const gram = (a: JaxArray, b: JaxArray): JaxArray =>
    lax.dot(a, b, { lhsContractingDims: [1], rhsContractingDims: [1] });

  const contracted = jit((j1: JaxArray[], j2: JaxArray[]): JaxArray => {
    const [n1, n2] = [j1, j2].map((j) => (j[0] as JaxArray).shape[0] as number) as [number, number];
    const rows = (x: JaxArray): JaxArray =>
      x.reshape(traced ? [x.shape[0] as number, -1] : [(x.shape[0] as number) * outputs, -1]);
    const total = j1.map((a, i) => gram(rows(a), rows(j2[i] as JaxArray))).reduce((a, b) => a.add(b));
    return traced ? total.div(outputs) : np.transpose(total.reshape([n1, outputs, n2, outputs]), [0, 2, 1, 3]);
  });

  function contraction(): JaxArray {
    const j1 = jacobians(tree.ref(params), input1.ref);
    const j2 = input2 ? jacobians(tree.ref(params), input2.ref) : tree.ref(j1);
    return contracted(j1, j2);
  }

  const products = jit((p: JaxArray[], a: JaxArray, b: JaxArray): JaxArray => {
    const all = (q: JaxArray[]): JaxArray => (vmap(f, [null, 0]) as typeof f)(q, a.ref);
    const columns = (x: JaxArray): JaxArray => {
      const [out, pullback] = vjp((q: JaxArray[]) => f(q, x), [tree.ref(p)]);
      out.dispose();
      const column = (ct: JaxArray): JaxArray => {
        const [direction] = (pullback as (c: JaxArray) => [JaxArray[]])(ct);
        const [value, change] = jvp(all, [tree.ref(p)], [direction]);
        value.dispose();
        return change;
      };
      return vmap(column)(np.eye(outputs));
    };
    // From [j, q, i, o], where q and o are outputs of the second and first input.
    const kernel = vmap(columns)(b);
    const ordered = np.transpose(kernel, [2, 0, 3, 1]);
    return traced ? ordered.mul(np.eye(outputs)).sum([2, 3]).div(outputs) : ordered;
  });

  const vectorProducts = (): JaxArray => products(tree.ref(params), input1.ref, (input2 ?? input1).ref);

  return { "Jacobian contraction": contraction, "vector products": vectorProducts };
}
