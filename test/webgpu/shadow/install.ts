/** Makes the shadow the device that programs run on; for `--device webgpu` of the test runner. */
import "../../../src/entry/node.ts";
import { setStandardDevice } from "../../../src/device/device.ts";
import { openDawn } from "../dawn.ts";
import { everyPlan, newKernels } from "./choice.ts";
import { makeShadow, Recording } from "./device.ts";
import { Replay } from "./replay.ts";
import { Texts } from "./texts.ts";

const isNull = process.env.GPU_BACKEND === "null";
const texts = new Texts(process.env.SHADER_TEXTS);
const choice = isNull ? everyPlan() : newKernels(texts);
const recording = new Recording(choice.isWanted);

setStandardDevice(makeShadow(recording));

/** What the runner adds up, and what it prints of a file. */
export interface ShadowReport {
  readonly counts: Readonly<Record<"plans" | "replayed" | "demoted" | "skipped" | "kernels", number>>;
  readonly problems: readonly string[];
  readonly line: string;
}

let gpu: Promise<GPU> | undefined;

/** Does all over that was recorded since the last time, on the GPU. */
export async function replay(): Promise<ShadowReport> {
  const started = performance.now();
  const { records, plans } = recording;
  gpu ??= openDawn(isNull ? "null" : "adapter");
  const replaying = new Replay(await gpu, !isNull);
  await replaying.all(records);
  const { outcome } = replaying;
  texts.keep(outcome.kernels.values());
  const { replayed, demoted } = outcome;
  const skipped = [...outcome.skipped.values()].reduce((a, b) => a + b, 0);
  const counts = { plans, replayed, demoted, skipped, kernels: outcome.kernels.size };
  const left = choice.takeLeft();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const parts = [
    `${plans} plans`,
    `${replayed} replayed in ${seconds} s`,
    `${outcome.kernels.size} kernels`,
    isNull ? "" : `worst ${outcome.worst.toExponential(1)}`,
    demoted > 0 ? `${demoted} of float64${isNull ? "" : `, worst ${outcome.worstDemoted.toExponential(1)}`}` : "",
    ...[...outcome.skipped].map(([reason, count]) => `skipped ${count} x ${reason}`),
    left.length > 0 ? `left ${left.length} kernels of plans too heavy for this adapter` : "",
  ];
  const problems = [...recording.problems, ...outcome.problems];
  recording.clear();
  return { counts, problems, line: parts.filter(Boolean).join(", ") };
}
