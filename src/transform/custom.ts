/** A function as one operation with a derivative that the user gives: what `customJvp` and `customVjp` share. */
import { checkOptions, UnsupportedError } from "../base/errors.ts";
import { formatTree, type TreeDef, unflatten } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import { type ClosedJaxpr, type Jaxpr, outputAvals, Var } from "../ir/jaxpr.ts";
import { keyOf } from "../ir/key.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import type { BatchAxis, Primitive } from "../ir/primitive.ts";
import { bind, evalJaxpr, isTracing, traceToJaxpr } from "../ir/trace.ts";
import { castWeak, isNumber, narrowed } from "../lax/convert.ts";
import { zerosLike } from "../lax/create.ts";
import { batchSize, batchToFront, broadcastTo } from "../lax/shape.ts";
import { batchJaxpr } from "./batch.ts";
import { parts } from "./bodies.ts";
import { checkFunction, flattenArrays, matchLeaves, type TreeFunction, traceFunction } from "./flat.ts";
import { chosenArguments, ofChosen } from "./grad.ts";
import { withConstsAsInputs } from "./partial.ts";

/** Primals and their tangents to outputs and theirs, all as flat lists. */
type FlatJvp = (primals: readonly NDArray[], tangents: readonly NDArray[]) => [NDArray[], NDArray[]];

interface CustomParams {
  readonly name: string;
  /** The function itself, of `[...closed over, ...arguments, ...what the rule closes over]`. */
  readonly program: Jaxpr;
  readonly closedOver: number;
  readonly ruleConsts: number;
  readonly jvp: (
    primals: readonly NDArray[],
    tangents: readonly NDArray[],
    ruleConsts: readonly NDArray[],
  ) => NDArray[];
  /** What tells the rule from others: its program, or the user's functions. */
  readonly rule: readonly unknown[];
}

const customPrimitive: Primitive<CustomParams> = {
  name: "custom_jvp_call",
  aval: (_, { program }) => outputAvals(program),
  jvp: (primals, tangents, params) => {
    const { closedOver, ruleConsts, jvp } = params;
    if (tangents.slice(0, closedOver).some((t) => t !== null)) {
      throw new UnsupportedError(
        `${params.name}: the function closes over a value that is being differentiated; pass it as an argument.`,
      );
    }
    const count = primals.length - closedOver - ruleConsts;
    const [, own, consts] = parts(primals, closedOver, count);
    const given = own.map((x, i) => tangents[closedOver + i] ?? zeroTangent(x));
    const outs = jvp(own, given, consts);
    return [outs.slice(0, outs.length / 2), outs.slice(outs.length / 2)];
  },
  batch: (inputs, axes, params) => {
    const size = batchSize(inputs, axes);
    const front = inputs.map((x, i) => batchToFront(x, axes[i]!, size));
    const program = traceToJaxpr(
      (values) => batched({ jaxpr: params.program, consts: [] }, values, size),
      front.map((x) => x.aval),
    );
    const jvp: CustomParams["jvp"] = (...lists) => {
      const rule = (values: NDArray[]) => params.jvp(...parts(values, lists[0].length, lists[1].length));
      return mappedRule(rule, lists.flat(), size);
    };
    const rule = [...params.rule, size];
    const outs = call({ ...params, program: program.jaxpr, jvp, rule }, [...program.consts, ...front]);
    return [outs, outs.map(() => 0)];
  },
  lowering: { kind: "call", program: ({ program }) => program },
  key: ({ jvp: _, ...rest }) => keyOf(rest),
  format: ({ name }) => name,
};

/** Of a number it is a float that gives way, also of a whole number: rules can calculate with it. */
export const zeroTangent = (x: NDArray): NDArray =>
  x.aval.weak && !isNumber(x.aval) ? broadcastTo(scalar(0, "float32", true), x.shape) : zerosLike(x);

/** The outputs of the mapped program; every input and output has its batch axis in front. */
function batched(program: ClosedJaxpr, inputs: readonly NDArray[], size: number): NDArray[] {
  const axes = inputs.map((): BatchAxis => 0);
  const [outs, at] = batchJaxpr(program, inputs, axes);
  return outs.map((out, i) => batchToFront(out, at[i]!, size));
}

