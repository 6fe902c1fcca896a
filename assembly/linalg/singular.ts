/**
 * SVD: the singular values of matrices with at least as many rows as columns, and their vectors if asked for. All is computed in
 * float64, whose rounding float32 doesn't see.
 */
import { bidiagonalize } from "./bidiagonal";
import { divideBidiagonal } from "./bidivide";
import { at, set } from "./doubles";
import { scaleOf } from "./eigen";
import { LIST_BYTES, useList } from "./product";
import { reflectBack } from "./reflections";
import { get, ITEM, put, useType } from "./rows";
import { triangularize } from "./triangular";
import { DType } from "../opcodes";

let dtype: u32 = 0;
/** The columns of a matrix, its rows, and how many left vectors are asked for. */
let n: usize = 0;
let m: usize = 0;
let count: usize = 0;
/** A tall matrix is made triangular first: the products that this takes are faster than bidiagonalisation. */
let isTall: bool = false;
/** The room: the matrix and its triangle, or the matrix twice, the elements of whose columns are so many; the right reflections. */
let matrix: usize = 0;
let core: usize = 0;
let width: usize = 0;
let right: usize = 0;
/** Lists: the bidiagonal matrix, and the factors of all reflections. */
let d: usize = 0;
let e: usize = 0;
let tallFactors: usize = 0;
let leftFactors: usize = 0;
let rightFactors: usize = 0;
/** The right and left vectors, n + 1 rows of as many elements, or ends of the right ones alone; and what the steps need. */
let v: usize = 0;
let u: usize = 0;
let spare: usize = 0;

/** `[SVD, len, dtype, A^T, U^T, values, V^T, room, batch, n, m, count, count * m]`: one thread computes all of it. */
export function singular(command: usize): void {
  dtype = load<u32>(command, 8);
  let a = <usize>load<u32>(command, 12);
  let lefts = <usize>load<u32>(command, 16);
  let values = <usize>load<u32>(command, 20);
  let rights = <usize>load<u32>(command, 24);
  n = load<u32>(command, 36);
  m = load<u32>(command, 40);
  count = load<u32>(command, 44);
  useRoom(load<u32>(command, 28));
  for (let left = load<u32>(command, 32); left; --left) {
    useType(dtype);
    decompose(a, lefts, values, rights);
    a += n * m * ITEM;
    lefts += count * m * ITEM;
    values += n * ITEM;
    rights += n * n * ITEM;
  }
}

function useRoom(room: usize): void {
  const list = n << 3;
  isTall = m * 2 > n * 3;
  width = isTall ? n : m;
  matrix = room + LIST_BYTES;
  core = isTall ? matrix + m * list : matrix;
  right = core + width * list;
  d = right + n * list;
  e = d + list;
  tallFactors = e + list;
  leftFactors = tallFactors + list;
  rightFactors = leftFactors + list;
  v = rightFactors + list;
  u = count ? v + (n + 1) * (list + 8) : 0;
  spare = count ? u + (n + 1) * (list + 8) : v + ((n + 1) << 4);
  useList(room);
}

/** Writes the descending singular values, and the vectors as rows; all are NaN for a matrix that isn't finite. */
function decompose(a: usize, lefts: usize, values: usize, rights: usize): void {
  const scale = scaleOf(a, n * m);
  if (!scale) {
    fillNaN(values, n);
    if (!count) return;
    fillNaN(lefts, count * m);
    fillNaN(rights, n * n);
    return;
  }
  for (let i: usize = 0; i < n * m; ++i) store<f64>(matrix + (i << 3), scale * get(a + i * ITEM));
  useType(DType.FLOAT64);
  if (isTall) triangularize(matrix, n, m, tallFactors, core, spare);
  bidiagonalize(core, n, width, d, e, leftFactors, right, rightFactors, spare);
  set(e, n - 1, 0);
  divideBidiagonal(d, e, v, u, n, spare);
  if (count) writeLefts(lefts);
  const bytes = (n + 1) << 3;
  if (count) reflectBack(right + 8, n << 3, n - 1, n - 1, rightFactors, v + 8, bytes, n, spare);
  useType(dtype);
  for (let i: usize = 0; i < n; ++i) {
    put(values + i * ITEM, at(d, n - 1 - i) / scale);
    if (count) write(v + (n - 1 - i) * bytes, n, rights + i * n * ITEM);
  }
}

function fillNaN(to: usize, elements: usize): void {
  for (let i: usize = 0; i < elements; ++i) put(to + i * ITEM, NaN);
}

function write(row: usize, elements: usize, to: usize): void {
  for (let i: usize = 0; i < elements; ++i) put(to + i * ITEM, at(row, i));
}

/** The left vectors, n at a time; those of no value are reflected unit vectors. */
function writeLefts(lefts: usize): void {
  const bytes = m << 3;
  const room = spare + n * bytes;
  for (let first: usize = 0; first < count; first += n) {
    const rows = min(n, count - first);
    memory.fill(spare, 0, rows * bytes);
    for (let i: usize = 0; i < rows; ++i) {
      if (first) set(spare + i * bytes, first + i, 1);
      else memory.copy(spare + i * bytes, u + (n - 1 - i) * ((n + 1) << 3), n << 3);
    }
    useType(DType.FLOAT64);
    reflectBack(core, width << 3, width, n, leftFactors, spare, bytes, rows, room);
    if (isTall) reflectBack(matrix, bytes, m, n, tallFactors, spare, bytes, rows, room);
    useType(dtype);
    write(spare, rows * m, lefts + first * m * ITEM);
  }
  useType(DType.FLOAT64);
}
