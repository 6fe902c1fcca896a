/** A check of the GPU that the page runs on, with a report as text. `?short` in the address runs a part of it. */
import { initWebGPU, setDefaultDevice } from "cotangent";
import { accuracyChecks } from "./check/accuracy.ts";
import { adapterChecks } from "./check/adapter.ts";
import { kernelChecks } from "./check/kernels.ts";
import { type Check, type Finding, Report } from "./check/report.ts";
import { resultChecks } from "./check/results.ts";
import { specialChecks } from "./check/special.ts";
import { speedChecks } from "./check/speed.ts";
import { messageOf } from "./message.ts";
import { element, formatTime, onPress, Progress, seconds } from "./page.ts";

/** The library's version, which the build fills in. */
declare const VERSION: string;

/** What takes longer has hung. */
const PATIENCE_SECONDS = 120;

const short = new URLSearchParams(location.search).has("short");
const progress = new Progress();
const output = element("report", HTMLTextAreaElement);
const stop = element("stop", HTMLButtonElement);
const copy = element("copy", HTMLButtonElement);

const checks = (): Check[] =>
  [
    ...adapterChecks(),
    ...accuracyChecks(short),
    ...specialChecks(),
    ...resultChecks(),
    ...speedChecks(short),
    ...kernelChecks(),
  ].filter((check) => !short || check.short);

/** A row's finding, or its error: one row's doesn't end the others. */
async function find(check: Check): Promise<Finding> {
  let timer = 0;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`no answer within ${PATIENCE_SECONDS} s`);
    timer = window.setTimeout(() => reject(error), 1000 * PATIENCE_SECONDS);
  });
  try {
    return await Promise.race([check.run(), late]);
  } catch (error) {
    return { mark: "ERROR", text: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

const title = (): string[] => [
  `Cotangent ${VERSION}, check of the GPU${short ? " (short)" : ""}, ${new Date().toISOString().slice(0, 16)}Z`,
  navigator.userAgent,
  `${navigator.hardwareConcurrency} cores of the processor; a page from ${location.protocol}`,
];

async function run(): Promise<void> {
  const report = new Report(title());
  const all = checks();
  const started = performance.now();
  let stopped = false;
  const end = () => {
    stopped = true;
  };
  stop.addEventListener("click", end);
  stop.ariaDisabled = "false";
  progress.say("Checking.");
  try {
    let done = 0;
    for (const check of all) {
      if (stopped) break;
      await progress.show(`${done + 1} of ${all.length}: ${check.name} …`, done / all.length);
      // Opens the device again where an earlier row has lost it; where there is none at all, that is what to tell.
      if (check.section !== "Adapter") await initWebGPU();
      // What a check compares with is the processor's.
      setDefaultDevice("cpu");
      report.add(check, await find(check));
      output.value = report.toString();
      done++;
    }
    report.end(`${stopped ? "stopped by hand" : "complete"} after ${formatTime(seconds(started))}`);
  } finally {
    stop.removeEventListener("click", end);
    stop.ariaDisabled = "true";
    output.value = report.toString();
    copy.ariaDisabled = "false";
    progress.say(`Done: ${report.summary()}.`);
  }
}

async function copyReport(): Promise<void> {
  if (copy.ariaDisabled === "true") return;
  try {
    await navigator.clipboard.writeText(output.value);
  } catch {
    // Some browsers don't let pages from files write there; what is selected can be copied by hand.
    output.focus();
    output.select();
    progress.say("The report is selected: copy it with Ctrl+C or ⌘C.");
    return;
  }
  progress.say("The report is in the clipboard.");
}

onPress(element("check", HTMLButtonElement), run);
copy.addEventListener("click", copyReport);