/** A user's rule applied to every example of inputs that have their batch axes in front. */
export function mappedRule(
  rule: (values: NDArray[]) => NDArray[],
  inputs: readonly NDArray[],
  size: number,
): NDArray[] {
  const single = ({ aval }: NDArray): Aval => ({ ...aval, shape: aval.shape.slice(1) });
  return batched(traceToJaxpr(rule, inputs.map(single)), inputs, size);
}

const call = (params: CustomParams, inputs: readonly NDArray[]): NDArray[] => bind(customPrimitive, inputs, params);

/**
 * A user's rule as a program, with the arrays that it closes over: they may be values of a trace that has ended when the
 * rule is needed. `null` where it can't be traced: a derivative that nobody may ask for must not be an error.
 */
export function ruleProgram(rule: (values: NDArray[]) => NDArray[], avals: readonly Aval[]): ClosedJaxpr | null {
  if (!isTracing()) return null;
  try {
    return traceToJaxpr(rule, avals);
  } catch {
    return null;
  }
}

/** How many rules are being traced, one inside the other: a rule that calls its function would never end. */
let depth = 0;

function derivativeProgram(...[rule, avals]: Parameters<typeof ruleProgram>): ClosedJaxpr | null {
  if (depth === 2) return null;
  depth++;
  try {
    return ruleProgram(rule, avals);
  } finally {
    depth--;
  }
}

/**
 * Applies `f` as one operation whose derivative is `jvp`, which is told the arguments' and the result's structures, and is
 * made of the user's `functions`.
 */
export function callFlat(
  name: string,
  f: TreeFunction,
  args: readonly unknown[],
  functions: readonly unknown[],
  jvp: (inTree: TreeDef, outTree: TreeDef, outs: readonly Aval[]) => FlatJvp,
): unknown {
  const [inputs, inTree] = flattenArrays(name, args);
  const avals = inputs.map((x) => x.aval);
  const { program, outTree } = traceFunction(name, f, inTree, avals);
  const { jaxpr, consts } = program;
  const rule = jvp(inTree, outTree, outputAvals(jaxpr));
  const flat = (primals: readonly NDArray[], tangents: readonly NDArray[]): NDArray[] =>
    rule(
      primals.map(narrowed),
      tangents.map((t, i) => (isNumber(primals[i]!.aval) ? castWeak(t, "float32") : t)),
    ).flat();
  const traced = derivativeProgram(
    (values) => flat(...parts(values, inputs.length)),
    [...avals, ...inputs.map((x) => zeroTangent(x).aval)],
  );
  const ruleConsts = traced?.consts ?? [];
  const own = withConstsAsInputs(jaxpr);
  const params: CustomParams = {
    name,
    program: { ...own, inputs: [...own.inputs, ...ruleConsts.map((x) => new Var(x.aval))] },
    closedOver: consts.length,
    ruleConsts: ruleConsts.length,
    rule: traced ? [traced.jaxpr] : [...functions, formatTree(inTree), formatTree(outTree)],
    jvp: (primals, tangents, values) =>
      traced ? evalJaxpr({ jaxpr: traced.jaxpr, consts: values }, [...primals, ...tangents]) : flat(primals, tangents),
  };
  return unflatten(outTree, call(params, [...consts, ...inputs, ...ruleConsts]));
}

/** What a rule returned, which must have the structure, shapes and dtypes of what it stands for. */
export const ruleResult = (
  name: string,
  what: string,
  tree: unknown,
  def: TreeDef,
  avals: readonly Aval[],
): NDArray[] => matchLeaves(name, what, tree, def, avals, true);

export interface CustomOptions {
  /** Arguments without derivatives, of any kind (functions, strings): rules get them first, as they are. */
  readonly nondiffArgnums?: number | readonly number[];
}

export function checkCustom(fn: string, f: unknown, options: CustomOptions): CustomOptions {
  checkFunction(fn, f);
  return checkOptions(fn, options, ["nondiffArgnums"]);
}

/** The arguments with a derivative, those without, and `f` as a function of the former. */
export function splitArguments(fn: string, f: TreeFunction, args: readonly unknown[], options: CustomOptions) {
  const fixed = chosenArguments(fn, options.nondiffArgnums ?? [], args.length).sort((a, b) => a - b);
  const own = args.map((_, i) => i).filter((i) => !fixed.includes(i));
  const of = (g: TreeFunction): TreeFunction => ofChosen(g, args, own);
  return { values: own.map((i) => args[i]), nondiff: fixed.map((i) => args[i]), of, partial: of(f) };
}
