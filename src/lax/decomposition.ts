/** How decompositions are made: a kernel computes the factors, and a rule gives their derivative. */
import { entry, type ForEach, mapEach } from "../base/lists.ts";
import { type Shape, sizeOf } from "../base/shapes.ts";
import { type Aval, makeAval } from "../ir/aval.ts";
import { Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import {
  type Each,
  type KernelCommand,
  notLinear,
  type One,
  type OwnKernel,
  type Places,
  type Primitive,
  type Tangent,
} from "../ir/primitive.ts";
import { bind } from "../ir/trace.ts";
import { linalgModule } from "./linalg-module.ts";
import { batchSize, batchToFront, moveAxis } from "./shape.ts";
import { stopGradient } from "./stop-gradient.ts";

export interface CountParams {
  /** How many vectors are asked for. */
  readonly count: number;
}

/** The factors of a stack of matrices, as constants for derivatives. */
type Factorize<Factors extends Places> = (a: NDArray, count?: number) => ForEach<Factors, NDArray>;

/** A decomposition by a kernel; `shapes` are the outputs' for a matrix of `rows` and `columns`. */
export function factorization<Factors extends readonly Shape[] | [Shape]>(
  command: KernelCommand,
  shapes: (rows: number, columns: number, count: number) => Factors,
  own?: OwnKernel<CountParams, One>,
): Factorize<Factors> {
  const outputs = ({ shape }: Aval, count: number) => shapes(entry(shape, -2), entry(shape, -1), count);
  const primitive: Primitive<CountParams, One> = {
    name: command.toLowerCase(),
    aval: ([a], { count }) => {
      const { shape, dtype } = a;
      return outputs(a, count).map((sizes) => makeAval([...shape.slice(0, -2), ...sizes], dtype));
    },
    jvp: () => notLinear(command),
    batch: ([a], [axis], params) => {
      const outs = bind(primitive, [moveAxis(a, axis, 0)], params);
      return [outs, outs.map(() => 0)];
    },
    lowering: {
      kind: "kernel",
      command,
      module: linalgModule,
      ...(own && { own }),
      arguments: ([a], { count }) => {
        const { shape } = a;
        const second = outputs(a, count)[1] ?? [];
        return [sizeOf(shape.slice(0, -2)), ...shape.slice(-2), count, sizeOf(second)];
      },
    },
  };
  return (a, count = 0) => bind(primitive, [stopGradient(a)], { count }) as ForEach<Factors, NDArray>;
}

/** The values' tangents for the tangent `da` of what they were computed from. */
export type DerivativeRule<Values extends Places> = (
  a: NDArray,
  values: ForEach<Values, NDArray>,
  da: NDArray,
) => Tangent[];

interface AttachParams {
  readonly avals: readonly Aval[];
}

/** Gives values that were computed from `a` as constants a derivative by `a`; the rule sees them with theirs. */
export function withDerivative<Values extends Places>(
  name: string,
  rule: DerivativeRule<Values>,
): (a: NDArray, values: Each<Values, NDArray>) => ForEach<Values, NDArray> {
  const primitive: Primitive<AttachParams, readonly [0, ...Places]> = {
    name,
    aval: (inputs) => inputs.slice(1),
    jvp: ([a, ...values], [da]) => {
      const outs = attach(a, values);
      return [outs, rule(a as NDArray, outs, da as NDArray)];
    },
    batch: (inputs, axes) => {
      const size = batchSize(inputs, axes);
      const [a, ...values] = mapEach(inputs, (x, i) => batchToFront(x, axes[i] ?? null, size));
      const outs = attach(a, values);
      return [outs, outs.map(() => 0)];
    },
    lowering: {
      kind: "call",
      program: ({ avals }) => {
        const inputs = avals.map((aval) => new Var(aval));
        return { constVars: [], inputs, equations: [], outputs: inputs.slice(1) };
      },
    },
    format: () => "",
  };
  const attach = (a: NDArray, values: readonly NDArray[]): ForEach<Values, NDArray> => {
    const inputs = [a, ...values];
    return bind(primitive, inputs, { avals: inputs.map((x) => x.aval) }) as ForEach<Values, NDArray>;
  };
  return attach;
}
