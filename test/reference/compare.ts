/** Comparing an instruction of the reference with the kernels'. */
import { inspect } from "node:util";
import * as assert from "uvu/assert";
import * as opcodes from "../../assembly/opcodes.ts";
import { DType } from "../../assembly/opcodes.ts";
import { allocate, type DType as Name, type TypedArray } from "../../src/base/dtypes.ts";
import { MAP_OPS, type MapOp } from "../../src/ir/map-ops.ts";
import { apply, type Instruction, ulps } from "../kernels/instruction.ts";
import { NAMES } from "../kernels/machine.ts";
import { operation } from "./operations.ts";

export const FLOATS = [DType.FLOAT32, DType.FLOAT64];

/** The numbers by name: `const enum`s, in which TypeScript looks up no names although they are there. */
const { Op: NUMBERS } = opcodes as unknown as { readonly Op: Readonly<Record<MapOp, opcodes.Op>> };

/** What `special.test.ts` compares; `operations.test.ts` has all others. */
export const SPECIAL: readonly MapOp[] = [
  "IGAMMA",
  "IGAMMAC",
  "IGAMMA_GRAD_A",
  "RANDOM_GAMMA_GRAD",
  "BETAINC",
  "LGAMMA",
  "DIGAMMA",
];
export const ORDINARY = (Object.keys(MAP_OPS) as MapOp[]).filter((name) => !SPECIAL.includes(name));

const compared = new Set<MapOp>();
/** Those of the operations that this process hasn't compared. */
export const forgotten = (names: readonly MapOp[]): MapOp[] => names.filter((name) => !compared.has(name));

const worst = new Map<string, number>();

const nameOf = (dtype: DType): Name => NAMES[dtype] as Name;

function store(dtype: DType, values: readonly number[]): TypedArray {
  const array = allocate(nameOf(dtype), values.length);
  array.set(values);
  return array;
}

/** Runs an instruction on the columns' elements both ways; `bound` is in units in the last place of a float. */
export function compare(
  name: MapOp,
  instruction: Omit<Instruction, "op">,
  columns: readonly number[][],
  bound = 0,
): void {
  const { dtype, result = dtype, inputs = columns.map(() => dtype) } = instruction;
  const stored = columns.map((column, i) => store(inputs[i], column));
  const got = apply({ op: NUMBERS[name], ...instruction }, ...stored);
  compared.add(name);
  const what = `${name} of ${NAMES[dtype]}`;
  for (let i = 0; i < got.length; ++i) {
    const operands = stored.map((column) => column[i]);
    const want = operation(name, nameOf(dtype), nameOf(result), operands);
    const error = FLOATS.includes(result) ? floatError(result, got[i], want, bound) : Number(got[i] !== want);
    if (!(error <= bound)) {
      const [given, is, should] = [operands, [got[i]], [want]].map((list) => list.map((x) => inspect(x)).join());
      assert.unreachable(`${what}(${given}) is ${is}, should be ${should}: ${error} ulp`);
    }
    worst.set(what, Math.max(error, worst.get(what) ?? 0));
  }
}

/** What must be exact is compared after rounding. */
function floatError(dtype: DType, got: number, want: number, bound: number): number {
  const rounded = dtype === DType.FLOAT32 ? Math.fround(want) : want;
  if (Object.is(got, rounded)) return 0;
  return bound === 0 ? Infinity : ulps(dtype, got, want);
}

/** The largest errors seen, where the environment variable SHOW_ACCURACY asks for them. */
export function showWorst(): void {
  if (!process.env.SHOW_ACCURACY) return;
  for (const [what, error] of worst) if (error > 0) console.log(`${what.padEnd(30)} ${error.toPrecision(3)} ulp`);
}
