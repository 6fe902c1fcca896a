/** `lax.linalg`: what `numpy.linalg` doesn't offer. */
export { type TriangularSolveOptions, triangularSolve } from "./solve.ts";
