// For runtimes with a command line: prints what came of the suite as JSON.

import { run } from "./suite.js";

console.log(JSON.stringify(await run()));
