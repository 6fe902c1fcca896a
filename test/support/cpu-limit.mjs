// Ends a process that has used up its processor time, which the machine's other work doesn't stretch as it does the clock.

import { Worker } from "node:worker_threads";

// A thread of its own, since this one may be what does not end; without tsx, which would wait for this one.
// It writes the report of test/support/run-file.mjs.
const WATCH = `
const { workerData: seconds } = require("node:worker_threads");
setInterval(() => {
  const { user, system } = process.cpuUsage();
  if (user + system < 1e6 * seconds) return;
  require("node:fs").writeSync(3, JSON.stringify({ endless: true }));
  process.kill(process.pid, "SIGKILL");
}, 500);`;

export function limitCpuTime(seconds) {
  new Worker(WATCH, { eval: true, workerData: seconds, execArgv: [] }).unref();
}
