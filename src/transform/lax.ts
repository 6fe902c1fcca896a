/** The `lax` namespace as users see it: the primitives, and control flow, which stands on transformations. */
export * from "../lax/index.ts";
export { cond, foriLoop, map, type ScanOptions, scan } from "./control.ts";
