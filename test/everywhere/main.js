// For runtimes with a command line: prints what came of the suite as JSON. The argument is how many threads are asked for.

import process from "node:process";
import { run } from "./suite.js";

console.log(JSON.stringify(await run(Number(process.argv[2]))));
