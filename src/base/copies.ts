/** Several copies of this library, or several realms (iframes, `vm` contexts), in one process. */

/** What tells an array, of whichever copy, from other objects. */
export const MARK: unique symbol = /* @__PURE__ */ Symbol.for("cotangent.NDArray");

/** Stands for this copy. */
export const COPY = {};

/** Whether `x` is an array of another copy of the library, which shares neither classes nor traces with this one. */
export const isOfOtherCopy = (x: object): boolean => MARK in x && x[MARK] !== COPY;
