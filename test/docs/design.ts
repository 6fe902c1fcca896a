/** The sections of docs/design.md that are made from the code; the prose around them is written by hand. */
import { readFileSync } from "node:fs";
import { grad, makeJaxpr, numpy as np } from "cotangent";
import { GUARANTEED, type Kernel } from "../../gpu/kernel.ts";
import { mapEach } from "../../src/base/lists.ts";
import { lowered as loweredFor } from "../../src/compile/digits.ts";
import { formatProgram } from "../../src/compile/print.ts";
import { type Buffer, type Program, writesOf } from "../../src/compile/program.ts";
import { simplify } from "../../src/compile/simplify.ts";
import { planProgram } from "../../src/device/webgpu/plan.ts";
import { makeTarget } from "../../src/device/webgpu/target.ts";
import { type Jaxpr, outputAvals } from "../../src/ir/jaxpr.ts";
import { formatJaxpr, nameOf } from "../../src/ir/print.ts";
import { disassemble } from "../support/disassemble.ts";
import { lowered, planOf } from "../support/plans.ts";
import { loss } from "./loss.ts";

export const document = new URL("../../docs/design.md", import.meta.url);

const shapes = [
  [3, 2],
  [4, 3],
  [4, 2],
] as const;

/** The function's own text, without what stands around it in its file. */
function source(): string {
  const text = readFileSync(new URL("loss.ts", import.meta.url), "utf8");
  return text.slice(text.indexOf("function loss")).trimEnd();
}

/** A program for WebGPU, and the kernels that it is dispatched as. */
function onWebGpu(jaxpr: Jaxpr): { program: Program; kernels: readonly Kernel[] } {
  const program = loweredFor(jaxpr, makeTarget(GUARANTEED));
  const { dispatches } = planProgram(program, outputAvals(jaxpr), GUARANTEED);
  return { program, kernels: dispatches.map(({ kernel }) => kernel) };
}

/** Every dispatch with its buffers, under the names that they have among the steps, and the numbers of its uniform. */
function formatDispatches({ program, kernels }: ReturnType<typeof onWebGpu>): string {
  const names = new Map<Buffer, string>();
  for (const buffer of [...program.inputs, ...program.steps.flatMap(writesOf)]) {
    if (!names.has(buffer)) names.set(buffer, nameOf(names.size));
  }
  return kernels
    .map(({ label, grid, bindings, words }) => {
      const buffers = bindings.map(({ buffer, access }, i) => `  buffer${i} ${access} ${names.get(buffer)}`);
      const rows = Array.from({ length: Math.ceil(words.length / 4) }, (_, i) => words.slice(4 * i, 4 * i + 4));
      const numbers = rows.map((row, i) => `  numbers[${i}] = ${row.join(" ")}`);
      return [`${label}, workgroups ${grid.join(" x ")}`, ...buffers, ...numbers].join("\n");
    })
    .join("\n");
}

/** A shader's text, of the functions of `gpu/math/` in it the first line only. */
function shorterText({ code }: Kernel): string {
  const functions = code.trimEnd().split(/\n(?=fn |@compute)/);
  const shorter = functions.map((text) =>
    /^fn (?!finish|main)/.test(text) ? text.replace(/\{[\s\S]*/, "{ ... }") : text,
  );
  return shorter.join("\n");
}

/** By name: the language and the text of each section. */
function sections(): ReadonlyMap<string, readonly [language: string, text: string]> {
  const args = mapEach(shapes, (shape) => np.ones(shape));
  const { jaxpr } = makeJaxpr(grad(loss))(...args);
  const gpu = onWebGpu(jaxpr);
  const [first] = gpu.kernels;
  if (!first) throw new Error("the gradient has no dispatch on WebGPU");
  return new Map([
    ["function", ["ts", source()]],
    ["jaxpr", ["", formatJaxpr(makeJaxpr(loss)(...args).jaxpr)]],
    ["derivative", ["", formatJaxpr(jaxpr)]],
    ["simplified", ["", formatJaxpr(simplify(jaxpr))]],
    ["steps", ["", formatProgram(lowered(jaxpr)).trimEnd()]],
    ["commands", ["", disassemble(planOf(jaxpr).commands)]],
    ["dispatches", ["", formatDispatches(gpu)]],
    ["shader", ["wgsl", shorterText(first)]],
  ]);
}

/** The document with its sections written anew. */
export function design(text: string): string {
  const made = sections();
  return text.replaceAll(
    /(<!-- made: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, open: string, name: string, close: string) => {
      const section = made.get(name);
      if (!section) throw new Error(`docs/design.md names a section that nobody makes: ${name}`);
      return `${open}\`\`\`${section[0]}\n${section[1]}\n\`\`\`\n${close}`;
    },
  );
}
