// For runtimes with a command line: prints the kernel as JSON. The argument says what to import, the package by default.

import process from "node:process";
import { computeKernel } from "./kernel.js";

console.log(JSON.stringify(await computeKernel(await import(process.argv[2] ?? "cotangent"))));
