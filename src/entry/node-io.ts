/** `cotangent/io` for Node, Deno and Bun. */
import "./node.ts";

export * from "../io/index.ts";
