import { test } from "uvu";
import * as assert from "uvu/assert";
import { runScript, withProject } from "../support/command.ts";

const check = (files: Record<string, string>) =>
  withProject(files, (root) => runScript("scripts/check-imports.mjs", root));

function expectProblem(files: Record<string, string>, message: string) {
  const { code, output } = check(files);
  assert.is(code, 1, output);
  assert.match(output, message);
  assert.match(output, ", 1 problems");
}

const base = { "src/base/shape.ts": "export type Shape = number[];\nexport const rank = (s: Shape) => s.length;\n" };

test("downward imports pass", () => {
  const { code, output } = check({
    ...base,
    "assembly/opcodes.ts": "export const enum Op { ADD = 1 }",
    "src/ir/jaxpr.ts": 'import { rank } from "../base/shape.ts";\nexport const r = rank([]);',
    "src/device/wasm/plan.ts": 'import { Op } from "../../../assembly/opcodes.ts";\nexport const add = Op.ADD;',
    "src/numpy/index.ts": 'export * from "../ir/jaxpr.ts";',
    "src/nn/index.ts": 'export { r } from "../numpy/index.ts";',
    "src/index.ts": 'export * as nn from "./nn/index.ts";',
    "src/entry/node.ts": 'import fs from "node:fs";\nexport * from "../index.ts";\nvoid fs;',
    "src/entry/workerd.ts": 'import kernels from "./kernels.wasm";\nvoid kernels;',
  });
  assert.is(code, 0, output);
  assert.match(output, "9 files, 0 problems");
});

test("an upward import fails, a type and a dynamic import too", () => {
  const upward = { ...base, "src/ir/jaxpr.ts": "export type Jaxpr = { n: number };\nexport const one = 1;" };
  const message = "src/base/up.ts:1: base may not import ir, which stands above it";
  for (const source of [
    'import { one } from "../ir/jaxpr.ts";\nvoid one;',
    'import type { Jaxpr } from "../ir/jaxpr.ts";\nexport type J = Jaxpr;',
    'export type { Jaxpr } from "../ir/jaxpr.ts";',
    'export * from "../ir/jaxpr.ts";',
    'void import("../ir/jaxpr.ts");',
  ]) {
    expectProblem({ ...upward, "src/base/up.ts": source }, message);
  }
});

test("what lies above a device sees its face alone, and one device nothing of another", () => {
  const files = {
    "src/device/device.ts": "export const face = 1;",
    "src/device/compiled.ts": "export const cache = 1;",
    "src/device/wasm/plan.ts": 'import { face } from "../device.ts";\nexport const plan = face;',
    "src/nt/ntk.ts": 'import { face } from "../device/device.ts";\nvoid face;',
  };
  assert.is(check(files).code, 0);
  const only = (file: string, target: string, who: string) =>
    expectProblem({ ...files, [file]: `import "${target}";` }, `${file}:1: only ${who}`);
  only("src/transform/jit.ts", "../device/wasm/plan.ts", "src/device/wasm/, src/device/install.ts");
  only("src/transform/jit.ts", "../device/compiled.ts", "src/device/, src/index.ts");
  only("src/device/webgpu/plan.ts", "../wasm/plan.ts", "src/device/wasm/, src/device/install.ts");
});

test("the kernels, the benchmark and the tests are looked at, too", () => {
  const kernels = { "assembly/map/index.ts": 'import { a } from "../a";', "assembly/a.ts": "export const a = 1;" };
  assert.match(check({ ...base, ...kernels }).output, "3 files, 0 problems");
  const circle = { ...kernels, "assembly/a.ts": 'import { map } from "./map";' };
  expectProblem({ ...base, ...circle }, "import cycle: assembly/a.ts -> assembly/map/index.ts -> assembly/a.ts");
  expectProblem(
    { ...base, "assembly/a.ts": 'import { x } from "./b";' },
    "assembly/a.ts: assembly/b.ts does not exist",
  );
  const outside = { ...base, "bench/run.ts": "export const b = 1;", "test/a.ts": 'import "../bench/run.ts";' };
  expectProblem(outside, "test/a.ts: test may not import bench/run.ts");
});

test("siblings see each other only where allowed", () => {
  const files = { "src/nn/a.ts": "export const a = 1;", "src/numpy/b.ts": 'import { a } from "../nn/a.ts";\nvoid a;' };
  expectProblem(files, "numpy may not import nn, which stands beside it");
});

test("only the WebAssembly device reads the opcodes, and nothing else outside src is imported", () => {
  const files = { ...base, "assembly/opcodes.ts": "export const A = 1;", "test/x.ts": "export const x = 1;" };
  const opcodes = 'import { A } from "../../assembly/opcodes.ts";\nvoid A;';
  expectProblem(
    { ...files, "src/lax/a.ts": opcodes },
    "src/lax/a.ts:1: only src/device/wasm/ may import assembly/opcodes.ts",
  );
  expectProblem(
    { ...files, "src/nt/a.ts": 'import { x } from "../../test/x.ts";\nvoid x;' },
    "may not import test/x.ts",
  );
});

test("packages, missing files and unknown folders fail", () => {
  expectProblem({ "src/lax/a.ts": 'import "lodash";' }, 'may not import the package "lodash"');
  expectProblem({ "src/lax/a.ts": 'import "node:fs";' }, 'may not import the package "node:fs"');
  expectProblem({ "src/lax/a.ts": 'import "./b.js";' }, "./b.js does not exist");
  expectProblem({ "src/misc/a.ts": "export const a = 1;" }, "misc is not a layer");
  expectProblem({ "README.md": "", "src/.keep": "" }, "src: no files");
});

test("cycles fail, whole type imports don't make one", () => {
  const a = 'import { b } from "./b.ts";\nexport type A = number;\nexport const a = b;';
  const cycle = { "src/lax/a.ts": a, "src/lax/b.ts": 'import { a } from "./a.ts";\nexport const b = () => a;' };
  expectProblem(cycle, "import cycle: src/lax/a.ts -> src/lax/b.ts -> src/lax/a.ts");
  const inline = { ...cycle, "src/lax/b.ts": 'import { type A } from "./a.ts";\nexport const b: A = 1;' };
  expectProblem(inline, "import cycle");
  const whole = { ...cycle, "src/lax/b.ts": 'import type { A } from "./a.ts";\nexport const b: A = 1;' };
  assert.is(check(whole).code, 0, check(whole).output);
});

test.run();
