/** ARGSORT: rows in ascending order, NaN last, and the places that their elements come from; equal ones keep their order. */
import { entry } from "../../src/base/lists.ts";
import type { Buffer, KernelStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { storageType } from "../values.ts";

/** Up to this width each element counts those before it. */
const COUNTED = 4096;
/** The elements that a workgroup sorts in its memory, and the threads that do it. */
const BLOCK = 1024;
const THREADS = 256;

type Outputs = readonly [values: Buffer, places: Buffer];

export function argsortKernels({ inputs, outputs, arguments: sizes }: KernelStep, settings: Settings): Kernel[] {
  const [rows = 0, width = 0] = sizes;
  return sortKernels(entry(inputs, 0), [entry(outputs, 0), entry(outputs, 1)], rows, width, settings);
}

export function sortKernels(
  source: Buffer,
  outputs: Outputs,
  rows: number,
  width: number,
  settings: Settings,
): Kernel[] {
  if (width <= COUNTED) return countKernels(source, outputs, rows, width, settings);
  return bitonicKernels(source, outputs, rows, width, settings);
}

/** Whether an element x from place i comes before an element y from place j; all NaN are one, as are both zeros. */
function orderOf({ dtype }: Buffer): string {
  const type = storageType(dtype);
  const key = (x: string): string => (type === "f32" ? `select(rank(${x}), 0x7fffffffi, isNan(${x}))` : x);
  return `fn comesFirst(x: ${type}, i: u32, y: ${type}, j: u32) -> bool {
  return ${key("x")} < ${key("y")} || (${key("x")} == ${key("y")} && i < j);
}`;
}

function countKernels(
  source: Buffer,
  [values, places]: Outputs,
  rows: number,
  width: number,
  settings: Settings,
): Kernel[] {
  const shader = new Shader("argsort", settings);
  const elements = shader.read(source);
  shader.declare(orderOf(source));
  shader.emit(
    `let first = i / ${shader.count(width)} * ${shader.count(width)};`,
    `let own = ${elements}[i];`,
    "var before = 0u;",
    `for (var j = 0u; j < ${shader.count(width)}; j++) {`,
    `before += u32(comesFirst(${elements}[first + j], j, own, i - first));`,
    "}",
    `${shader.write(values)}[first + before] = own;`,
    `${shader.write(places)}[first + before] = i32(i - first);`,
  );
  return shader.elementsInParts(rows * width, { flops: rows * width * width, traffic: 4 * rows * width * (width + 2) });
}

/**
 * Batcher's bitonic sort on elements with their places. Runs of doubling length are merged; a merge first compares each
 * element with its mirror image, then with those at halving distances, and the smaller always goes to the front. So what
 * lies beyond a row's end counts as the largest, and a row may have any width.
 */
function bitonicKernels(source: Buffer, outputs: Outputs, rows: number, width: number, settings: Settings): Kernel[] {
  const kernels = [blockKernel(source, outputs, rows, width, settings)];
  for (let run = 2 * BLOCK; run / 2 < width; run *= 2) {
    kernels.push(exchangeKernel(outputs, rows, width, run, true, settings));
    for (let length = run / 2; length > BLOCK; length /= 2) {
      kernels.push(exchangeKernel(outputs, rows, width, length, false, settings));
    }
    kernels.push(blockKernel(null, outputs, rows, width, settings));
  }
  return kernels;
}

/** The places of pair `c` in runs of a length: an element and its mirror image, or one at half the run's distance. */
const pairOf = (length: string, isMirrored: boolean): string[] => [
  `let x = c / (${length} / 2u) * ${length} + c % (${length} / 2u);`,
  isMirrored ? `let y = x + ${length} - 1u - 2u * (c % (${length} / 2u));` : `let y = x + ${length} / 2u;`,
];

/** One comparison of each element with another, in global memory. */
function exchangeKernel(
  [values, places]: Outputs,
  rows: number,
  width: number,
  length: number,
  isMirrored: boolean,
  settings: Settings,
): Kernel {
  const shader = new Shader(isMirrored ? "argsort mirror" : "argsort exchange", settings);
  const [elements, origins] = [shader.write(values), shader.write(places)];
  const pairs = (Math.ceil(width / length) * length) / 2;
  shader.declare(orderOf(values));
  shader.emit(
    `let row = i / ${shader.count(pairs)};`,
    `let c = i - row * ${shader.count(pairs)};`,
    `let length = ${shader.count(length)};`,
    ...pairOf("length", isMirrored),
    `if (y >= ${shader.count(width)}) { return; }`,
    `let first = row * ${shader.count(width)};`,
    `let left = ${elements}[first + x];`,
    `let right = ${elements}[first + y];`,
    `let own = ${origins}[first + x];`,
    `let other = ${origins}[first + y];`,
    "if (comesFirst(right, u32(other), left, u32(own))) {",
    `${elements}[first + x] = right;`,
    `${elements}[first + y] = left;`,
    `${origins}[first + x] = other;`,
    `${origins}[first + y] = own;`,
    "}",
  );
  return shader.elements(rows * pairs, { flops: rows * pairs, traffic: 32 * rows * pairs });
}

/** What a workgroup can do in its memory: sorts a block of the source, or ends the merge of one that is there already. */
function blockKernel(
  source: Buffer | null,
  [values, places]: Outputs,
  rows: number,
  width: number,
  settings: Settings,
): Kernel {
  const shader = new Shader(source ? "argsort blocks" : "argsort merge", settings);
  const blocks = Math.ceil(width / BLOCK);
  const [elements, origins] = [shader.write(values), shader.write(places)];
  shader.declare(
    orderOf(values),
    `var<workgroup> keys: array<${storageType(values.dtype)}, ${BLOCK}>;`,
    `var<workgroup> origin: array<u32, ${BLOCK}>;`,
    "fn exchange(x: u32, y: u32, count: u32) {",
    "if (y >= count || !comesFirst(keys[y], origin[y], keys[x], origin[x])) { return; }",
    "let key = keys[x]; keys[x] = keys[y]; keys[y] = key;",
    "let place = origin[x]; origin[x] = origin[y]; origin[y] = place;",
    "}",
  );
  shader.emit(
    `let row = g / ${shader.count(blocks)};`,
    `let start = (g - row * ${shader.count(blocks)}) * ${BLOCK}u;`,
    `let count = min(${shader.count(width)} - start, ${BLOCK}u);`,
    `let first = row * ${shader.count(width)} + start;`,
  );
  emitEach("count", "e", shader, () => {
    const origin = source ? "start + e" : `u32(${origins}[first + e])`;
    shader.emit(`keys[e] = ${source ? shader.read(source) : elements}[first + e];`, `origin[e] = ${origin};`);
  });
  shader.emit("workgroupBarrier();");
  if (source) {
    shader.emit(`for (var run = 2u; run <= ${BLOCK}u; run *= 2u) {`);
    emitExchanges("run", true, shader);
    emitMerge("run / 2u", shader);
    shader.emit("}");
  } else emitMerge(`${BLOCK}u`, shader);
  emitEach("count", "e", shader, () => {
    shader.emit(`${elements}[first + e] = keys[e];`, `${origins}[first + e] = i32(origin[e]);`);
  });
  return shader.groups(rows * blocks, THREADS, { flops: 60 * rows * width, traffic: 16 * rows * width });
}

function emitMerge(longest: string, shader: Shader): void {
  shader.emit(`for (var length = ${longest}; length > 1u; length /= 2u) {`);
  emitExchanges("length", false, shader);
  shader.emit("}");
}

function emitExchanges(length: string, isMirrored: boolean, shader: Shader): void {
  emitEach(`${BLOCK / 2}u`, "c", shader, () => {
    shader.emit(...pairOf(length, isMirrored), "exchange(x, y, count);");
  });
  shader.emit("workgroupBarrier();");
}

/** A loop in which the threads share out so many items. */
function emitEach(count: string, name: string, shader: Shader, body: () => void): void {
  shader.emit(`for (var ${name} = thread; ${name} < ${count}; ${name} += ${THREADS}u) {`);
  body();
  shader.emit("}");
}
