/**
 * EIGEN: the eigenvalues of symmetric matrices, and their vectors if asked for. All is computed in float64, whose rounding
 * float32 doesn't see.
 */
import { divide } from "./divide";
import { LIST_BYTES, useList } from "./product";
import { get, ITEM, put, useType } from "./rows";
import { reflectBack } from "./reflections";
import { tridiagonalize } from "./tridiagonal";
import { DType } from "../opcodes";

/** `[EIGEN, len, dtype, A, V, values, room, batch, n, n, count, n]`: one thread computes all of it. */
export function symmetric(command: usize): void {
  useType(load<u32>(command, 8));
  let a = <usize>load<u32>(command, 12);
  let vectors = <usize>load<u32>(command, 16);
  let values = <usize>load<u32>(command, 20);
  const n = <usize>load<u32>(command, 32);
  for (let left = load<u32>(command, 28); left; --left) {
    decompose(a, vectors, values, n, load<u32>(command, 40) != 0, load<u32>(command, 24));
    a += n * n * ITEM;
    vectors += n * n * ITEM;
    values += n * ITEM;
  }
}

/**
 * Writes the ascending eigenvalues, and the eigenvectors as rows if `withVectors`; all are NaN for a matrix that isn't finite. The
 * room is for a list, the matrix, what is left of it on and beside the diagonal, the vectors or their ends, and what `divide` and
 * `reflectBack` need.
 */
function decompose(a: usize, out: usize, values: usize, n: usize, withVectors: bool, room: usize): void {
  const size = n * n;
  const matrix = room + LIST_BYTES;
  const d = matrix + (size << 3);
  const e = d + (n << 3);
  const factors = e + (n << 3);
  const vectors = factors + (n << 3);
  const spare = vectors + (withVectors ? size : 2 * n) * 8;
  useList(room);
  const scale = scaleOf(a, size);
  const finite = scale > 0;
  for (let i: usize = 0; i < size; ++i) store<f64>(matrix + (i << 3), scale * get(a + i * ITEM));
  if (finite) {
    const item = ITEM;
    useType(DType.FLOAT64);
    tridiagonalize(matrix, n, d, e, factors, spare);
    divide(d, e, vectors, n, withVectors, spare);
    if (withVectors) reflectBack(matrix + 8, n << 3, n - 1, n - 1, factors, vectors + 8, n << 3, n, spare);
    useType(item == 4 ? DType.FLOAT32 : DType.FLOAT64);
  }
  for (let i: usize = 0; i < n; ++i) put(values + i * ITEM, finite ? load<f64>(d + (i << 3)) / scale : NaN);
  if (!withVectors) return;
  for (let i: usize = 0; i < size; ++i) put(out + i * ITEM, finite ? load<f64>(vectors + (i << 3)) : NaN);
}

/** A power of two that brings the largest element near 1, so that no square overflows or vanishes; 0 if one isn't finite. */
export function scaleOf(a: usize, size: usize): f64 {
  let largest: f64 = 0;
  for (let i: usize = 0; i < size; ++i) {
    const x = Math.abs(get(a + i * ITEM));
    if (!(x < Infinity)) return 0;
    largest = max(largest, x);
  }
  const exponent = <i64>(reinterpret<u64>(largest) >> 52);
  return reinterpret<f64>((<u64>max<i64>(1, 2046 - max<i64>(exponent, 1))) << 52);
}
