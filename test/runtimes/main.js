// For runtimes with a command line: prints the kernel as JSON. The arguments say what to import, the package by default,
// and the options of `initThreads` as JSON.

import process from "node:process";
import { computeKernel } from "./kernel.js";

const [, , entry = "cotangent", options = "null"] = process.argv;
console.log(JSON.stringify(await computeKernel(await import(entry), JSON.parse(options))));
