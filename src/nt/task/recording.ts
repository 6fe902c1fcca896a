/**
 * `f` traced anew at each call of a kernel function, so that what it reads beside its arguments is seen as it is then.
 * Other numbers or another course make another program, which is compiled; other arrays are inputs of a known one.
 */
import { isFloat } from "../../base/dtypes.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { flatten, type TreeDef, unflatten } from "../../base/tree.ts";
import { type Aval, formatAval, makeAval } from "../../ir/aval.ts";
import type { ClosedJaxpr } from "../../ir/jaxpr.ts";
import { keyOf, treeKey } from "../../ir/key.ts";
import { HostArray, NDArray } from "../../ir/ndarray.ts";
import { evalJaxpr } from "../../ir/trace.ts";
import { leafArray, traceFunction } from "../../transform/flat.ts";
import { ShapeDtypeStruct } from "../../transform/shapes.ts";
import { type ApplyFn, callWith, canonicalBatchAxes, type OutputShapes, shapesOf, type VmapAxes } from "./apply.ts";
import type { Kwargs } from "./kwargs.ts";
import { oneExample } from "./one-example.ts";

/** Keyword arguments as their arrays, and what else they are: flags, names, functions. */
export interface SplitKwargs {
  readonly arrays: readonly unknown[];
  readonly key: string;
  readonly join: (arrays: readonly unknown[]) => Kwargs;
}

const isArray = (x: unknown): boolean => x instanceof NDArray || x instanceof ShapeDtypeStruct || ArrayBuffer.isView(x);

export function separateArrays(kwargs: Kwargs): SplitKwargs {
  const [leaves, tree] = flatten(kwargs);
  const fixed = leaves.map((leaf) => (isArray(leaf) ? null : leaf));
  const marks = leaves.map((leaf) => (isArray(leaf) ? "*" : keyOf(leaf)));
  return {
    arrays: leaves.filter(isArray),
    key: treeKey(tree, marks),
    join: (arrays) => {
      let next = 0;
      return unflatten<Kwargs>(
        tree,
        fixed.map((leaf, i) => (marks[i] === "*" ? arrays[next++] : leaf)),
      );
    },
  };
}

/** What a call of `f` looks like from outside. */
interface Signature {
  readonly text: string;
  readonly avals: readonly Aval[];
  readonly tree: TreeDef;
  readonly kwargs: SplitKwargs;
}

/** Numbers stand for themselves, whichever precision they have got on the way. */
const formatInput = (aval: Aval): string => (aval.weak && isFloat(aval.dtype) ? "~" : formatAval(aval));

function signatureOf(fn: string, params: unknown, x: unknown, given: Kwargs): Signature {
  const kwargs = separateArrays(given);
  const [leaves, tree] = flattenArguments([params, x, kwargs.arrays]);
  const avals = leaves.map((leaf) =>
    leaf instanceof ShapeDtypeStruct ? makeAval(leaf.shape, leaf.dtype) : leafArray(fn, leaf).aval,
  );
  return { text: `${treeKey(tree, avals.map(formatInput))} ${kwargs.key}`, avals, tree, kwargs };
}

/** A program of `f`, and the shapes of its outputs. */
interface Recorded {
  readonly program: ClosedJaxpr;
  readonly outs: OutputShapes;
}

/** `f` at the shapes at which one call of a kernel function needs it. */
export class Recording {
  readonly #programs = new Map<string, Recorded>();
  readonly #closed = new Map<NDArray, number>();

  constructor(
    readonly fn: string,
    readonly f: ApplyFn,
  ) {}

  /** Records `f` of one side's inputs: of all at once and, with `vmapAxes`, of one example. */
  recordSide(vmapAxes: VmapAxes, params: unknown, x: unknown, kwargs: Kwargs): void {
    const { fn } = this;
    const outs = this.#record(params, x, kwargs, (call) => call());
    const batch = canonicalBatchAxes(fn, vmapAxes, x, outs, kwargs);
    if (batch === null) return;
    const one = (tree: unknown, axes: readonly (number | null)[]): unknown => unitShapes(fn, tree, axes);
    const mapped = Object.entries(batch.kwargs).map(([key, axes]) => [key, one(kwargs[key], axes)]);
    this.#record(params, one(x, batch.inputs), { ...kwargs, ...Object.fromEntries(mapped) }, (call) =>
      oneExample({ fn, kwargs, outs, batch }, call, batch.outputs),
    );
  }

  #record(params: unknown, x: unknown, given: Kwargs, wrap: (call: () => unknown) => unknown): OutputShapes {
    const { text, avals, tree, kwargs } = signatureOf(this.fn, params, x, given);
    const known = this.#programs.get(text);
    if (known) return known.outs;
    const call = (p: unknown, input: unknown, arrays: unknown[]): unknown =>
      wrap(() => callWith(this.f, p, input, kwargs.join(arrays)));
    const { program, outTree } = traceFunction(this.fn, call, tree, avals);
    for (const x of program.consts) this.#closed.set(x, this.#closed.get(x) ?? this.#closed.size);
    const outs = shapesOf(program, outTree);
    this.#programs.set(text, { program, outs });
    return outs;
  }

  /** The arrays that `f` closes over. */
  get closed(): NDArray[] {
    return [...this.#closed.keys()];
  }

  /** Calls with equal keys do the same with their inputs and what `f` closes over. */
  get key(): string {
    const programs = [...this.#programs.values()];
    return programs
      .map(({ program: { jaxpr, consts } }) => `${keyOf(jaxpr)}${consts.map((x) => this.#closed.get(x))}`)
      .join(" ");
  }

  /** `f` with other arrays in place of those that it closes over. Inputs must be tracers. */
  with(closed: readonly NDArray[]): ApplyFn {
    return (params, x, kwargs = {}) => {
      const call = (): unknown => callWith(this.f, params, x, kwargs);
      const recorded = this.#programs.get(signatureOf(this.fn, params, x, kwargs).text);
      if (!recorded) return call();
      const { program, outTree } = traceFunction(this.fn, call, { kind: "list", children: [] }, []);
      // An array that f makes anew each time is known by its place, one of a surrounding trace is always the same.
      const hosts = recorded.program.consts.filter((c) => c instanceof HostArray);
      const consts = program.consts.map((c) => {
        const place = this.#closed.get(c instanceof HostArray ? (hosts.shift() ?? c) : c);
        return place === undefined ? c : closed[place]!;
      });
      return unflatten(outTree, evalJaxpr({ jaxpr: program.jaxpr, consts }, []));
    };
  }
}

/** The shapes of one example, with a batch axis of size 1. */
function unitShapes(fn: string, tree: unknown, axes: readonly (number | null)[]): unknown {
  const [leaves, def] = flattenArguments(tree);
  return unflatten(
    def,
    leaves.map((leaf, i) => {
      if (axes[i] === null) return leaf;
      const { shape, dtype } = leafArray(fn, leaf);
      return new ShapeDtypeStruct(
        shape.map((n, axis) => (axis === axes[i] ? 1 : n)),
        dtype,
      );
    }),
  );
}
