/** What is done with a kernel once it is there: eigenvalues, singular values, factors and solves, beside NumPy's and JAX's. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { jit, type NDArray, numpy as np, random } from "cotangent";
import { python } from "./support/python.ts";
import type { Subject } from "./support/subject.ts";
import { type Cell, milliseconds, times } from "./support/table.ts";
import { time } from "./support/timing.ts";

const { linalg } = np;
const FUNCTIONS = {
  eigh: (a: NDArray) => linalg.eigh(a),
  eigvalsh: (a: NDArray) => linalg.eigvalsh(a),
  svd: (a: NDArray) => linalg.svd(a, { fullMatrices: false }),
  svdvals: (a: NDArray) => linalg.svdvals(a),
  cholesky: (a: NDArray) => linalg.cholesky(a),
  solve: (a: NDArray) => linalg.solve(a, a),
};
type Name = keyof typeof FUNCTIONS;
type Job = readonly [name: Name, n: number, dtype: "float32" | "float64"];

const JOBS: readonly Job[] = (Object.keys(FUNCTIONS) as Name[]).flatMap((name) =>
  [100, 500, 1000].flatMap((n) => [[name, n, "float32"] as const, [name, n, "float64"] as const]),
);

/** Of a kind that the function is made for: any, symmetric, or positive definite. */
function matrix([name, n, dtype]: Job): NDArray {
  const a = random.normal(random.key(0), [n, n], { dtype: "float64" });
  const symmetric = (): NDArray => a.add(a.T).mul(0.5);
  const positive = (): NDArray => a.matmul(a.T).div(n).add(np.eye(n));
  const given = name.startsWith("svd") ? a : name.startsWith("eig") ? symmetric() : positive();
  return given.astype(dtype);
}

/** Seconds of processor time of every job in Python; none without Python. */
function inPython(): readonly { readonly numpy: number; readonly jax: number }[] {
  if (!python) return [];
  const script = fileURLToPath(new URL("python/linalg.py", import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script, JSON.stringify(JOBS)], { encoding: "utf8" });
  if (status !== 0) throw new Error(`bench: ${python} failed:\n${stderr}`);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

export const linearAlgebra: Subject = (_, report) => {
  const rows: Cell[][] = [];
  const data: unknown[] = [];
  const theirs = inPython();
  for (const [i, job] of JOBS.entries()) {
    const [name, n, dtype] = job;
    const a = matrix(job);
    const f = jit(FUNCTIONS[name]);
    const timing = time(() => f(a), { limit: 3 });
    const peers = theirs[i];
    const beside = peers
      ? [peers.numpy, peers.jax].flatMap((seconds) => [milliseconds(seconds), times(timing.cpu / seconds)])
      : [null, null, null, null];
    const cells = [`${name}, ${n}, ${dtype}`, milliseconds(timing.median), milliseconds(timing.cpu), ...beside];
    rows.push(cells);
    data.push({ name, n, dtype, ...timing, ...peers });
    report(cells.join("  "));
  }
  const columns = ["job", "median", "CPU time", "NumPy", "ours / NumPy", "JAX", "ours / JAX"];
  return {
    title: "Linear algebra on one thread, with processor times of NumPy and JAX on one thread",
    columns,
    rows,
    data,
  };
};
