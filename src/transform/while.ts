/** Loops that end when a condition says so. Nothing is stacked, so there is no reverse mode. */
import { formatShape, noMore, UnsupportedError } from "../base/errors.ts";
import { unflatten } from "../base/tree.ts";
import { type LowerControl, lowerWhile } from "../compile/lower-control.ts";
import { type Equation, type Jaxpr, outputAvals, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Primitive, WhileParams } from "../ir/primitive.ts";
import { bind, evalJaxpr, traceToJaxpr } from "../ir/trace.ts";
import { narrowed } from "../lax/convert.ts";
import { zerosLike } from "../lax/create.ts";
import { select } from "../lax/logic.ts";
import { reduceOr } from "../lax/reduce.ts";
import { batchSize, batchToFront, broadcastInDim } from "../lax/shape.ts";
import {
  batchedProgram,
  chosen,
  count,
  type Flags,
  fixedPoint,
  inputAvalsOf,
  jvpProgram,
  parts,
  present,
  spread,
  withBatchAxes,
  withTangents,
} from "./bodies.ts";
import { checkCarry, settled } from "./carry.ts";
import { ARRAYS, checkFunction, flattenArrays, type TraceOptions, type TreeFunction, traceFunction } from "./flat.ts";
import { splitJaxpr, withConstsAsInputs, withUnknown } from "./partial.ts";
import type { Returned, Seen } from "./tree-types.ts";

type Programs = Record<"condition" | "body", { readonly jaxpr: Jaxpr; readonly consts: readonly NDArray[] }>;

/** Binds a loop; arrays that the programs close over become constants of the loop. */
function bindWhile(
  { condition, body }: Programs,
  consts: readonly [readonly NDArray[], readonly NDArray[]],
  carry: readonly NDArray[],
): NDArray[] {
  const params: WhileParams = {
    condition: withConstsAsInputs(condition.jaxpr),
    body: withConstsAsInputs(body.jaxpr),
    conditionConsts: condition.consts.length + consts[0].length,
    bodyConsts: body.consts.length + consts[1].length,
  };
  return bind(whilePrimitive, [...condition.consts, ...consts[0], ...body.consts, ...consts[1], ...carry], params);
}

const open = (jaxpr: Jaxpr): Programs["body"] => ({ jaxpr, consts: [] });

/** The condition with inputs for values that it doesn't look at. */
const ignoring = (condition: Jaxpr, extra: readonly Var[]): Jaxpr => ({
  ...condition,
  inputs: [...condition.inputs, ...extra.map((v) => new Var(v.aval))],
});

