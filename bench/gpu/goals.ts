/** What was measured against what the project wants to reach on a GPU. What wasn't run stays open. */

import { type Cell, milliseconds, percent, type Table, times } from "../support/table.ts";
import { summarize } from "../support/timing.ts";
import { notRun } from "./budget.ts";
import { type KernelRow, measuredBy, ratioOf } from "./kernels.ts";
import { JAX_JS, type PeerProducts, type PythonResults } from "./peers.ts";
import { type ProductRow, rateOf } from "./products.ts";

export interface Measured {
  readonly products: readonly ProductRow[];
  readonly peak: number;
  readonly peer: PeerProducts;
  readonly kernels: readonly KernelRow[];
  readonly python: PythonResults;
  readonly software: boolean;
}

const PEAK_SHARE = 0.6;
const CPU_RATIO = 10;

type Row = readonly [goal: string, wanted: string, measured: string, met: "met" | "missed" | "open"];

const verdict = (met: boolean): "met" | "missed" => (met ? "met" : "missed");

function peakShares({ products, peak, software }: Measured): Row[] {
  return products
    .filter(({ n }) => n === 2048 || n === 4096)
    .map((row): Row => {
      const goal = `(a) product ${row.n} ${row.layout}, of the float32 peak`;
      const rate = rateOf(row);
      // The share of a processor's peak says nothing.
      if (software || rate === null) return [goal, percent(PEAK_SHARE), row.unavailable ?? "no GPU", "open"];
      return [goal, percent(PEAK_SHARE), percent(rate / peak), verdict(rate / peak >= PEAK_SHARE)];
    });
}

function againstJaxJs({ products, peer, kernels, software }: Measured): Row[] {
  const squares = products
    .filter(({ n, rate }) => n >= 1024 || rate)
    .map(({ n, layout, rate, unavailable }): Row => {
      const goal = `(b) product ${n} ${layout}, ahead of ${JAX_JS}`;
      const other = peer.of(n, layout);
      if (!rate || typeof other === "string") return [goal, "1x", rate ? String(other) : (unavailable ?? ""), "open"];
      return [goal, "1x", times(other / rate.median), verdict(other > rate.median)];
    });
  const jobs = kernels.map((row): Row => {
    const goal = `(b) ${row.job.name}, ahead of ${JAX_JS}`;
    const auto = measuredBy(row, "AUTO");
    if (!auto) return [goal, "1x", reasonOf(row), "open"];
    const text = milliseconds(auto.timing.median);
    if ("unavailable" in row.peer) return [goal, "1x", `${text}; ${JAX_JS}: ${row.peer.unavailable}`, "open"];
    const ratio = ratioOf(row, software) ?? 0;
    return [goal, "1x", `${times(ratio)} (${software ? "in CPU time" : text})`, verdict(ratio > 1)];
  });
  return [...squares, ...jobs];
}

/** Why AUTO has no time. */
function reasonOf({ lines, ended }: KernelRow): string {
  const line = lines.find((one) => one.kind === "gpu" && one.method === "AUTO");
  return notRun(line && "unavailable" in line ? line.unavailable : (ended ?? "no time is left"));
}

/** The dense kernels, which 128-bit vectors can't compute fast enough. */
function againstProcessor({ kernels, python }: Measured): Row[] {
  return kernels
    .filter(({ job }) => /^(FCN|MLP 784)/.test(job.name))
    .map((row): Row => {
      const goal = `(c) ${row.job.name}, ahead of JAX on the processor`;
      const wanted = `${CPU_RATIO}x`;
      const auto = measuredBy(row, "AUTO");
      const other = python.rows.find(({ job, platform }) => job.name === row.job.name && platform === "cpu")?.result;
      if (!auto || !other || "unavailable" in other) {
        const why = python.what.startsWith("not run") ? python.what : "JAX not run";
        return [goal, wanted, auto ? `${milliseconds(auto.timing.median)}; ${why}` : reasonOf(row), "open"];
      }
      const ratio = summarize(other.seconds).median / auto.timing.median;
      return [goal, wanted, times(ratio), verdict(ratio >= CPU_RATIO)];
    });
}

export function goals(measured: Measured): Table {
  const rows = [...peakShares(measured), ...againstJaxJs(measured), ...againstProcessor(measured)];
  return {
    title: "Goals",
    columns: ["goal", "wanted", "measured", ""],
    rows: rows as readonly (readonly Cell[])[],
    data: rows.map(([goal, wanted, text, met]) => ({ goal, wanted, measured: text, met })),
  };
}
