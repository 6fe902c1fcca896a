/** The guide's program has no mistake that its types show; test/webgpu/guide.test.ts runs it on an adapter. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withGuide } from "./guide.ts";

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
const text = readFileSync(new URL("../../docs/webgpu.md", import.meta.url), "utf8");

test("its blocks are one program of the library's types", async () => {
  const complaints = await withGuide((folder) => {
    const config = { extends: "../tsconfig.json", include: ["guide.ts", "../../types"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    return new Promise((done) => execFile(process.execPath, [tsc, "-p", folder], (_, stdout) => done(stdout)));
  });
  assert.is(complaints, "");
});

test("every file and document that it names exists", () => {
  const named = [...text.matchAll(/`((?:src|gpu|test)\/[^`\s]+)`|\]\(([\w./-]+)\)/g)].map(
    (m) => m[1] ?? `docs/${m[2]}`,
  );
  assert.equal(
    named.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url))),
    [],
  );
});

test.run();
