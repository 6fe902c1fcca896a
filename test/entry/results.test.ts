/** Results come to lie where collected ones have lain. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../support/command.ts";

// Other allocators keep freed memory by rules of their own.
const { header } = (process.report?.getReport() ?? {}) as { header?: { glibcVersionRuntime?: string } };
const withGlibc = header?.glibcVersionRuntime ? test : test.skip;

withGlibc("a hundred results of 1 MiB need fewer fresh pages than ten of them have", () => {
  const program = join(projectRoot, "test/support/faults-child.ts");
  const args = ["--expose-gc", "--import", import.meta.resolve("tsx"), program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: projectRoot });
  assert.ok(stdout, stderr);
  const pages = 2 ** 20 / 4096;
  assert.ok(Number(stdout) < 10 * pages, `${stdout.trim()} pages`);
});

test.run();
