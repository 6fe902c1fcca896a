/** What reductions fold with: each operation on two elements, and the value that it starts from. */
import type { ReduceStep } from "../../src/compile/program.ts";
import { type DType, int, storageType } from "../values.ts";

export type FoldOp = Exclude<ReduceStep["op"], "ARGMAX" | "ARGMIN">;

/** On the elements as they are stored: a bool is a word, 0 or 1. A sum of bools is whether any is true. */
export function combined(op: FoldOp, dtype: DType, x: string, y: string): string {
  if (dtype === "bool") return isConjunction(op) ? `(${x} & ${y})` : `(${x} | ${y})`;
  switch (op) {
    case "SUM":
      return `(${x} + ${y})`;
    case "PROD":
      return `(${x} * ${y})`;
    case "AND":
      return `(${x} & ${y})`;
    case "OR":
      return `(${x} | ${y})`;
    case "MAX":
      return `${dtype === "float32" ? "larger" : "max"}(${x}, ${y})`;
    case "MIN":
      return `${dtype === "float32" ? "smaller" : "min"}(${x}, ${y})`;
  }
}

const isConjunction = (op: FoldOp): boolean => op === "AND" || op === "MIN" || op === "PROD";

/** The result over no elements. */
export function identity(op: FoldOp, dtype: DType): string {
  if (dtype === "bool") return isConjunction(op) ? "1u" : "0u";
  const type = storageType(dtype);
  switch (op) {
    case "SUM":
    case "OR":
      return `${type}(0)`;
    case "PROD":
      return `${type}(1)`;
    case "AND":
      return dtype === "int32" ? "-1i" : "0xffffffffu";
    case "MAX":
      return dtype === "float32" ? "(-infinity())" : dtype === "int32" ? int(-(2 ** 31)) : "0u";
    case "MIN":
      return dtype === "float32" ? "infinity()" : dtype === "int32" ? "2147483647i" : "0xffffffffu";
  }
}
