/** The texts of maps and reductions in the other compiler of WGSL: naga, by Deno. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { GUARANTEED, type Settings } from "../../gpu/kernel.ts";
import { reduceKernels } from "../../gpu/reduce.ts";
import { type ReduceStep, whole } from "../../src/compile/program.ts";
import { kernelsOfAll } from "../gpu/maps.ts";

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function reductions(settings: Settings): string[] {
  const shapes: [number[], number[]][] = [
    [[5, 9], [1]],
    [[5, 900], [1]],
    [[500, 90], [0]],
    [[3, 20000], [1]],
  ];
  const ops: ReduceStep["op"][] = ["SUM", "PROD", "MAX", "MIN", "AND", "OR", "ARGMAX", "ARGMIN"];
  return (["float32", "int32", "uint32", "bool"] as const).flatMap((dtype) =>
    ops
      .filter((op) => dtype !== "float32" || (op !== "AND" && op !== "OR"))
      .flatMap((op) =>
        shapes.flatMap(([shape, axes]) => {
          const size = shape.filter((_, axis) => !axes.includes(axis)).reduce((n, m) => n * m, 1);
          const source = whole({ dtype, size: shape[0] * shape[1] }, shape);
          const target = { dtype: op.startsWith("ARG") ? ("int32" as const) : dtype, size };
          return reduceKernels({ kind: "reduce", op, source, target, axes }, settings).map(({ code }) => code);
        }),
      ),
  );
}

test("every text is valid", () => {
  const codes = [GUARANTEED, { ...GUARANTEED, numbers: "literal" as const }].flatMap((settings) => [
    ...kernelsOfAll(settings).map(({ kernel }) => kernel.code),
    ...reductions(settings),
  ]);
  const deno = pathOf("../runtimes/node_modules/.bin/deno");
  const output = execFileSync(deno, ["run", "--unstable-webgpu", "--no-prompt", "--no-config", pathOf("naga.mjs")], {
    input: JSON.stringify(codes),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"],
  });
  const { count, errors } = JSON.parse(output) as { count: number; errors: { i: number; message: string }[] };
  assert.is(count, codes.length);
  for (const { i, message } of errors) assert.unreachable(`${message}\n${codes[i]}`);
});

test.run();
