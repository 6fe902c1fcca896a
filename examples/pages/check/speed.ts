/** How fast the adapter is at products, single operations and transfers, by the clock and from a user's program. */
import { array, type NDArray, numpy as np, random, withDevice } from "cotangent";
import { formatTime, median, seconds } from "../page.ts";
import { type Check, type Finding, told } from "./report.ts";

/** One number of an array, read: then all before it has been done. */
async function settle(x: NDArray): Promise<void> {
  const one = withDevice("webgpu", () => x.reshape([-1]).at(0).reshape([1]));
  await one.data();
  one.destroy();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return seconds(start);
}

async function bestOf(runs: number, work: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) best = Math.min(best, await timed(work));
  return best;
}

/** A product takes about so long when it is repeated; one that takes longer isn't done. */
const REPEATED_SECONDS = 0.15;
const TOO_LONG = 1;

/** The seconds of one operation, from many one after the other. */
async function secondsOf(operation: () => NDArray): Promise<number> {
  const run = (times: number) =>
    timed(async () => {
      let last = withDevice("webgpu", operation);
      for (let i = 1; i < times; i++) {
        last.destroy();
        last = withDevice("webgpu", operation);
      }
      await settle(last);
      last.destroy();
    });
  await run(1);
  const once = Math.min(await run(1), await run(1));
  if (once > REPEATED_SECONDS) return once;
  const times = Math.min(64, Math.max(4, Math.ceil(REPEATED_SECONDS / once)));
  const many = Math.min(await run(times), await run(times));
  return many > once ? (many - once) / (times - 1) : many / times;
}

/** The best rate so far, by which the next product's time is told before. */
let rate = 0;

async function product(m: number, k: number, n: number): Promise<Finding> {
  const work = 2 * m * k * n;
  if (rate > 0 && work / rate > TOO_LONG) return told(`left out: it would take about ${formatTime(work / rate)}`);
  const [a, b] = withDevice("webgpu", () => [
    random.uniform(random.key(1), [m, k]),
    random.uniform(random.key(2), [k, n]),
  ]) as [NDArray, NDArray];
  try {
    const time = await secondsOf(() => a.matmul(b));
    rate = Math.max(rate, work / time);
    return told(`${(work / time / 1e9).toPrecision(3)} GFLOP/s, ${formatTime(time)}`);
  } finally {
    a.destroy();
    b.destroy();
  }
}

const KIB = 2 ** 10;

async function latency(): Promise<Finding> {
  const x = withDevice("webgpu", () => array(new Float32Array(64)));
  const chain = (length: number) => async () => {
    const last = withDevice("webgpu", () => {
      let y = x;
      for (let i = 0; i < length; i++) y = np.add(y, 1);
      return y;
    });
    await last.data();
  };
  await chain(1)();
  const times: number[] = [];
  for (let i = 0; i < 20; i++) times.push(await timed(chain(1)));
  const length = 256;
  const each = Math.max(0, (await bestOf(3, chain(length))) - median(times)) / (length - 1);
  return told(
    `${formatTime(median(times))} from an operation to its numbers (best ${formatTime(Math.min(...times))}), ` +
      `${formatTime(each)} for each operation of a chain`,
  );
}

async function transfers(bytes: number): Promise<Finding> {
  const values = new Float32Array(bytes / 4).fill(1);
  const small = withDevice("webgpu", () => array(new Float32Array(64)));
  await settle(small);
  const wait = await bestOf(5, () => settle(small));
  const upload = async () => {
    const x = withDevice("webgpu", () => array(values));
    await settle(x);
    x.destroy();
  };
  await upload();
  const up = await bestOf(3, upload);
  let down = Number.POSITIVE_INFINITY;
  const x = withDevice("webgpu", () => array(values));
  for (let i = 0; i < 3; i++) {
    const y = withDevice("webgpu", () => np.add(x, i));
    await settle(y);
    down = Math.min(down, await timed(async () => void (await y.data())));
  }
  x.destroy();
  const speed = (time: number) => `${(bytes / Math.max(time - wait, time / 10) / 1e9).toPrecision(3)} GB/s`;
  return told(`up ${speed(up)}, down ${speed(down)}, by ${bytes / KIB} KiB`);
}

async function memory(bytes: number): Promise<Finding> {
  const [x, y] = withDevice("webgpu", () => [
    random.uniform(random.key(1), [bytes / 4]),
    random.uniform(random.key(2), [bytes / 4]),
  ]) as [NDArray, NDArray];
  const time = await secondsOf(() => np.add(x, y));
  x.destroy();
  y.destroy();
  return told(`${((3 * bytes) / time / 1e9).toPrecision(3)} GB/s by x + y of ${bytes / KIB} KiB each`);
}

export function speedChecks(short: boolean): Check[] {
  const section = "Speed";
  rate = 0;
  const one = (name: string, run: () => Promise<Finding>, inShort = false): Check => ({
    section,
    name,
    short: inShort,
    run,
  });
  const square = (n: number) => one(`product ${n}x${n}x${n}`, () => product(n, n, n), n === 256);
  const others = [
    [1024, 1024, 1023],
    [32, 8192, 32],
    [5, 92160, 20],
    [2048, 2048, 1],
  ] as const;
  const size = short ? 2 ** 18 : 2 ** 24;
  return [
    ...[256, 512, 1024, 2048, 4096].map(square),
    ...others.map(([m, k, n]) => one(`product ${m}x${k}x${n}`, () => product(m, k, n))),
    one("memory", () => memory(size)),
    one("latency", latency, true),
    one("transfers", () => transfers(size), true),
  ];
}
