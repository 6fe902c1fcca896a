/** Abstract values: all that is known of an array while a function is being traced. */
import { type DType, shortName, type Typed } from "../base/dtypes.ts";
import { type Shape, sameShape } from "../base/shapes.ts";

/** A shape and a dtype; `weak` marks a dtype that came from a bare JavaScript number (JAX: `ShapedArray`). */
export interface Aval extends Typed {
  readonly shape: Shape;
}

export const makeAval = (shape: Shape, dtype: DType, weak = false): Aval => ({ shape, dtype, weak });

/** The abstract value for good: what an array or a variable has must not change with a list that a caller goes on using. */
export function frozenAval(aval: Aval): Aval {
  if (Object.isFrozen(aval) && Object.isFrozen(aval.shape)) return aval;
  const { shape, dtype, weak } = aval;
  return Object.freeze({ shape: Object.freeze([...shape]), dtype, weak });
}

export const sameAval = (a: Aval, b: Aval): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);

/** `f32[2,3]`: an abstract value as printed programs show it; a weak one has a `~` in front. */
export const formatAval = (aval: Aval): string =>
  `${aval.weak ? "~" : ""}${shortName(aval.dtype)}[${aval.shape.join(",")}]`;
