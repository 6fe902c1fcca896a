/** What a loop carries from step to step: one structure, with shapes and dtypes that stay. */
import { formatTree, type TreeDef } from "../base/tree.ts";
import { type Aval, formatAval, sameAval } from "../ir/aval.ts";
import { HostArray, type NDArray, scalar } from "../ir/ndarray.ts";
import { convertElementType } from "../lax/convert.ts";
import type { Traced } from "./flat.ts";

/** Throws unless a loop's body gives back what it gets. */
export function checkCarry(
  fn: string,
  tree: TreeDef,
  carried: readonly NDArray[],
  body: Traced,
  outTree: TreeDef,
): void {
  const outs = body.program.jaxpr.outputs.slice(0, carried.length);
  const [want, got] = [formatTree(tree), formatTree(outTree)];
  if (want !== got) {
    throw new TypeError(
      `${fn}: the body must return a carry of the structure that it gets, ${want}, got ${got}. A boolean or string in a ` +
        "carry is no array and stays as it is; for a flag that changes, start with array(false) or array(true).",
    );
  }
  if (outs.every((a, i) => sameAval(a.aval, carried[i]!.aval))) return;
  const avals = (list: readonly { aval: Aval }[]): string => list.map((a) => formatAval(a.aval)).join(", ");
  throw new TypeError(
    `${fn}: the body must return a carry like the one it gets: ${avals(carried)}, got ${avals(outs)}.`,
  );
}

/** The carry with the dtypes that the first step gives it, so that a number may start a float64 sum. */
export function settled(
  init: readonly NDArray[],
  trace: (carry: readonly NDArray[]) => Traced,
): { carry: NDArray[]; body: Traced } {
  const first = trace(init);
  const outs = first.program.jaxpr.outputs;
  const carry = init.map((x, i) => {
    const to = outs[i]?.aval;
    if (!x.aval.weak || !to || to.weak) return x;
    return x instanceof HostArray && x.ndim === 0 ? scalar(x.storage[0]!, to.dtype) : convertElementType(x, to.dtype);
  });
  return { carry, body: carry.every((x, i) => x === init[i]) ? first : trace(carry) };
}
