/** Products for tests: steps by their layouts, and what they should give. */
import type { TypedArray } from "../../src/base/dtypes.ts";
import type { ArrayOperand, Buffer, ContractAxis, ContractStep } from "../../src/compile/program.ts";

/** Sizes by the letters of their axes, and for each array the axes as they lie in memory, from outer to inner. */
export interface Layout {
  readonly b?: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly left?: string;
  readonly right?: string;
  readonly out?: string;
  /** Elements that lie in front of each array, */
  readonly offset?: number;
  /** and between the rows of its innermost axis. */
  readonly gap?: number;
}

export const bufferOf = (size: number, dtype: Buffer["dtype"] = "float32"): Buffer => ({ dtype, size });

export const operandOf = (buffer: Buffer, offset = 0): ArrayOperand => ({
  kind: "array",
  dtype: buffer.dtype,
  buffer,
  view: { offset, shape: [], strides: [] },
});

interface Placed {
  readonly size: number;
  readonly stride: (letter: string) => number;
}

function placed(axes: string, sizes: Record<string, number>, gap: number): Placed {
  const strides = new Map<string, number>();
  let size = 1;
  for (const letter of [...axes].reverse()) {
    strides.set(letter, size);
    size = size * (sizes[letter] ?? 1) + (size === 1 ? gap : 0);
  }
  return { size, stride: (letter) => strides.get(letter) ?? 0 };
}

/** A product of two buffers of their own. */
export function productOf(
  { b = 1, m, n, k, left = "bmk", right = "bkn", out = "bmn", offset = 0, gap = 0 }: Layout,
  dtype: Buffer["dtype"] = "float32",
): ContractStep {
  const sizes = { b, m, n, k };
  const [x, y, z] = [left, right, out].map((axes) => placed(axes, sizes, gap));
  const axis = (letter: "b" | "m" | "n" | "k"): ContractAxis[] =>
    letter === "b" && b === 1
      ? []
      : [{ size: sizes[letter], a: x.stride(letter), b: y.stride(letter), c: z.stride(letter) }];
  return {
    kind: "contract",
    a: operandOf(bufferOf(x.size + offset, dtype), offset),
    b: operandOf(bufferOf(y.size + offset, dtype), offset),
    target: bufferOf(z.size + offset, dtype),
    targetOffset: offset,
    batch: axis("b"),
    m: axis("m"),
    n: axis("n"),
    k: axis("k"),
    symmetric: false,
  };
}

/** The product of an array with its own transpose. */
export function gramOf(layout: Layout): ContractStep {
  const left = layout.left ?? "bmk";
  const step = productOf({ ...layout, n: layout.m, left, right: left.replace("m", "n") });
  return { ...step, b: step.a, symmetric: true };
}

/** The places of a list of axes' elements, from the last axis on. */
export function placesOf(axes: readonly ContractAxis[], letter: "a" | "b" | "c", offset = 0): number[] {
  let places = [offset];
  for (const axis of axes) {
    places = places.flatMap((place) => Array.from({ length: axis.size }, (_, i) => place + i * axis[letter]));
  }
  return places;
}

export interface Expected {
  readonly place: number;
  readonly value: number;
  /** The sum of the terms' absolute values, which bounds what rounding can do. */
  readonly scale: number;
}

/** The results, by plain loops in double precision. */
export function multiply(step: ContractStep, left: TypedArray, right: TypedArray): Expected[] {
  const { a, b, targetOffset, batch, m, n, k } = step;
  const [termsA, termsB] = [placesOf(k, "a"), placesOf(k, "b")];
  const [rowsA, rowsC] = [placesOf(m, "a"), placesOf(m, "c")];
  const [columnsB, columnsC] = [placesOf(n, "b"), placesOf(n, "c")];
  const itemsB = placesOf(batch, "b", b.view.offset);
  const itemsC = placesOf(batch, "c", targetOffset);
  return placesOf(batch, "a", a.view.offset).flatMap((itemA, item) =>
    rowsA.flatMap((rowA, i) =>
      columnsB.map((columnB, j) => {
        let [value, scale] = [0, 0];
        for (let t = 0; t < termsA.length; t++) {
          const term = left[itemA + rowA + termsA[t]] * right[itemsB[item] + columnB + termsB[t]];
          value += term;
          scale += Math.abs(term);
        }
        return { place: itemsC[item] + rowsC[i] + columnsC[j], value, scale };
      }),
    ),
  );
}
