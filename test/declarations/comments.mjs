// Prints what is wrong with the comments of the installed package's declarations, subpaths' included, and how many examples it
// has run.

import { fileURLToPath } from "node:url";
import { documented } from "./documented.mjs";

const folder = process.argv[2];
const { entries, keep, promises } = await import(new URL("examples.mjs", `file://${folder}/`));

/** A module in a bundle is an object without a prototype, as it is without one. */
const isNamespace = (value) => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;

/** What a program finds: the names of all values, namespaces' included. */
function values(module, path = "") {
  return Object.entries(module).flatMap(([name, value]) =>
    isNamespace(value) ? [`${path}${name}`, ...values(value, `${path}${name}.`)] : [`${path}${name}`],
  );
}

const problems = [];

/** What a file of declarations says of an entry's exports, which are those that are there. */
function declaredBy(name, module) {
  const all = documented(fileURLToPath(new URL(`node_modules/cotangent/dist/node/${name}.d.ts`, `file://${folder}/`)));
  const declared = all.filter(
    ({ name, kind }) => ["namespace", "function", "class", "value"].includes(kind) && !name.startsWith("NDArray."),
  );
  const found = new Set(values(module));
  for (const { name } of declared) if (!found.delete(name)) problems.push(`${name} is declared and isn't there`);
  for (const name of found) problems.push(`${name} is there and isn't declared`);
  return all;
}

const all = Object.entries(entries).flatMap(([name, module]) => declaredBy(name, module));
let run = 0;
for (const { name, kind, comment, examples } of all) {
  if (!comment) problems.push(`${name} has no comment`);
  if (kind === "function" && examples.length === 0) problems.push(`${name} has no example`);
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
