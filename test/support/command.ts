import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

/** What Node needs to load TypeScript. */
export const typescript: readonly string[] = [
  "--import",
  new URL("../../scripts/typescript.mjs", import.meta.url).href,
];

/** Writes a project into a temporary folder, with the real project's node_modules, and removes it after `use`. */
export function withProject<T>(files: Record<string, string>, use: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), "cotangent-"));
  try {
    symlinkSync(join(projectRoot, "node_modules"), join(root, "node_modules"), "junction");
    for (const [path, content] of Object.entries({ "package.json": '{"type":"module"}', ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Runs one of the project's scripts with Node: its exit code, and what it printed. */
export function runScript(script: string, ...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(projectRoot, script), ...args], {
    encoding: "utf8",
    env: { ...process.env, FORCE_COLOR: "0" },
  });
  return { code: status, output: stdout + stderr };
}
