/** What the programs of the other libraries share: the job that they are given, and how its time is told. */
import { type NDArray, tree } from "cotangent";
import { JOBS, type KernelJob, setUp } from "./jobs.ts";
import { time } from "./timing.ts";

/** An array as plain data, which every library can read. */
export interface Plain {
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: number[];
}

const plain = (x: NDArray): Plain => ({ data: x.dataSync() as Float32Array<ArrayBuffer>, shape: [...x.shape] });

export interface Problem {
  readonly job: KernelJob;
  readonly x1: Plain;
  readonly x2: Plain | null;
  /** The layers' weights in order, as in the NTK parameterization. */
  readonly weights: readonly Plain[];
  readonly outputs: number;
}

/** The job whose number stands on the command line, with the arrays that our own measurement has. */
export function problem(): Problem {
  const job = JOBS[Number(process.argv[2])] as KernelJob;
  const { x1, x2, params } = setUp(job);
  return {
    job,
    x1: plain(x1),
    x2: x2 && plain(x2),
    weights: tree.leaves<NDArray>(params).map(plain),
    outputs: job.layers.at(-1)?.[1] ?? 1,
  };
}

/** Times ways to compute the same kernel, in elements `[n1, n2, ...]`, and prints the fastest as JSON. */
export function reportFastest(ways: Readonly<Record<string, () => Float32Array>>): void {
  const measured = Object.entries(ways).flatMap(([way, call]) => {
    try {
      const kernel = call();
      const mean = kernel.reduce((sum, x) => sum + x, 0) / kernel.length;
      return [{ way, timing: time(call, { seconds: 1, limit: 15 }), summary: [kernel[0] as number, mean] }];
    } catch (error) {
      // One way may be beyond a library: what it says is shown, and the other ways count.
      console.error(`${way}: ${error}`);
      return [];
    }
  });
  const [fastest] = measured.sort((a, b) => a.timing.median - b.timing.median);
  console.log(JSON.stringify(fastest ?? { unavailable: "no way works" }));
}
