/** `numpy`: arrays and their functions under the names of `jax.numpy`, camelCased. */
export type { ArrayLike } from "../lax/operands.ts";
export * from "./aliases.ts";
export {
  type ArrayData,
  type ArrayOptions,
  array,
  asarray,
  astype,
  type ForeignTypedArray,
  type NestedList,
} from "./array.ts";
export * from "./calculus.ts";
export * from "./choosing.ts";
export * from "./constants.ts";
export {
  arange,
  type DiagonalAxes,
  type DiagonalOptions,
  type DTypeOption,
  diag,
  diagflat,
  diagIndices,
  diagonal,
  type EyeOptions,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  identity,
  type LikeOptions,
  type LinspaceOptions,
  linspace,
  ones,
  onesLike,
  trace,
  tri,
  tril,
  triu,
  zeros,
  zerosLike,
} from "./creation.ts";
export { cumprod, cumsum } from "./cumulative.ts";
export { einsum, type Sublist } from "./einsum.ts";
export type { ArrayMethods } from "./fluent.ts";
export * from "./grids.ts";
export { at, type Index, type Indices, type TakeOptions, take, takeAlongAxis } from "./indexing.ts";
export {
  type ArrayList,
  append,
  type Blocks,
  block,
  type ConcatenateOptions,
  columnStack,
  concatenate,
  dstack,
  hstack,
  type JoinOptions,
  stack,
  vstack,
} from "./join.ts";
/** Linear algebra, under JAX's names. */
export * as linalg from "./linalg-names.ts";
export * from "./logic.ts";
export * from "./movement.ts";
export * from "./pad.ts";
export type { Part } from "./part.ts";
export * from "./products.ts";
export * from "./reductions.ts";
export * from "./repeat.ts";
export * from "./searching.ts";
export * from "./sorting.ts";
export * from "./special.ts";
export { arraySplit, dsplit, hsplit, type SplitOptions, split, vsplit } from "./split.ts";
export * from "./statistics.ts";
export * from "./types.ts";
export * from "./ufuncs.ts";
export * from "./updates.ts";
export * from "./vectorize.ts";
