// Formats assembly/ as Biome formats everything else: AssemblyScript is TypeScript but for its decorators, which stand where
// TypeScript has none, and so pass the formatter as comments.
//
//   node scripts/format-assembly.mjs [--check]

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
const DECORATOR = /(?<![\w/*`"'])@((?:inline|unmanaged|lazy|unsafe|global)\b|external\([^)]*\))/g;
const COMMENT = /\/\*@(\w+(?:\([^)]*\))?)\*\//g;

const files = readdirSync(join(root, "assembly"), { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && name !== "opcodes.ts",
);

/** The formatted texts of all files, in one run of the formatter. */
function formatted() {
  const folder = mkdtempSync(join(tmpdir(), "assembly-"));
  try {
    const flat = (name) => join(folder, name.replaceAll(/[\\/]/g, "__"));
    for (const name of files) {
      const text = readFileSync(join(root, "assembly", name), "utf8");
      writeFileSync(flat(name), text.replaceAll(DECORATOR, "/*@$1*/"));
    }
    const { formatter, javascript } = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
    writeFileSync(
      join(folder, "biome.json"),
      JSON.stringify({ formatter, javascript: { formatter: javascript.formatter } }),
    );
    execFileSync(process.execPath, [biome, "format", "--write", "--log-level=warn", "."], {
      cwd: folder,
      stdio: "inherit",
    });
    return new Map(files.map((name) => [name, readFileSync(flat(name), "utf8").replaceAll(COMMENT, "@$1")]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const check = process.argv.includes("--check");
let wrong = 0;
for (const [name, text] of formatted()) {
  const path = join(root, "assembly", name);
  if (readFileSync(path, "utf8") === text) continue;
  wrong++;
  if (check) console.error(`${relative(root, path)} isn't formatted: npm run format`);
  else writeFileSync(path, text);
}
console.log(`assembly: ${files.length} files, ${wrong} ${check ? "not formatted" : "formatted anew"}`);
process.exitCode = check && wrong > 0 ? 1 : 0;
