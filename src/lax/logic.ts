/** Comparison, selection and bitwise operations. */

import { formatShape, noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import type { MapOp } from "../ir/map-ops.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { One, Primitive, Tangent, Three, Two } from "../ir/primitive.ts";
import { bind, bind1 } from "../ir/trace.ts";
import { sameDType } from "./convert.ts";
import { zerosLike } from "./create.ts";
import { alignBatch, makeElementwise } from "./elementwise.ts";
import { type Binary, binary, broadcastScalars, type Unary, unary } from "./nary.ts";
import { type ArrayLike, asArray } from "./operands.ts";

const comparing = (name: string, emit: MapOp): Primitive<null, Two> =>
  makeElementwise<null, Two>({ name, emit, dtype: () => "bool", weak: () => false, derivatives: [null, null] });

const comparison = (name: string, emit: MapOp): Binary => binary(name, comparing(name, emit), "all");

export const eqPrimitive: Primitive<null, Two> = /* @__PURE__ */ comparing("eq", "EQ");

/** `x == y`, elementwise, as `bool`. @example lax.eq(np.array([1, 2]), 2) // [false, true] */
export const eq: Binary = /* @__PURE__ */ binary("eq", eqPrimitive, "all");
/** `x != y`; true for NaN. @example lax.ne(np.array([1, 2]), 2) // [true, false] */
export const ne = /* @__PURE__ */ comparison("ne", "NE");
/** `x < y`, elementwise, as `bool`. @example lax.lt(np.array([1, 2]), 2) // [true, false] */
export const lt = /* @__PURE__ */ comparison("lt", "LT");
/** `x <= y`, elementwise, as `bool`. @example lax.le(np.array([1, 2]), 1) // [true, false] */
export const le = /* @__PURE__ */ comparison("le", "LE");
/** `x > y`, elementwise, as `bool`. @example lax.gt(np.array([1, 2]), 1) // [false, true] */
export const gt = /* @__PURE__ */ comparison("gt", "GT");
/** `x >= y`, elementwise, as `bool`. @example lax.ge(np.array([1, 2]), 2) // [false, true] */
export const ge = /* @__PURE__ */ comparison("ge", "GE");

/** A function of integers (or bools). */
export function integers(fn: string, primitive: Primitive<null>, arity: number, bools: boolean) {
  return (...args: ArrayLike[]): NDArray => {
    if (args.length !== arity) throw new TypeError(`${fn}: takes ${arity} array(s), got ${args.length}.`);
    const operands = sameDType(fn, args);
    const dtype = entry(operands, 0).dtype;
    if (dtype.startsWith("float") || (dtype === "bool" && !bools)) {
      throw new TypeError(`${fn}: needs integers${bools ? " or bools" : ""}, got ${dtype}.`);
    }
    return bind1(primitive, broadcastScalars(fn, operands), null);
  };
}

const bitwise = (name: string, emit: MapOp, arity: number, bools: boolean) =>
  integers(
    `lax.${name}`,
    makeElementwise<null>({ name, emit, derivatives: new Array(arity).fill(null) }),
    arity,
    bools,
  );

/** The bits that are 1 in both; "and" of bools. @example lax.bitwiseAnd(6, 3) // 2 */
export const bitwiseAnd: Binary = /* @__PURE__ */ bitwise("bitwiseAnd", "AND", 2, true);
/** The bits that are 1 in either; "or" of bools. @example lax.bitwiseOr(6, 3) // 7 */
export const bitwiseOr: Binary = /* @__PURE__ */ bitwise("bitwiseOr", "OR", 2, true);
/** The bits that differ; "xor" of bools. @example lax.bitwiseXor(6, 3) // 5 */
export const bitwiseXor: Binary = /* @__PURE__ */ bitwise("bitwiseXor", "XOR", 2, true);
/** Each bit the other way round; "not" of bools. @example lax.bitwiseNot(5) // -6 */
export const bitwiseNot: Unary = /* @__PURE__ */ bitwise("bitwiseNot", "NOT", 1, true);
/** How many bits are 1. Source: `jax.lax.population_count`. @example lax.populationCount(7) // 3 */
export const populationCount: Unary = /* @__PURE__ */ bitwise("populationCount", "POPCOUNT", 1, false);
/** How many bits stand before the first 1. Source: `jax.lax.clz`. @example lax.clz(1) // 31 */
export const clz: Unary = /* @__PURE__ */ bitwise("clz", "CLZ", 1, false);
/** `x` shifted by `y` bits to the left. @example lax.shiftLeft(3, 2) // 12 */
export const shiftLeft: Binary = /* @__PURE__ */ bitwise("shiftLeft", "SHL", 2, false);
/**
 * `x` shifted by `y` bits to the right; zeros come from the left.
 * @example lax.shiftRightLogical(-8, 1) // 2147483644
 */
export const shiftRightLogical: Binary = /* @__PURE__ */ bitwise("shiftRightLogical", "SHR_LOGICAL", 2, false);
/** `x` shifted by `y` bits to the right; the sign stays. @example lax.shiftRightArithmetic(-8, 1) // -4 */
export const shiftRightArithmetic: Binary = /* @__PURE__ */ bitwise("shiftRightArithmetic", "SHR_ARITHMETIC", 2, false);

const isFinitePrimitive = /* @__PURE__ */ makeElementwise<null, One>({
  name: "is_finite",
  emit: "IS_FINITE",
  dtype: () => "bool",
  derivatives: [null],
});

/**
 * Whether each element is neither infinite nor NaN.
 * @example lax.isFinite(np.array([1, Infinity])) // [true, false]
 */
const finite: Unary = /* @__PURE__ */ unary("isFinite", isFinitePrimitive);

export { finite as isFinite };

const zeroWhereNone = (t: Tangent, like: NDArray): NDArray => t ?? zerosLike(like);

export const selectPrimitive: Primitive<null, Three> = {
  .../* @__PURE__ */ makeElementwise<null, Three>({
    name: "select",
    emit: (e, x, inputs) => e.op("SELECT", inputs[1].dtype, x),
    dtype: (inputs) => inputs[1].dtype,
    weak: (inputs) => inputs.slice(1).every((x) => x.weak),
    derivatives: [null, null, null],
    transpose: [
      null,
      (ct, [which]) => select(which as NDArray, ct, zerosLike(ct)),
      (ct, [which]) => select(which as NDArray, zerosLike(ct), ct),
    ],
  }),
  jvp: ([which, onTrue, onFalse], [, dTrue, dFalse]) => {
    const [w, x, y] = [which, onTrue, onFalse];
    const tangent =
      dTrue || dFalse ? select(w, zeroWhereNone(dTrue ?? null, x), zeroWhereNone(dFalse ?? null, y)) : null;
    return [[select(w, x, y)], [tangent]];
  },
  batch: (inputs, axes) => {
    const [aligned, axis] = alignBatch(inputs, axes);
    return [bind(selectPrimitive, aligned, null), [axis]];
  },
};

/**
 * `onTrue` where `which` is true, `onFalse` elsewhere. Operands have one shape, numbers aside. Source: `jax.lax.select`.
 * @example lax.select(np.array([true, false]), np.array([1, 2]), np.array([3, 4])) // [1, 4]
 */
export function select(which: ArrayLike, onTrue: ArrayLike, onFalse: ArrayLike, ...rest: never[]): NDArray {
  noMore("lax.select", rest);
  const condition = asArray("lax.select", which, "which");
  if (condition.dtype !== "bool") {
    throw new TypeError(
      `lax.select: which must be a bool array, got ${condition.dtype}${formatShape(condition.shape)}.`,
    );
  }
  const branches = sameDType("lax.select", [onTrue, onFalse], ["onTrue", "onFalse"]);
  return bind1(selectPrimitive, broadcastScalars("lax.select", [condition, ...branches]), null);
}

/**
 * For each element the one of `cases` that `which` counts (a bool: the second where it is true); places outside stand for
 * the nearest. Source: `jax.lax.select_n`.
 * @example lax.selectN(np.array([true, false]), np.array([1, 2]), np.array([3, 4])) // [3, 2]
 */
export function selectN(which: ArrayLike, ...cases: readonly ArrayLike[]): NDArray {
  const fn = "lax.selectN";
  const chosen = asArray(fn, which, "which");
  if (cases.length === 0 || chosen.dtype.startsWith("float") || (chosen.dtype === "bool" && cases.length > 2)) {
    throw new TypeError(
      `${fn}: which must be integers, or bools for two cases, got ${chosen.dtype} for ${cases.length}.`,
    );
  }
  const operands = sameDType(
    fn,
    cases,
    cases.map((_, i) => `case ${i}`),
  );
  broadcastScalars(fn, [chosen, ...operands]);
  return operands.reduce((low, high, i) => select(chosen.dtype === "bool" ? chosen : ge(chosen, i), high, low));
}
