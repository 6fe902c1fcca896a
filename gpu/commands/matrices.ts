/** Stacks of matrices in buffers, and products of their parts. */
import type { Buffer, ContractAxis, ContractStep } from "../../src/compile/program.ts";
import { contractKernels } from "../contract/contract.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";

/** Larger matrices are worked on in blocks: a workgroup alone would take too long. */
export const WHOLE = 256;
/** The rows and columns of a block. */
export const BLOCK = 64;

/** Where the first element is, and the steps to the next matrix, row and column. */
export interface Matrices {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly item: number;
  readonly row: number;
  readonly column: number;
}

/** Row-major matrices, one after the other. */
export const stacked = (buffer: Buffer, rows: number, columns: number): Matrices => ({
  buffer,
  offset: 0,
  item: rows * columns,
  row: columns,
  column: 1,
});

/** The part from a row and a column on. */
export const partFrom = (x: Matrices, row: number, column: number): Matrices => ({
  ...x,
  offset: x.offset + row * x.row + column * x.column,
});

export const transposed = (x: Matrices): Matrices => ({ ...x, row: x.column, column: x.row });

/** Buffers that a command needs for itself. */
export const scratch = (size: number): Buffer => ({ dtype: "float32", size });

/** Expressions for the place of an element, by those for the matrix, the row and the column. */
export function placeOf(x: Matrices, item: string, row: string, column: string, shader: Shader): string {
  const terms = [shader.times(item, x.item), shader.times(row, x.row), shader.times(column, x.column)];
  return [shader.number(x.offset), ...terms].join(" + ");
}

export interface Sizes {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
}

/** Writes a product of matrices. */
export function multiply(
  a: Matrices,
  b: Matrices,
  target: Matrices,
  { batch, rows, columns, terms }: Sizes,
  settings: Settings,
): Kernel[] {
  const axis = (size: number, ...[left, right, result]: readonly [number, number, number]): ContractAxis[] =>
    size === 1 ? [] : [{ size, a: left, b: right, c: result }];
  const operand = ({ buffer, offset }: Matrices): ContractStep["a"] => ({
    kind: "array",
    dtype: buffer.dtype,
    buffer,
    view: { offset, shape: [], strides: [] },
  });
  const step: ContractStep = {
    kind: "contract",
    a: operand(a),
    b: operand(b),
    target: target.buffer,
    targetOffset: target.offset,
    batch: axis(batch, a.item, b.item, target.item),
    m: axis(rows, a.row, 0, target.row),
    n: axis(columns, 0, b.column, target.column),
    k: axis(terms, a.column, b.row, 0),
    symmetric: false,
  };
  return contractKernels(step, settings);
}

/** Makes what a workgroup has written visible to all of it. */
export const SYNC = "storageBarrier(); workgroupBarrier();";

/** Writes unit vectors, the rows of identity matrices. */
export function identityKernel(
  target: Buffer,
  batch: number,
  rows: number,
  columns: number,
  settings: Settings,
): Kernel {
  const shader = new Shader("identity", settings);
  shader.emit(
    `let row = i / ${shader.count(columns)};`,
    `let isOne = row % ${shader.count(rows)} == i - row * ${shader.count(columns)};`,
    `${shader.write(target)}[i] = select(0f, 1f, isOne);`,
  );
  const total = batch * rows * columns;
  return shader.elements(total, { flops: 0, traffic: 4 * total });
}
