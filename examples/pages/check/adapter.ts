/** What the adapter tells of itself, and how fast `initWebGPU` has found it. */
import { devices, initWebGPU } from "cotangent";
import { formatTime, seconds } from "../page.ts";
import { type Check, type Finding, told } from "./report.ts";

const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxUniformBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
  "maxBindGroups",
] as const;

const INFO = ["vendor", "architecture", "device", "description", "subgroupMinSize", "subgroupMaxSize"] as const;

/** Bytes in the largest unit that leaves a whole number. */
function formatLimit(name: string, value: number): string {
  if (!/Size$/.test(name) || /WorkgroupSize/.test(name)) return String(value);
  const unit = (["GiB", "MiB", "KiB"] as const).find((_, i) => value >= 2 ** (30 - 10 * i));
  if (!unit) return `${value} B`;
  const count = value / { GiB: 2 ** 30, MiB: 2 ** 20, KiB: 2 ** 10 }[unit];
  return `${Number.isInteger(count) ? count : count.toFixed(3)} ${unit}`;
}

/** A list in lines that aren't too long. */
const wrap = (words: readonly string[]): string => words.join(", ").replace(/(.{50,}?,) /g, "$1\n");

async function adapterOf(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error("no adapter");
  return adapter;
}

async function names(): Promise<Finding> {
  const { info } = await adapterOf();
  const fields = INFO.map((name) => [name, info[name]] as const).filter(
    ([, value]) => value !== "" && value !== undefined,
  );
  return told(
    [...fields.map(([name, value]) => `${name} ${value}`), ...(info.isFallbackAdapter ? ["fallback"] : [])].join(", "),
  );
}

async function limits(): Promise<Finding> {
  const { limits } = await adapterOf();
  return told(LIMITS.map((name) => `${name} ${formatLimit(name, limits[name])}`).join("\n"));
}

async function features(): Promise<Finding> {
  const adapter = await adapterOf();
  const language = [...navigator.gpu.wgslLanguageFeatures].sort();
  return told(`${wrap([...adapter.features].sort())}\nWGSL: ${wrap(language) || "no extensions"}`);
}

async function opening(): Promise<Finding> {
  const start = performance.now();
  const before = devices().some(({ name }) => name === "webgpu");
  await initWebGPU();
  return told(before ? "was open" : `${formatTime(seconds(start))} with measuring the rates`);
}

async function rates(): Promise<Finding> {
  const { rates } = await initWebGPU();
  if (!rates) throw new Error("none were measured");
  const { contract, map, memory, dispatch, latency, transfer } = rates;
  const giga = (value: number | undefined) => ((value ?? Number.NaN) / 1e9).toPrecision(3);
  return told(
    `products ${giga(contract)} GFLOP/s, elementwise ${giga(map)} Gop/s, memory ${giga(memory)} GB/s,\n` +
      `a dispatch ${formatTime(1 / (dispatch ?? Number.NaN))}, an answer ${formatTime(latency ?? Number.NaN)}, ` +
      `transfers ${giga(transfer)} GB/s`,
  );
}

export function adapterChecks(): Check[] {
  const section = "Adapter";
  return [
    { section, name: "names", short: true, run: names },
    { section, name: "limits", short: true, run: limits },
    { section, name: "features", short: true, run: features },
    { section, name: "initWebGPU", short: true, run: opening },
    { section, name: "rates", short: true, run: rates },
  ];
}
