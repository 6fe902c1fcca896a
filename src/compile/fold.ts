/** Constant folding: elementwise equations over the program's own numbers, computed once, while the program is compiled. */
import { allocate, type DType, isFloat } from "../base/dtypes.ts";
import { type Equation, Literal } from "../ir/jaxpr.ts";
import type { MapOp } from "../ir/map-ops.ts";
import type { MapEmitter } from "../ir/primitive.ts";

/** The operations that JavaScript rounds as the kernels do, once and to the nearest. */
const EXACT: { readonly [op in MapOp]?: (x: number, y: number, z: number) => number } = {
  NEG: (x) => -x,
  ABS: Math.abs,
  SQRT: Math.sqrt,
  ADD: (x, y) => x + y,
  SUB: (x, y) => x - y,
  MUL: (x, y) => x * y,
  DIV: (x, y) => x / y,
  MAX: (x, y) => Math.max(x, y),
  MIN: (x, y) => Math.min(x, y),
  EQ: (x, y) => Number(x === y),
  NE: (x, y) => Number(x !== y),
  LT: (x, y) => Number(x < y),
  LE: (x, y) => Number(x <= y),
  GT: (x, y) => Number(x > y),
  GE: (x, y) => Number(x >= y),
  SELECT: (which, x, y) => (which ? x : y),
  CONVERT: (x) => x,
};

/** The value as an element of the dtype; `undefined` where integers overflow, or are divided. */
function rounded(value: number, dtype: DType): number | undefined {
  if (dtype === "bool") return Number(value !== 0);
  const cell = allocate(dtype, 1);
  cell[0] = value;
  return isFloat(dtype) || cell[0] === value ? cell[0] : undefined;
}

/** What the equation gives for numbers; `undefined` where only the kernels know. */
export function fold({ primitive, params, outputs }: Equation, inputs: readonly Literal[]): Literal | undefined {
  const { lowering } = primitive;
  const { dtype, weak } = outputs[0]!.aval;
  if (lowering.kind !== "map") return undefined;
  const values: (number | undefined)[] = inputs.map((x) => x.value);
  const push = (value: number | undefined): number => values.push(value) - 1;
  const emitter: MapEmitter = {
    constant: (value, dtype) => push(rounded(value, dtype)),
    op: (name, dtype, operands, result = dtype) => {
      const compute = EXACT[name];
      const [x = 0, y = 0, z = 0] = operands.map((r) => values[r]);
      const known = operands.every((r) => values[r] !== undefined);
      return push(known && compute ? rounded(compute(x, y, z), result) : undefined);
    },
  };
  const [register] = lowering.emit(
    emitter,
    inputs.map((_, i) => i),
    inputs.map((x) => x.aval),
    params,
  );
  const value = values[register!];
  return value === undefined ? undefined : new Literal(value, { shape: [], dtype, weak });
}
