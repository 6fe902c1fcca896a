/** Folding a contiguous run of elements, and the single steps of a fold. */
import { ReduceOp } from "../opcodes";

/** The result over no elements. */
export function identity<T>(op: u32): T {
  if (op == ReduceOp.PROD || op == ReduceOp.AND) return <T>1;
  if (op == ReduceOp.MAX) return isFloat<T>() ? <T>-Infinity : isSigned<T>() ? <T>i32.MIN_VALUE : <T>0;
  if (op == ReduceOp.MIN) return isFloat<T>() ? <T>Infinity : largest<T>();
  return <T>0;
}

@inline
function largest<T>(): T {
  if (sizeof<T>() == 1) return <T>1;
  return isSigned<T>() ? <T>i32.MAX_VALUE : <T>u32.MAX_VALUE;
}

/** Combines two elements. */
export function combine<T>(op: u32, x: T, y: T): T {
  return step<T>(op, x, y);
}

/** Folds `count` contiguous elements, at least one. */
export function foldRun<T>(op: u32, src: usize, count: u32): T {
  if (sizeof<T>() == 1) return <T>foldBools(op, src, count);
  switch (op) {
    case ReduceOp.SUM:
      return fold<T>(ReduceOp.SUM, src, count);
    case ReduceOp.PROD:
      return fold<T>(ReduceOp.PROD, src, count);
    case ReduceOp.MAX:
      return fold<T>(ReduceOp.MAX, src, count);
    case ReduceOp.MIN:
      return fold<T>(ReduceOp.MIN, src, count);
    default:
      return <T>unreachable();
  }
}

@inline
function step<T>(op: u32, x: T, y: T): T {
  if (op == ReduceOp.SUM) return x + y;
  if (op == ReduceOp.PROD) return x * y;
  if (op == ReduceOp.MAX) return max<T>(x, y);
  if (op == ReduceOp.MIN) return min<T>(x, y);
  if (isInteger<T>()) return op == ReduceOp.AND ? <T>(x & y) : <T>(x | y);
  return unreachable();
}

@inline
function stepLanes<T>(op: u32, x: v128, y: v128): v128 {
  if (op == ReduceOp.SUM) return v128.add<T>(x, y);
  if (op == ReduceOp.PROD) return v128.mul<T>(x, y);
  if (op == ReduceOp.MAX) return v128.max<T>(x, y);
  return v128.min<T>(x, y);
}

/** One loop with four vector accumulators; `op` is a literal. */
@inline
function fold<T>(op: u32, src: usize, count: u32): T {
  const end = src + <usize>count * sizeof<T>();
  let value: T;
  if (src + 64 <= end) {
    let v0 = v128.load(src);
    let v1 = v128.load(src, 16);
    let v2 = v128.load(src, 32);
    let v3 = v128.load(src, 48);
    for (src += 64; src + 64 <= end; src += 64) {
      v0 = stepLanes<T>(op, v0, v128.load(src));
      v1 = stepLanes<T>(op, v1, v128.load(src, 16));
      v2 = stepLanes<T>(op, v2, v128.load(src, 32));
      v3 = stepLanes<T>(op, v3, v128.load(src, 48));
    }
    const v = stepLanes<T>(op, stepLanes<T>(op, v0, v1), stepLanes<T>(op, v2, v3));
    value = step<T>(op, v128.extract_lane<T>(v, 0), v128.extract_lane<T>(v, 1));
    if (sizeof<T>() == 4) {
      value = step<T>(op, value, step<T>(op, v128.extract_lane<T>(v, 2), v128.extract_lane<T>(v, 3)));
    }
  } else {
    value = load<T>(src);
    src += sizeof<T>();
  }
  for (; src < end; src += sizeof<T>()) value = step<T>(op, value, load<T>(src));
  return value;
}

/** Whether all (AND, MIN) or any of the bytes are 1. */
function foldBools(op: u32, src: usize, count: u32): u32 {
  const all = op == ReduceOp.AND || op == ReduceOp.MIN;
  const end = src + count;
  for (; src + 16 <= end; src += 16) {
    const v = v128.load(src);
    if (all ? !i8x16.all_true(v) : v128.any_true(v)) return all ? 0 : 1;
  }
  for (; src < end; ++src) {
    if ((load<u8>(src) != 0) != all) return all ? 0 : 1;
  }
  return all ? 1 : 0;
}