const whilePrimitive: Primitive<WhileParams> = {
  name: "while",
  aval: (_, { body }) => outputAvals(body),
  jvp: (primals, tangents, { condition, body, conditionConsts, bodyConsts }) => {
    const [forCondition, forBody, init] = parts(primals, conditionConsts, bodyConsts);
    const [, dConsts, dInit] = parts(tangents, conditionConsts, bodyConsts);
    const isActive = dConsts.map((t) => t !== null);
    const { result, flags } = fixedPoint(
      dInit.map((t) => t !== null),
      (carry) => {
        const result = withTangents(jvpProgram(body, [...isActive, ...carry]), carry);
        return { result, flags: result.active };
      },
    );
    const { jaxpr } = result.program;
    const [consts, carry, dotted] = parts(jaxpr.inputs, bodyConsts, init.length);
    const [dottedConsts, dottedCarry] = parts(dotted, count(isActive));
    const programs: Programs = {
      condition: open(ignoring(condition, dottedCarry)),
      body: {
        ...result.program,
        jaxpr: { ...jaxpr, inputs: [...consts, ...dottedConsts, ...carry, ...dottedCarry] },
      },
    };
    const start = dInit.map((t, i) => t ?? zerosLike(init[i]!.aval));
    const outs = bindWhile(
      programs,
      [forCondition, [...forBody, ...present(dConsts, isActive)]],
      [...init, ...chosen(start, flags)],
    );
    const [values, dValues] = parts(outs, init.length);
    return [values, spread(dValues, flags)];
  },
  // What is known is computed by a loop of its own; the rest does all of the work again.
  partialEval: (equation, inputs) => {
    const { condition, body, conditionConsts, bodyConsts } = equation.params;
    const [uCondition, uConsts, uInit] = parts(
      inputs.map((x) => x === null),
      conditionConsts,
      bodyConsts,
    );
    const { result, flags } = fixedPoint(uInit, (carry) => {
      const result = withUnknown(splitJaxpr(body, [...uConsts, ...carry]), carry);
      return { result, flags: result.unknownOutputs };
    });
    const nothing = { outputs: flags.map(() => null), rest: equation };
    if (splitJaxpr(condition, [...uCondition, ...flags]).unknownOutputs[0] || !flags.includes(false)) return nothing;
    const isKnown = flags.map((is) => !is);
    const [forCondition, forBody, init] = parts(inputs, conditionConsts, bodyConsts);
    const { jaxpr, consts } = result.known;
    const keep: Flags = [...uCondition.map(() => true), ...isKnown];
    const outs = bindWhile(
      {
        condition: open({ ...condition, inputs: chosen(condition.inputs, keep) }),
        body: { jaxpr: { ...jaxpr, outputs: jaxpr.outputs.slice(0, count(isKnown)) }, consts },
      },
      [
        forCondition as NDArray[],
        present(
          forBody,
          uConsts.map((is) => !is),
        ),
      ],
      present(init, isKnown),
    );
    const outputs = equation.outputs.map((v, i) => (flags[i] ? v : new Var(v.aval)));
    return {
      outputs: spread(outs, isKnown),
      rest: flags.includes(true) ? { ...(equation as Equation), outputs } : null,
    };
  },
  transpose: () => {
    throw new UnsupportedError(
      "reverse-mode differentiation does not work for lax.whileLoop, nor for lax.foriLoop with traced bounds, because the " +
        "number of steps isn't known; use lax.scan, or lax.foriLoop with whole numbers as bounds.",
    );
  },
  batch: (inputs, axes, { condition, body, conditionConsts, bodyConsts }) => {
    const size = batchSize(inputs, axes);
    const [bCondition, bConsts, bInit] = parts(
      axes.map((axis) => axis !== null),
      conditionConsts,
      bodyConsts,
    );
    const { result, flags } = fixedPoint(bInit, (carry) => {
      const ends = batchedProgram(condition, [...bCondition, ...carry], size);
      // Where each example has an end of its own, every value of the carry is one of the example's.
      const own = carry.map((is) => is || ends.batched[0]!);
      const step = withBatchAxes(batchedProgram(body, [...bConsts, ...own], size), own, size);
      return { result: { ends, step }, flags: own.map((is, i) => is || step.batched[i]!) };
    });
    const front = inputs.map((x, i) => {
      const isBatched = axes[i] !== null || flags[i - conditionConsts - bodyConsts];
      return isBatched ? batchToFront(x, axes[i]!, size) : x;
    });
    const [forCondition, forBody, init] = parts(front, conditionConsts, bodyConsts);
    const { ends, step } = result;
    const outAxes = flags.map((is) => (is ? 0 : null));
    if (!ends.batched[0]) {
      return [bindWhile({ condition: ends.program, body: step.program }, [forCondition, forBody], init), outAxes];
    }
    // The loop runs until the last example is done; the others keep what they have.
    const any = traceToJaxpr(
      (values) => [reduceOr(evalJaxpr(ends.program, values)[0]!)],
      inputAvalsOf(ends.program.jaxpr),
    );
    const constAvals = [...forCondition, ...forBody].map((x) => x.aval);
    const frozen = traceToJaxpr(
      (values) => {
        const [forEnds, forStep, carry] = parts(values, conditionConsts, bodyConsts);
        const goesOn = evalJaxpr(ends.program, [...forEnds, ...carry])[0]!;
        const next = evalJaxpr(step.program, [...forStep, ...carry]);
        return next.map((x, i) => {
          const which = broadcastInDim(goesOn, { shape: x.shape, broadcastDimensions: [0] });
          return select(which, x, carry[i]!);
        });
      },
      [...constAvals, ...init.map((x) => x.aval)],
    );
    return [bindWhile({ condition: any, body: frozen }, [forCondition, [...forCondition, ...forBody]], init), outAxes];
  },
  lowering: { kind: "control", lower: lowerWhile satisfies LowerControl<WhileParams> },
};

/**
 * Applies `body` to a value as long as `condition` of it is true. It has forward-mode derivatives; for reverse mode use
 * `scan`. Source: `jax.lax.while_loop`.
 * @throws TypeError when the value changes its structure, shape or dtype, or the condition gives no bool.
 * @example lax.whileLoop((x) => np.less(x, 100), (x) => np.multiply(x, 2), 3) // 192
 */
export function whileLoop<const Value>(
  condition: (value: Seen<Value>) => NDArray | boolean,
  body: (value: Seen<Value>) => Returned<Value>,
  init: Value,
  ...rest: never[]
): Seen<Value>;
export function whileLoop(condition: TreeFunction, body: TreeFunction, init: unknown, ...rest: never[]): unknown {
  const fn = "lax.whileLoop";
  noMore(fn, rest);
  return whileAs(fn, condition, body, init);
}

/** The same under the name of the function that the user called. */
export function whileAs<Value>(fn: string, condition: TreeFunction, body: TreeFunction, init: Value): Value {
  checkFunction(fn, condition);
  checkFunction(fn, body);
  const [start, tree] = flattenArrays(fn, init);
  const inTree = { kind: "list", children: [tree] } as const;
  const trace = (f: TreeFunction, values: readonly NDArray[], options: TraceOptions) =>
    traceFunction(
      fn,
      f,
      inTree,
      values.map((x) => x.aval),
      options,
    );
  const { carry, body: traced } = settled(start, (values, finish) => trace(body, values, { statics: tree, finish }));
  checkCarry(fn, tree, carry, traced, traced.outTree);
  const { program } = trace(condition, carry, ARRAYS);
  const [pred, ...others] = outputAvals(program.jaxpr);
  if (!pred || others.length > 0 || pred.dtype !== "bool" || pred.shape.length > 0) {
    const got = [pred, ...others].map((a) => (a ? `${a.dtype}${formatShape(a.shape)}` : "nothing"));
    throw new TypeError(`${fn}: the condition must return one bool, got ${got.join(", ")}.`);
  }
  const last = bindWhile({ condition: program, body: traced.program }, [[], []], carry);
  return unflatten<Value>(tree, last.map(narrowed));
}
