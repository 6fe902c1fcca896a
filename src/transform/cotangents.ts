/**
 * What flows back to the variables of a program, added up. Slices that lie side by side, such as the parts of `np.split` or
 * the rows of an array, give one concatenation, where each padded to the whole would be an addition of all elements.
 */
import type { Equation, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type Tangent, UndefinedPrimal } from "../ir/primitive.ts";
import { addArrays } from "../lax/elementwise.ts";
import { concatenate, type SliceParams, slicePrimitive } from "../lax/slice.ts";

/** The cotangent of a slice, which leaves out elements of one axis, at its ends. */
interface Piece {
  readonly ct: NDArray;
  readonly params: SliceParams;
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** `null` for anything but such a slice. */
function pieceOf({ primitive, inputs, params: given }: Equation, ct: NDArray): Piece | null {
  if ((primitive as object) !== slicePrimitive) return null;
  const params = given as SliceParams;
  const { startIndices, limitIndices, strides } = params;
  const partial = ct.shape.flatMap((n, i) => (n === inputs[0]!.aval.shape[i] ? [] : [i]));
  const axis = partial[0]!;
  if (partial.length !== 1 || strides[axis] !== 1) return null;
  return { ct, params, axis, start: startIndices[axis]!, end: limitIndices[axis]! };
}

export class Cotangents {
  readonly #sums = new Map<Var, NDArray>();
  readonly #pieces = new Map<Var, Piece[]>();

  add(v: Var, ct: Tangent): void {
    const sum = this.#sums.get(v);
    if (ct) this.#sums.set(v, sum ? addArrays(sum, ct) : ct);
  }

  /** Takes the cotangent of an equation's output, where that is a slice of `v` that may have neighbours. */
  addSlice(v: Var, equation: Equation, ct: NDArray): boolean {
    const piece = pieceOf(equation, ct);
    if (!piece) return false;
    const pieces = this.#pieces.get(v);
    if (pieces) pieces.push(piece);
    else this.#pieces.set(v, [piece]);
    return true;
  }

  /** The sum of all that has been added; `null` where nothing has. */
  of(v: Var): Tangent {
    const pieces = this.#pieces.get(v) ?? [];
    this.#pieces.delete(v);
    pieces.sort((a, b) => a.axis - b.axis || a.start - b.start || a.end - b.end);
    let run: Piece[] = [];
    pieces.forEach((piece, i) => {
      run.push(piece);
      const next = pieces[i + 1];
      if (next?.axis === piece.axis && next.start === piece.end) return;
      this.#addRun(v, run);
      run = [];
    });
    return this.#sums.get(v) ?? null;
  }

  forget(v: Var): void {
    this.#sums.delete(v);
  }

  /** Pieces of which each begins where the one before ends are one slice. */
  #addRun(v: Var, run: readonly Piece[]): void {
    const [{ axis, params }, last] = [run[0]!, run.at(-1)!];
    const cts = run.map(({ ct }) => ct);
    const joined = concatenate(cts, { dimension: axis });
    const whole = { ...params, limitIndices: last.params.limitIndices };
    this.add(v, slicePrimitive.transpose!([joined], [new UndefinedPrimal(v.aval)], whole)[0]!);
  }
}
