/** What a loop carries from step to step: one structure, with shapes and dtypes that stay. */
import { promote } from "../base/dtypes.ts";
import { formatTree, type TreeDef } from "../base/tree.ts";
import { type Aval, formatAval, sameAval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { castWeak, convertElementType, isNumber, narrowed, withDigits } from "../lax/convert.ts";
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

/** What a number among a loop's carry is to be, where a step gives `to`: a number may start a float64 sum. */
function joined(x: NDArray, to: Aval | undefined): NDArray {
  if (!x.aval.weak || !to || (to.weak && to.dtype === x.dtype)) return x;
  const narrow = narrowed(x);
  const { dtype, weak } = promote([narrow.aval, to]);
  if (!weak) return convertElementType(narrow, dtype);
  return dtype === narrow.dtype ? narrow : castWeak(narrow, dtype);
}

/** What a step gives as a loop's carry: a number that it hands through keeps its digits, any other takes the dtype. */
function given(x: NDArray, to: Aval | undefined): NDArray {
  if (!to || !x.aval.weak) return x;
  if (isNumber(to)) return withDigits(x);
  if (x.dtype === to.dtype || promote([to, x.aval]).dtype !== to.dtype) return x;
  return to.weak ? castWeak(x, to.dtype) : convertElementType(x, to.dtype);
}

/** The carry with the dtypes at which it stays as it is, found step by step, and the body for it. */
export function settled(
  carry: NDArray[],
  trace: (carry: readonly NDArray[], finish: (outs: NDArray[]) => NDArray[]) => Traced,
): { carry: NDArray[]; body: Traced } {
  const body = trace(carry, (outs) => outs.map((x, i) => given(x, carry[i]?.aval)));
  const next = carry.map((x, i) => joined(x, body.program.jaxpr.outputs[i]?.aval));
  return next.every((x, i) => x === carry[i]) ? { carry, body } : settled(next, trace);
}
