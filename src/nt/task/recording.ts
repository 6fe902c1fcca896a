/**
 * `f` traced anew at each call of a kernel function, so that what it reads beside its arguments is seen as it is then: once
 * at each shape, to a program that all computations of the call repeat. Other numbers or another course make another
 * program, which is compiled; other arrays are inputs of a known one.
 */
import { isFloat } from "../../base/dtypes.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { flatten, type TreeDef, unflatten } from "../../base/tree.ts";
import { type Aval, formatAval } from "../../ir/aval.ts";
import { type ClosedJaxpr, inputAvals } from "../../ir/jaxpr.ts";
import { keyOf, treeKey } from "../../ir/key.ts";
import { NDArray } from "../../ir/ndarray.ts";
import { evalJaxpr } from "../../ir/trace.ts";
import { castWeak, isNumber } from "../../lax/convert.ts";
import { leafArray, traceFunction } from "../../transform/flat.ts";
import { type ApplyFn, callWith, canonicalBatchAxes, type OutputShapes, shapesOf, type VmapAxes } from "./apply.ts";
import type { Kwargs } from "./kwargs.ts";
import { oneExample } from "./one-example.ts";
import type { SideInputs } from "./problem.ts";

/** A tree as its arrays, and what else it is: flags, names, functions. */
export interface Separated<Tree> {
  readonly arrays: readonly unknown[];
  readonly key: string;
  readonly join: (arrays: readonly unknown[]) => Tree;
}

/** Stands for one example, of which nothing but its type is known. */
class Example {
  constructor(readonly aval: Aval) {}
}

const isArray = (x: unknown): boolean => x instanceof NDArray || x instanceof Example || ArrayBuffer.isView(x);

export function separateArrays<Tree>(whole: Tree): Separated<Tree> {
  const [leaves, tree] = flatten(whole);
  const fixed = leaves.map((leaf) => (isArray(leaf) ? null : leaf));
  const marks = leaves.map((leaf) => (isArray(leaf) ? "*" : keyOf(leaf)));
  return {
    arrays: leaves.filter(isArray),
    key: treeKey(tree, marks),
    join: (arrays) => {
      let next = 0;
      return unflatten<Tree>(
        tree,
        fixed.map((leaf, i) => (marks[i] === "*" ? arrays[next++] : leaf)),
      );
    },
  };
}

/** What a call of `f` looks like from outside. */
interface Signature {
  readonly text: string;
  readonly leaves: readonly unknown[];
  readonly tree: TreeDef;
  readonly kwargs: Separated<Kwargs>;
}

/** Numbers stand for themselves, whichever precision they have got on the way. */
const formatInput = (aval: Aval): string => (aval.weak && isFloat(aval.dtype) ? `~[${aval.shape}]` : formatAval(aval));

const avalOf = (fn: string, leaf: unknown): Aval => (leaf instanceof Example ? leaf : leafArray(fn, leaf)).aval;

function signatureOf(fn: string, params: unknown, x: unknown, given: Kwargs): Signature {
  const kwargs = separateArrays(given);
  const [leaves, tree] = flattenArguments([params, x, kwargs.arrays]);
  const inputs = leaves.map((leaf) => formatInput(avalOf(fn, leaf)));
  return { text: `${treeKey(tree, inputs)} ${kwargs.key}`, leaves, tree, kwargs };
}

/** A program of `f`, and its outputs. */
interface Recorded {
  readonly text: string;
  readonly program: ClosedJaxpr;
  readonly outs: OutputShapes;
}

/** Traces `f` for one call of a kernel function, at each shape once, whichever of its computations asks. */
export class Recorder {
  readonly #known = new Map<string, Recorded>();

  constructor(
    readonly fn: string,
    readonly f: ApplyFn,
  ) {}

  /** The outputs of one side's inputs. */
  outputs(params: unknown, [x, kwargs]: SideInputs): OutputShapes {
    return this.#record(params, x, kwargs).outs;
  }

  /** `f` of the inputs of one or two sides. */
  record(vmapAxes: VmapAxes, params: unknown, sides: readonly SideInputs[]): Recording {
    return new Recording(
      this.fn,
      sides.flatMap((side) => this.#recordSide(vmapAxes, params, side)),
    );
  }

