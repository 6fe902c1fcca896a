/**
 * Identity matrices in programs that are bases, as of Jacobians, and products with them. Such a product only renames the
 * axes of the other operand. A user's own identity matrix is multiplied by: 0 times NaN is NaN.
 */
import { range, type Shape, sameShape, sizeOf } from "../base/shapes.ts";
import { type Atom, type Equation, Literal } from "../ir/jaxpr.ts";
import type { ContractParams } from "../ir/primitive.ts";
import { divPrimitive, mulPrimitive, negPrimitive } from "../lax/arithmetic.ts";
import { convertPrimitive } from "../lax/convert.ts";
import { iotaPrimitive } from "../lax/create.ts";
import { eqPrimitive } from "../lax/logic.ts";
import {
  type BroadcastParams,
  broadcastPrimitive,
  reshapePrimitive,
  type TransposeParams,
  transposePrimitive,
} from "../lax/shape.ts";
import type { Emit } from "./rewrite.ts";

/** `[0, 1, 2, ...]` along an axis, of a basis. */
interface Iota {
  readonly kind: "iota";
  readonly axis: number;
}

/**
 * 1 where the index along `rows`, several axes read as one, is that along `columns`, else 0; then scaled, which the
 * equations `scales` do. Axes of size 1 belong to neither.
 */
interface Identity {
  readonly kind: "identity";
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly scales: readonly Equation[];
}

/** What is known of a variable's contents. */
export type Pattern = Iota | Identity;

type PatternOf = (atom: Atom) => Pattern | undefined;

const mapAxes = (pattern: Pattern, to: (axis: number) => number): Pattern =>
  pattern.kind === "iota"
    ? { ...pattern, axis: to(pattern.axis) }
    : { ...pattern, rows: pattern.rows.map(to), columns: pattern.columns.map(to) };

/** The axes of `from` and of `to`, those of size 1 aside, in the smallest groups that hold the same elements. */
function matchingAxes(from: Shape, to: Shape): [from: number[], to: number[]][] {
  const groups: [number[], number[]][] = [];
  const targets = range(to.length).filter((i) => to[i] !== 1);
  let group: [number[], number[]] = [[], []];
  let [read, written] = [1, 1];
  for (const axis of range(from.length).filter((i) => from[i] !== 1)) {
    group[0].push(axis);
    read *= from[axis]!;
    while (written < read) {
      const target = targets.shift()!;
      group[1].push(target);
      written *= to[target]!;
    }
    if (read !== written) continue;
    groups.push(group);
    group = [[], []];
  }
  return groups;
}

/** The axes of a group after a reshape; `undefined` when they are no axes of their own any more. */
function reshapedAxes(axes: readonly number[], matching: readonly [number[], number[]][]): number[] | undefined {
  const result: number[] = [];
  for (let i = 0; i < axes.length; ) {
    const found = matching.find(([from]) => from[0] === axes[i] && from.every((axis, k) => axis === axes[i + k]));
    if (!found) return undefined;
    result.push(...found[1]);
    i += found[0].length;
  }
  return result;
}

function reshaped(pattern: Pattern, from: Shape, to: Shape): Pattern | undefined {
  if (pattern.kind === "iota" || sizeOf(from) === 0) return undefined;
  const matching = matchingAxes(from, to);
  const [rows, columns] = [reshapedAxes(pattern.rows, matching), reshapedAxes(pattern.columns, matching)];
  return rows && columns && { ...pattern, rows, columns };
}

