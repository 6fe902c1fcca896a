// Runs an example by its name: `npm run example spectrum`. Without a name, or with an unknown one, it lists them.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "examples");
const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(folder).flatMap((file) => /^(.*)\.ts$/.exec(file)?.[1] ?? []);

/** The first sentence at the head of an example's file. */
const about = (example) => {
  const head = readFileSync(join(folder, `${example}.ts`), "utf8").split("\n\n")[0];
  return head
    .replaceAll(/\s*\/\/ +/g, " ")
    .trim()
    .split(/(?<=[.?])\s|:\s/)[0];
};

if (names.includes(name)) {
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const args = [tsx, "--tsconfig", join(folder, "tsconfig.json"), join(folder, `${name}.ts`), ...rest];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
} else {
  if (name !== undefined) console.error(`There is no example ${name}.\n`);
  console.log("npm run example <name>, where <name> is one of:\n");
  for (const each of names) console.log(`  ${each.padEnd(20)}${about(each)}`);
  process.exitCode = name === undefined ? 0 : 1;
}
