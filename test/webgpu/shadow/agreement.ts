/** How far results are from those of the processor. */
import { isFloat } from "../../../src/base/dtypes.ts";
import { type HostArray, storageOf } from "../../../src/ir/ndarray.ts";

/** The largest finite magnitude. */
function scaleOf(values: ArrayLike<number>): number {
  let scale = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) scale = Math.max(scale, Math.abs(values[i]));
  return scale;
}

/** The largest difference, of floats relative to the largest entry; infinite where NaN, infinities, integers or bools differ. */
function errorOf(got: ArrayLike<number>, want: HostArray, signless: boolean): number {
  const wanted = storageOf(want);
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const scale = scaleOf(wanted) || 1;
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [got[i], wanted[i]];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const isComparable = isFloat(want.dtype) && Number.isFinite(a) && Number.isFinite(b);
    const difference = signless ? Math.abs(a) - Math.abs(b) : a - b;
    worst = Math.max(worst, isComparable ? Math.abs(difference) / scale : Number.POSITIVE_INFINITY);
  }
  return worst;
}

export const worstOf = (got: readonly ArrayLike<number>[], want: readonly HostArray[], signless: boolean): number =>
  want.reduce((worst, array, i) => Math.max(worst, errorOf(got[i], array, signless)), 0);
