// In Deno: conformance and random programs. Prints what came of each family as a line of JSON.

import process from "node:process";

const [, , suite, wanted] = process.argv;
const { runSuite } = await import(suite);
await runSuite(JSON.parse(wanted), (outcome) => console.log(JSON.stringify(outcome)));
process.exit();