/** What an equation makes of patterns. */
export function patternOf(equation: Equation, known: PatternOf): Pattern | undefined {
  const { primitive, inputs, params, outputs } = equation;
  const { shape, dtype } = outputs[0]!.aval;
  if (primitive === iotaPrimitive) {
    return (params as { basis?: true }).basis && shape[0] !== 1 ? { kind: "iota", axis: 0 } : undefined;
  }
  const patterns = inputs.map(known);
  const [x, y] = patterns;
  switch (primitive) {
    case broadcastPrimitive: {
      const { broadcastDimensions: to } = params as BroadcastParams;
      return x && mapAxes(x, (a) => to[a]!);
    }
    case transposePrimitive:
      return x && mapAxes(x, (a) => (params as TransposeParams).permutation.indexOf(a));
    case reshapePrimitive:
      return x && reshaped(x, inputs[0]!.aval.shape, shape);
    case eqPrimitive: {
      const square = x?.kind === "iota" && y?.kind === "iota" && x.axis !== y.axis && shape[x.axis] === shape[y.axis];
      return square ? { kind: "identity", rows: [x.axis], columns: [y.axis], scales: [] } : undefined;
    }
    case convertPrimitive:
      return x?.kind === "identity" && x.scales.length === 0 && dtype !== "bool" ? x : undefined;
    case negPrimitive:
      return x?.kind === "identity" ? { ...x, scales: [...x.scales, equation] } : undefined;
    case mulPrimitive:
    case divPrimitive: {
      const i = patterns.findIndex((p) => p?.kind === "identity");
      const by = inputs[1 - i];
      const scales =
        by instanceof Literal &&
        Number.isFinite(by.value) &&
        (primitive === mulPrimitive || (i === 0 && by.value !== 0));
      const p = patterns[i] as Identity;
      return scales ? { ...p, scales: [...p.scales, equation] } : undefined;
    }
    default:
      return undefined;
  }
}

/** The labels of `out` with those of the rows replaced by the columns'; `undefined` when they cannot be. */
function renamed(
  out: readonly number[],
  rows: readonly number[],
  columns: readonly number[],
  sizes: readonly number[],
) {
  if (
    sameShape(
      rows.map((l) => sizes[l]!),
      columns.map((l) => sizes[l]!),
    )
  ) {
    return out.map((label) => columns[rows.indexOf(label)] ?? label);
  }
  const start = out.indexOf(rows[0]!);
  const together = rows.every((label, i) => out[start + i] === label);
  return together ? [...out.slice(0, start), ...columns, ...out.slice(start + rows.length)] : undefined;
}

/**
 * The product of an identity, whose labels are `labels`, with `other`: `other` with renamed axes. `undefined` where it is
 * more than that: a diagonal, or a sum.
 */
function product(
  { rows, columns, scales }: Identity,
  labels: readonly number[],
  other: Atom,
  otherLabels: readonly number[],
  { out, sizes }: ContractParams,
  emit: Emit,
): Atom | undefined {
  const groups = [rows, columns].map((axes) => axes.map((axis) => labels[axis]!));
  const [own, summed] = (out.includes(groups[0]![0]!) ? groups : groups.reverse()) as [number[], number[]];
  const renames = summed.every((label) => !out.includes(label) && otherLabels.includes(label));
  const target = renames ? renamed(out, own, summed, sizes) : undefined;
  // A label of the other operand that is missing in the target is summed over, or stands on a diagonal.
  const present = otherLabels.filter((label) => sizes[label] !== 1 || target?.includes(label));
  if (!target || !present.every((label) => target.includes(label))) return undefined;
  const kept = target.filter((label) => present.includes(label));
  const scaled = scales.reduce(
    (x, { primitive, inputs, params }) =>
      emit(
        primitive,
        inputs.map((a) => (a instanceof Literal ? a : x)),
        params,
      ),
    other,
  );
  const squeezed = emit(reshapePrimitive, [scaled], { newSizes: present.map((label) => sizes[label]!) });
  const permutation = kept.map((label) => present.indexOf(label));
  const broadcastDimensions = kept.map((label) => target.indexOf(label));
  const shape = target.map((label) => sizes[label]!);
  const turned = emit(transposePrimitive, [squeezed], { permutation });
  const repeated = emit(broadcastPrimitive, [turned], { shape, broadcastDimensions });
  return emit(reshapePrimitive, [repeated], { newSizes: out.map((label) => sizes[label]!) });
}

/** A contraction with an identity as the other operand with its axes renamed. */
export function identityProduct({ inputs, params }: Equation, known: PatternOf, emit: Emit): Atom | undefined {
  const contraction = params as ContractParams;
  const [lhs, rhs] = inputs as [Atom, Atom];
  const [p, q] = [known(lhs), known(rhs)];
  if (contraction.windows.length > 0 || lhs.aval.dtype !== rhs.aval.dtype) return undefined;
  const { lhs: lhsLabels, rhs: rhsLabels } = contraction;
  return (
    (p?.kind === "identity" ? product(p, lhsLabels, rhs, rhsLabels, contraction, emit) : undefined) ??
    (q?.kind === "identity" ? product(q, rhsLabels, lhs, lhsLabels, contraction, emit) : undefined)
  );
}
