/** `scipy.sparse.linalg`. */
export { type CgOptions, cg, type LinearOperator } from "./cg.ts";
