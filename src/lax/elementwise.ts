/**
 * How elementwise operations are made. Operands have one shape; only literals (numbers in the program) may be
 * 0-dimensional beside larger operands. Chains of these run as one fused kernel.
 */

import type { DType } from "../base/dtypes.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { type Shape, sameShape } from "../base/shapes.ts";
import { type Aval, makeAval } from "../ir/aval.ts";
import type { MapOp } from "../ir/map-ops.ts";
import type { NDArray } from "../ir/ndarray.ts";
import {
  type BatchAxis,
  type Each,
  isUndefined,
  type KernelModule,
  type MapEmitter,
  notLinear,
  type Places,
  type Primitive,
  type Tangent,
  type Two,
  type UndefinedPrimal,
  type Value,
} from "../ir/primitive.ts";
import { bind, bind1 } from "../ir/trace.ts";
import { batchSize, batchToFront, isLiteral } from "./shape.ts";

/** The tangent that the tangent `t` of one input gives, from the primals and the output; `null` for none. */
export type Derivative<Params, Operands extends Places = Places> = (
  t: NDArray,
  primals: Each<Operands, NDArray>,
  out: NDArray,
  params: Params,
) => NDArray | null;

/** The cotangent of one input, in which the operation is linear. */
export type ElementwiseTranspose<Params, Operands extends Places = Places> = (
  ct: NDArray,
  inputs: Each<Operands, NDArray | UndefinedPrimal>,
  params: Params,
) => NDArray;

export interface ElementwiseSpec<Params, Operands extends Places = Places> {
  readonly name: string;
  /** One instruction, or several. */
  readonly emit:
    | MapOp
    | ((e: MapEmitter, x: Each<Operands, Value>, inputs: Each<Operands, Aval>, params: Params) => Value);
  /** The output's dtype; by default that of the first input. */
  readonly dtype?: (inputs: Each<Operands, Aval>, params: Params) => DType;
  /** Whether the output's dtype is weak; by default when all inputs' are. */
  readonly weak?: (inputs: Each<Operands, Aval>, params: Params) => boolean;
  /** One derivative per input; `null` where the output doesn't change with it. */
  readonly derivatives: Each<Operands, Derivative<Params, Operands> | null>;
  /** One per input; given for inputs in which the operation is linear. */
  readonly transpose?: Each<Operands, ElementwiseTranspose<Params, Operands> | null>;
  readonly format?: (params: Params) => string;
  /** Where the processor's kernels of its instructions are, if not with most. */
  readonly module?: KernelModule;
}

/** The one shape of the operands that aren't literals. */
function commonShape(name: string, inputs: readonly Aval[]): Shape {
  const shape = inputs.reduce<Shape>((s, x) => (x.shape.length > s.length ? x.shape : s), []);
  for (const x of inputs) {
    if (x.shape.length === 0 || sameShape(x.shape, shape)) continue;
    throw new ShapeError(
      `lax.${name}: operands must have one shape, got ${inputs.map((a) => formatShape(a.shape)).join(" and ")}; ` +
        "the functions of `numpy` broadcast.",
    );
  }
  return shape;
}

/** The inputs with their batch axes in one place. Literals stay as they are. */
export function alignBatch(inputs: readonly NDArray[], axes: readonly BatchAxis[]): [NDArray[], number] {
  const [first = 0] = axes.filter((a) => a !== null);
  const uniform = inputs.every((x, i) => axes[i] === first || (axes[i] === null && isLiteral(x)));
  if (uniform) return [[...inputs], first];
  const size = batchSize(inputs, axes);
  const front = inputs.map((x, i) => {
    const axis = entry(axes, i);
    return axis === null && isLiteral(x) ? x : batchToFront(x, axis, size);
  });
  return [front, 0];
}

/** Adds the contributions that exist. */
function sum(add: (x: NDArray, y: NDArray) => NDArray, terms: readonly Tangent[]): Tangent {
  const present = terms.filter((t): t is NDArray => t !== null);
  return present.length === 0 ? null : present.reduce(add);
}

/** Addition stands here and not in `arithmetic.ts` because every jvp rule adds its inputs' contributions. */
export const addPrimitive: Primitive<null, Two> = /* @__PURE__ */ makeElementwise<null, Two>({
  name: "add",
  emit: "ADD",
  derivatives: [(t) => t, (t) => t],
  transpose: [(ct) => ct, (ct) => ct],
});

/** The sum of two arrays of one shape and dtype. */
export const addArrays = (x: NDArray, y: NDArray): NDArray => bind1(addPrimitive, [x, y], null);

/** A primitive from the few rules that tell elementwise operations apart. */
export function makeElementwise<Params, Operands extends Places = Places>(
  spec: ElementwiseSpec<Params, Operands>,
): Primitive<Params, Operands>;
export function makeElementwise<Params>(spec: ElementwiseSpec<Params>): Primitive<Params> {
  const { name, emit, derivatives } = spec;
  const primitive: Primitive<Params> = {
    name,
    aval: (inputs, params) => [
      makeAval(
        commonShape(name, inputs),
        spec.dtype ? spec.dtype(inputs, params) : entry(inputs, 0).dtype,
        spec.weak ? spec.weak(inputs, params) : inputs.every((x) => x.weak),
      ),
    ],
    jvp: (primals, tangents, params) => {
      const out = bind1(primitive, primals, params);
      const terms = tangents.map((t, i) => (t ? (derivatives[i]?.(t, primals, out, params) ?? null) : null));
      return [[out], [sum(addArrays, terms)]];
    },
    batch: (inputs, axes, params) => {
      const [aligned, axis] = alignBatch(inputs, axes);
      return [bind(primitive, aligned, params), [axis]];
    },
    lowering: {
      kind: "map",
      module: spec.module,
      emit: (e, x, inputs, params) =>
        typeof emit === "string" ? [e.op(emit, entry(inputs, 0).dtype, x)] : [emit(e, x, inputs, params)],
    },
    ...(spec.transpose && { transpose: elementwiseTranspose(name, spec.transpose) }),
    ...(spec.format && { format: spec.format }),
  };
  return primitive;
}

function elementwiseTranspose<Params>(
  name: string,
  rules: readonly (ElementwiseTranspose<Params> | null)[],
): NonNullable<Primitive<Params>["transpose"]> {
  return ([ct], inputs, params) =>
    inputs.map((x, i) => {
      if (!isUndefined(x)) return null;
      const rule = rules[i] ?? notLinear(name);
      return ct ? rule(ct, inputs, params) : null;
    });
}
