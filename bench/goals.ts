/** What was measured against what the project wants to reach. */
import { isMeasured, type KernelData } from "./kernels.ts";
import type { Machine } from "./support/machine.ts";
import { type Cell, milliseconds, percent, type Table, times } from "./support/table.ts";

/**
 * The best of neural-tangents' three methods on JAX 0.10, jitted and warm, in seconds, on two cores with AVX-512: the times to
 * reach. Python, where it is measured in the same run, is plain JAX by Jacobian contraction.
 */
const TO_REACH: Readonly<Record<string, number>> = {
  "docstring CNN, 5 against 20, traced": 0.203,
  "docstring CNN, 5 against 20, full": 0.199,
  "docstring CNN, 20 against itself, traced": 0.27,
  "FCN 3072-1024-1024-100, 5 against itself, full": 0.024,
  "MLP 784-512-512-10, 128 against itself, full": 0.031,
  "MLP 784-512-512-10, 32 against 128, full": 0.016,
};
const COLD_START_RATIO = 10;
const PEER_RATIO = 5;
const LIMIT_SHARE = 0.8;
const MEMORY_RATIO = 1.3;
const AUTO_SHARE = 0.95;
/** Below this the runtime's own memory is most of what a process grows by. */
const LARGE = 128 * 2 ** 20;

type Row = readonly [goal: string, wanted: string, measured: string, met: boolean];
/** The numbers behind the tables of a subject, those of all its tables in one list. */
export type Data = Readonly<Record<string, readonly unknown[] | undefined>>;

function bestTimes(data: readonly KernelData[]): Row[] {
  return data.flatMap(({ job, methods, threads, threaded }): Row[] => {
    const wanted = TO_REACH[job.name];
    if (wanted === undefined) return [];
    const one = Math.min(...Object.values(methods).flatMap((x) => (isMeasured(x) ? x.timing.median : [])));
    const all = isMeasured(threaded) ? threaded.timing.median : Number.POSITIVE_INFINITY;
    const text = `${milliseconds(all)} on ${threads} threads, ${milliseconds(one)} on one`;
    return [[`(a) ${job.name}`, milliseconds(wanted), text, Math.min(one, all) <= wanted]];
  });
}

function coldStart(data: readonly unknown[]): Row[] {
  const { ratio } = data.at(-1) as { ratio: number | null };
  if (ratio === null) return [];
  return [["(b) process start to first kernel", `${COLD_START_RATIO}x`, times(ratio), ratio >= COLD_START_RATIO]];
}

function peers(data: readonly unknown[]): Row[] {
  const ratios = (data as { ratios: Record<string, number> }[]).map(({ ratios }) => ratios);
  const names = [...new Set(ratios.flatMap(Object.keys))];
  return names.map((name) => {
    const all = ratios.flatMap((of) => of[name] ?? []);
    const least = Math.min(...all);
    const text = `${times(least)} at least, on ${all.length} kernels`;
    return [`(c) against ${name}`, `${PEER_RATIO}x`, text, least >= PEER_RATIO];
  });
}

function limitShare(data: readonly unknown[]): Row[] {
  const large = (data as { name: string; limitShare: number }[]).filter(({ name }) => /^(480|960) x \d+ by/.test(name));
  const share = Math.max(...large.map((x) => x.limitShare));
  return [
    ["(d) large products, share of the 128-bit limit", percent(LIMIT_SHARE), percent(share), share >= LIMIT_SHARE],
  ];
}

function memory(data: readonly KernelData[]): Row[] {
  const ratios = data
    .flatMap(({ methods }) => Object.values(methods))
    .flatMap((x) => (isMeasured(x) && (x.predictedBytes ?? 0) > LARGE ? [x.grownBytes / (x.predictedBytes ?? 1)] : []));
  if (ratios.length === 0) return [];
  const text = `${times(Math.max(...ratios))} at most, on ${ratios.length} runs of more than ${LARGE / 2 ** 20} MiB`;
  return [["(e) peak memory by its prediction", times(MEMORY_RATIO), text, Math.max(...ratios) <= MEMORY_RATIO]];
}

function auto(data: readonly unknown[]): Row[] {
  const ratios = (data as { ratio: number }[]).map((x) => x.ratio);
  const share = ratios.filter((ratio) => ratio <= 1.1).length / ratios.length;
  const text = `${percent(share)} of ${ratios.length}`;
  return [["(f) AUTO within 10% of the fastest method", percent(AUTO_SHARE), text, share >= AUTO_SHARE]];
}

/** The goals that the subjects measured in this run decide on. */
export function goals({ relaxed }: Machine, measured: Data): Table {
  const of = <T>(subject: string, rows: (data: readonly T[]) => Row[]): Row[] =>
    measured[subject] ? rows(measured[subject] as readonly T[]) : [];
  const all = [
    ...of("kernels", bestTimes),
    ...of("coldstart", coldStart),
    ...of("peers", peers),
    ...of("contractions", limitShare),
    ...of("kernels", memory),
    ...of("auto", auto),
  ];
  return {
    title: `Goals, ${relaxed ? "with" : "without"} fused multiply-adds`,
    columns: ["goal", "wanted", "measured", ""],
    rows: all.map(([goal, wanted, text, met]): Cell[] => [goal, wanted, text, met ? "met" : "missed"]),
    data: all.map(([goal, , , met]) => ({ goal, met })),
  };
}
