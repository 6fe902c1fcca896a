// Prints what is wrong with the comments of the installed package's declarations, and how many examples it has run.

import { fileURLToPath } from "node:url";
import { documented } from "./documented.mjs";

const folder = process.argv[2];
const { keep, promises } = await import(new URL("examples.mjs", `file://${folder}/`));
const all = documented(fileURLToPath(new URL("node_modules/cotangent/dist/index.d.ts", `file://${folder}/`)));

const problems = [];
let run = 0;
for (const { name, kind, comment, examples } of all) {
  const isMember = name.startsWith("NDArray.");
  if (!comment && isMember) problems.push(`${name} has no comment`);
  if (kind === "function" && isMember && examples.length === 0) problems.push(`${name} has no example`);
  for (const promise of examples.flatMap(promises)) {
    try {
      await keep(promise);
      run++;
    } catch (error) {
      problems.push(`${name}: ${promise.code}: ${error.message}`);
    }
  }
}
for (const problem of problems) console.log(problem);
console.log(`${all.length} entries, ${run} promises of examples kept`);
process.exitCode = problems.length > 0 ? 1 : 0;
