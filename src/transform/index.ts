/** The transformations of functions. */
export { type CheckpointOptions, type CheckpointPolicy, checkpoint, checkpointPolicies } from "./checkpoint.ts";
export { type CustomJvp, customJvp } from "./custom-jvp.ts";
export { type CustomVjp, customVjp } from "./custom-vjp.ts";
export { jvp, linearize, linearTranspose, vjp, type WithAux } from "./derivatives.ts";
export type { TreeFunction } from "./flat.ts";
export {
  type Argnums,
  type Chosen,
  type GradOptions,
  grad,
  type Scalar,
  type ScalarAndAux,
  valueAndGrad,
} from "./grad.ts";
export {
  type HessianOf,
  hessian,
  type JacobianOf,
  type JacobianOptions,
  jacfwd,
  jacobian,
  jacrev,
} from "./jacobian.ts";
export { type JitOptions, jit } from "./jit.ts";
export { ravelPytree } from "./ravel.ts";
export { evalShape, makeJaxpr, type PrintableJaxpr, ShapeDtypeStruct, type ShapeLike } from "./shapes.ts";
export type { AnyTree, ArraysOf, Given, WithLeaves } from "./tree-types.ts";
export { type VmapOptions, vmap } from "./vmap.ts";
