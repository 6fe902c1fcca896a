/** The answer to a question: the kernel, at once or block by block. */
import { lax } from "cotangent";
import { asHttpErrors, HttpError } from "./http.ts";
import type { Question } from "./question.ts";

/** Rows of x1 that are computed before progress is told. */
const BLOCK = 16;

export interface Kernel {
  readonly shape: readonly number[];
  /** In row-major order. */
  readonly data: number[];
}

export async function computeKernel({ kernelFn, params, x1, x2, shape }: Question): Promise<Kernel> {
  const kernel = asHttpErrors("the kernel", () => kernelFn(x1, x2, params));
  return toKernel(shape, await kernel.data());
}

/** How many rows are done after each block of them, `{ done, total }`, and the kernel last. */
export async function* computeByBlocks({ kernelFn, params, x1, x2, shape }: Question) {
  const [total = 0, ...row] = shape;
  const rowSize = row.reduce((product, n) => product * n, 1);
  const data = new Float32Array(total * rowSize);
  for (let start = 0; start < total; start += BLOCK) {
    const end = Math.min(start + BLOCK, total);
    const rows = lax.sliceInDim(x1, start, end);
    const block = asHttpErrors("the kernel", () => kernelFn(rows, x2 ?? x1, params));
    data.set(await block.data(), start * rowSize);
    yield { done: end, total };
  }
  yield toKernel(shape, data);
}

function toKernel(shape: readonly number[], data: ArrayLike<number>): Kernel {
  const entries = Array.from(data);
  if (entries.every(Number.isFinite)) return { shape, data: entries };
  throw new HttpError(422, "the kernel isn't finite in float32: the numbers in params, x1 or x2 are too large.");
}
