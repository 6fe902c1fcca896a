/** `cotangent/io` for browsers and bundlers. */
import "./default.ts";

export * from "../io/index.ts";
