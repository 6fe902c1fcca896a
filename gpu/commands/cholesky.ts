/** CHOLESKY: the lower triangle with `L L^T = A`, of which only the lower triangle is read; NaN in all of it if there is none. */
import { entry } from "../../src/base/lists.ts";
import type { KernelStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { fillKernel } from "../move.ts";
import { Shader } from "../shader.ts";
import {
  BLOCK,
  type Matrices,
  multiply,
  partFrom,
  placeOf,
  SYNC,
  scratch,
  stacked,
  transposed,
  WHOLE,
} from "./matrices.ts";
import { blockKernels } from "./solve.ts";

export function choleskyKernels({ inputs, outputs, arguments: sizes }: KernelStep, settings: Settings): Kernel[] {
  const [batch = 0, size = 0] = sizes;
  const [source, target] = [stacked(entry(inputs, 0), size, size), stacked(entry(outputs, 0), size, size)];
  if (size <= WHOLE) return factorKernels(source, null, target, batch, size, settings);
  return [
    ...zeros(target, settings),
    ...blockedKernels(source, target, batch, size, settings),
    failureKernel(target, batch, size, settings),
  ];
}

const zeros = ({ buffer }: Matrices, settings: Settings): Kernel[] => {
  const kernel = fillKernel({ kind: "fill", target: buffer, value: 0 }, settings);
  return kernel ? [kernel] : [];
};

/** Column after column of blocks, each less what those before it have added up to. */
function blockedKernels(source: Matrices, target: Matrices, batch: number, size: number, settings: Settings): Kernel[] {
  const kernels: Kernel[] = [];
  const known = stacked(scratch(batch * size * BLOCK), size, BLOCK);
  for (let start = 0; start < size; start += BLOCK) {
    const own = Math.min(BLOCK, size - start);
    const [from, to] = [partFrom(source, start, start), partFrom(target, start, start)];
    const rest = start > 0 ? known : null;
    if (start > 0) {
      const before = partFrom(target, start, 0);
      const sizes = { batch, rows: size - start, columns: own, terms: start };
      kernels.push(...multiply(before, transposed(before), known, sizes, settings));
    }
    kernels.push(...factorKernels(from, rest, to, batch, own, settings));
    const below = size - start - own;
    if (below === 0) break;
    // L21 L11^T = A21, transposed.
    const part = (x: Matrices): Matrices => transposed(partFrom(x, own, 0));
    const system = { batch, size: own, columns: below, isUnit: false };
    kernels.push(...blockKernels(to, part(from), rest && part(rest), part(to), system, settings));
  }
  return kernels;
}

const THREADS = 64;

/** Factorizes up to WHOLE rows of A - known: a workgroup has a matrix, its threads the rows. */
function factorKernels(
  source: Matrices,
  known: Matrices | null,
  target: Matrices,
  batch: number,
  size: number,
  settings: Settings,
): Kernel[] {
  const shader = new Shader(`cholesky${known ? ", rest" : ""}`, settings);
  const side = shader.count(size);
  const from = `${shader.read(source.buffer)}[${placeOf(source, "g", "row", "column", shader)}]`;
  const less = known ? ` - ${shader.read(known.buffer)}[${placeOf(known, "g", "row", "column", shader)}]` : "";
  const result = shader.write(target.buffer);
  declarePlace("place", target, shader);
  shader.declare("var<workgroup> pivot: f32;", "var<workgroup> failed: u32;");
  const eachElement = (body: string): string[] => [
    `for (var e = thread; e < ${side} * ${side}; e += ${THREADS}u) {`,
    `let row = e / ${side};`,
    `let column = e - row * ${side};`,
    body,
    "}",
  ];
  shader.emit(
    "if (thread == 0u) { failed = 0u; }",
    ...eachElement(`${result}[place(g, row, column)] = select(0f, ${from}${less}, column <= row);`),
    SYNC,
    `for (var j = 0u; j < ${side}; j++) {`,
    `for (var i = j + thread; i < ${side}; i += ${THREADS}u) {`,
    `var value = ${result}[place(g, i, j)];`,
    `for (var k = 0u; k < j; k++) { value -= ${result}[place(g, i, k)] * ${result}[place(g, j, k)]; }`,
    `${result}[place(g, i, j)] = value;`,
    "if (i == j) { pivot = value; }",
    "}",
    "workgroupBarrier();",
    "let isPositive = pivot > 0f && !isNan(pivot);",
    "if (thread == 0u && !isPositive) { failed = 1u; }",
    "let root = sqrt(pivot);",
    `for (var i = j + thread; i < ${side}; i += ${THREADS}u) {`,
    `${result}[place(g, i, j)] = select(${result}[place(g, i, j)] / root, root, i == j);`,
    "}",
    SYNC,
    "}",
    "if (failed == 0u) { return; }",
    ...eachElement(`if (column <= row) { ${result}[place(g, row, column)] = nan(); }`),
  );
  return shader.groupsInParts(batch, THREADS, { flops: (batch * size ** 3) / 3, traffic: (4 * batch * size ** 3) / 3 });
}

/** A function from a matrix, row and column to a place. */
function declarePlace(name: string, x: Matrices, shader: Shader): void {
  const place = placeOf(x, "item", "row", "column", shader);
  shader.declare(`fn ${name}(item: u32, row: u32, column: u32) -> i32 { return ${place}; }`);
}

/** NaN in all of a lower triangle whose last element is one: a block that failed has spoilt all after it. */
function failureKernel({ buffer, item, row }: Matrices, batch: number, size: number, settings: Settings): Kernel {
  const shader = new Shader("cholesky, failure", settings);
  const result = shader.write(buffer);
  shader.emit(
    `let item = i / ${shader.count(item)};`,
    `let place = i - item * ${shader.count(item)};`,
    `let row = place / ${shader.count(row)};`,
    `let column = place - row * ${shader.count(row)};`,
    `if (column <= row && isNan(${result}[(item + 1u) * ${shader.count(item)} - 1u])) { ${result}[i] = nan(); }`,
  );
  return shader.elements(batch * size * size, { flops: 0, traffic: 4 * batch * size * size });
}
