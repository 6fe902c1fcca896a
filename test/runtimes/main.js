// For runtimes with a command line: prints the kernel as JSON. The arguments say what to import and the options of
// `initThreads` as JSON. The imports are literal, for which Deno needs no permission.

import process from "node:process";
import { computeKernel } from "./kernel.js";

const entries = {
  "package by name": () => import("cotangent"),
  subpaths: async () => ({ ...(await import("cotangent")), nt: await import("cotangent/nt") }),
  "minified module": () => import("./node_modules/cotangent/dist/cotangent.js"),
};
const [, , entry, options = "null"] = process.argv;
console.log(JSON.stringify(await computeKernel(await entries[entry](), JSON.parse(options))));
