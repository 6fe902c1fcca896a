/** Prints how many pages the system had to provide for a hundred results of 1 MiB, after as many have been collected. */
import { numpy as np } from "cotangent";

const x = np.ones([512, 512]);

function faultsOfRun(): number {
  const before = process.resourceUsage().minorPageFault;
  for (let i = 0; i < 100; i++) np.add(x, 1);
  return process.resourceUsage().minorPageFault - before;
}

const faults = Array.from({ length: 5 }, () => {
  const run = faultsOfRun();
  globalThis.gc?.();
  return run;
});
console.log(Math.min(...faults.slice(1)));
