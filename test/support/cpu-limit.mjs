// Ends a process that has used up its processor time, which the machine's other work doesn't stretch as it does the clock.

import { Worker } from "node:worker_threads";

// A thread of its own, since the process's first may be what does not end; without the loader of TypeScript, which would wait for it.
const WATCH = `
const { parentPort, workerData: { seconds, last } } = require("node:worker_threads");
const used = () => { const { user, system } = process.cpuUsage(); return user + system; };
let start = 0;
parentPort.on("message", () => { start = used(); }).unref();
setInterval(() => {
  if (used() - start < 1e6 * seconds) return;
  require("node:fs").writeSync(1, last);
  process.kill(process.pid, "SIGKILL");
}, 500);`;

/** Gives the process so many seconds, and from each call of what it returns so many again. `last` is what it prints when they are over. */
export function limitCpuTime(seconds, last) {
  const watch = new Worker(WATCH, { eval: true, workerData: { seconds, last }, execArgv: [] });
  watch.unref();
  return () => watch.postMessage("again");
}