  /**
   * All examples at once and, with `vmapAxes`, one example. The latter doesn't tell whether the outputs follow the batch,
   * and may be another program: `f` can look at the size. So neither follows from the other.
   */
  #recordSide(vmapAxes: VmapAxes, params: unknown, [x, kwargs]: SideInputs): Recorded[] {
    const { fn } = this;
    const whole = this.#record(params, x, kwargs);
    const { outs } = whole;
    const batch = canonicalBatchAxes(fn, vmapAxes, x, outs, kwargs);
    if (batch === null) return [whole];
    const one = (tree: unknown, axes: readonly (number | null)[]): unknown => unitShapes(fn, tree, axes);
    const mapped = Object.entries(batch.kwargs).map(([key, axes]) => [key, one(kwargs[key], axes)]);
    const own = { ...kwargs, ...Object.fromEntries(mapped) };
    const single = this.#record(params, one(x, batch.inputs), own, (call) =>
      oneExample({ fn, kwargs, outs, batch }, call, batch.outputs),
    );
    return [whole, single];
  }

  #record(params: unknown, x: unknown, given: Kwargs, wrap = (call: () => unknown): unknown => call()): Recorded {
    const { text, leaves, tree, kwargs } = signatureOf(this.fn, params, x, given);
    const known = this.#known.get(text);
    if (known) return known;
    const call = (p: unknown, input: unknown, arrays: unknown[]): unknown =>
      wrap(() => callWith(this.f, p, input, kwargs.join(arrays)));
    const avals = leaves.map((leaf) => avalOf(this.fn, leaf));
    const { program, outTree } = traceFunction(this.fn, call, tree, avals);
    const recorded = { text, program, outs: shapesOf(program, outTree) };
    this.#known.set(text, recorded);
    return recorded;
  }
}

/** What a kernel needs of `f`: its programs at the shapes of the kernel's sides. */
export class Recording {
  readonly #fn: string;
  readonly #programs: ReadonlyMap<string, Recorded>;
  /** The arrays that `f` closes over. */
  readonly closed: readonly NDArray[];

  constructor(fn: string, programs: readonly Recorded[]) {
    this.#fn = fn;
    this.#programs = new Map(programs.map((recorded) => [recorded.text, recorded]));
    this.closed = [...new Set(programs.flatMap(({ program }) => program.consts))];
  }

  /** Calls with equal keys do the same with their inputs and what `f` closes over. */
  get key(): string {
    const places = new Map(this.closed.map((x, i) => [x, i]));
    return [...this.#programs.values()]
      .map(({ program: { jaxpr, consts }, outs }) =>
        [keyOf(jaxpr), consts.map((x) => places.get(x)), treeKey(outs.tree, [])].join(),
      )
      .join(" ");
  }

  /** `f` as it was recorded, with other arrays in place of those that it closes over. */
  with(closed = this.closed): ApplyFn {
    const replaced = new Map(this.closed.map((x, i) => [x, closed[i]!]));
    return (params, x, kwargs = {}) => {
      const { text, leaves } = signatureOf(this.#fn, params, x, kwargs);
      const recorded = this.#programs.get(text);
      if (!recorded) throw new Error(`internal: f isn't recorded for ${text}`);
      const { jaxpr, consts } = recorded.program;
      const avals = inputAvals(jaxpr);
      const inputs = leaves.map((leaf, i) => {
        const array = leafArray(this.#fn, leaf);
        return isNumber(avals[i]!) ? castWeak(array, "float64") : array;
      });
      const program = { jaxpr, consts: consts.map((c) => replaced.get(c)!) };
      return unflatten(recorded.outs.tree, evalJaxpr(program, inputs));
    };
  }
}

/** A tree with stand-ins for one example, with a batch axis of size 1. */
function unitShapes(fn: string, tree: unknown, axes: readonly (number | null)[]): unknown {
  const [leaves, def] = flattenArguments(tree);
  return unflatten(
    def,
    leaves.map((leaf, i) => {
      if (axes[i] === null) return leaf;
      const { aval } = leafArray(fn, leaf);
      return new Example({ ...aval, shape: aval.shape.map((n, axis) => (axis === axes[i] ? 1 : n)) });
    }),
  );
}
