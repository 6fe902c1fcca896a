/** Ends the process when one call takes too much of the processor's time: a thread of its own, since this one can't look at the clock meanwhile. */
import { Worker } from "node:worker_threads";

/** How much processor time a call may take before it counts as one that never ends. */
const HANG_SECONDS = 60;
const LABEL_BYTES = 2000;

const WATCHDOG = `
const { workerData: { shared, seconds, seed } } = require("node:worker_threads");
const [head, label] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
const used = () => Object.values(process.cpuUsage()).reduce((sum, microseconds) => sum + microseconds / 1e6, 0);
let [last, since] = [-1, used()];
setInterval(() => {
  if (head[0] !== last) [last, since] = [head[0], used()];
  else if (used() - since > seconds) {
    const text = Buffer.from(label.slice(0, head[1])).toString();
    require("node:fs").writeSync(2, "hangs (seed " + seed + "): " + text + "\\n");
    process.kill(process.pid, "SIGKILL");
  }
}, 500);`;

/** Gives a function that is to be told of each call before it begins, by its number and a text for the message. */
export function watchCalls(seed: number): (call: number, text: string) => void {
  const shared = new SharedArrayBuffer(8 + LABEL_BYTES);
  const [head, label] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
  new Worker(WATCHDOG, { eval: true, workerData: { shared, seconds: HANG_SECONDS, seed } }).unref();
  return (call, text) => {
    const bytes = Buffer.from(text).subarray(0, LABEL_BYTES);
    label.set(bytes);
    head[1] = bytes.length;
    Atomics.store(head, 0, call);
  };
}
