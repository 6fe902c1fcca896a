/**
 * The random programs of `test/support/programs.ts` in float32 on a GPU: their values, derivatives and batches against
 * the processor's in float64, and reverse mode there against forward mode there.
 */
import { array, type DType, jit, jvp, type NDArray, vjp, vmap, withDevice } from "cotangent";
import fc from "fast-check";
import { arrived, maxError } from "../conformance/compare.ts";
import type { Report, Way } from "../conformance/report.ts";
import { sample } from "../support/arrays.ts";
import { program, programs } from "../support/programs.ts";

type Arrays = readonly NDArray[];
type Shapes = readonly (readonly number[])[];
type Program = (...inputs: NDArray[]) => NDArray[];
type Compile = (f: Program) => Program;

const SEED = 13;
const TOLERANCE = 2e-4;
/** The processor's float32 is as near as this, or the program is one that float32 doesn't hold. */
const HELD = TOLERANCE / 10;
const LARGEST = 1e3;

interface Problem {
  readonly f: Program;
  readonly args: Arrays;
  readonly tangents: Arrays;
  /** Of the shapes of the results. */
  readonly cotangents: Arrays;
  /** Two of each argument. */
  readonly batch: Arrays;
}

function arraysOf(shapes: Shapes, seed: number, dtype: DType): NDArray[] {
  return shapes.map((shape, i) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return array(Float32Array.from(sample(size, seed + i)), { shape: [...shape], dtype });
  });
}

/** On the device that is the default; the numbers are float32 in either precision. */
function problemOf(f: Program, shapes: Shapes, dtype: DType): Problem {
  const results = withDevice("cpu", () => f(...arraysOf(shapes, 1, dtype)).map((x) => x.shape));
  const pairs = shapes.map((shape) => [2, ...shape]);
  return {
    f,
    args: arraysOf(shapes, 1, dtype),
    tangents: arraysOf(shapes, 31, dtype),
    cotangents: arraysOf(results, 91, dtype),
    batch: arraysOf(pairs, 57, dtype),
  };
}

function forward({ f, args, tangents }: Problem, compile: Compile): Arrays {
  const n = args.length;
  const pushed: Program = (...xs) => jvp(f, xs.slice(0, n), xs.slice(n))[1] as NDArray[];
  return compile(pushed)(...args, ...tangents);
}

function reverse({ f, args, cotangents }: Problem, compile: Compile): Arrays {
  const n = args.length;
  const pulled: Program = (...xs) => vjp(f, ...xs.slice(0, n))[1](xs.slice(n)) as NDArray[];
  return compile(pulled)(...args, ...cotangents);
}

/** What is computed of a program. */
const RESULTS: Readonly<Record<string, (problem: Problem, compile: Compile) => Arrays>> = {
  "operation by operation": ({ f, args }) => f(...args),
  compiled: ({ f, args }, compile) => compile(f)(...args),
  "in forward mode": forward,
  "in reverse mode": reverse,
  "in a batch": ({ f, batch }, compile) => compile(vmap(f))(...batch),
};

/** On the processor, by which the others are measured. */
const expected = (f: Program, shapes: Shapes, dtype: DType): Arrays[] =>
  withDevice("cpu", () => {
    const problem = problemOf(f, shapes, dtype);
    return Object.values(RESULTS).map((result) => result(problem, (plain) => plain));
  });

/** The largest error of several arrays, of each relative to its largest entry. */
function errorOf(got: Arrays, want: Arrays): number {
  const errors = want.map((x, i) => {
    const y = got[i] as NDArray;
    return y.shape.join() === x.shape.join() ? maxError(y.dataSync(), x.dataSync()).error : Number.NaN;
  });
  return Math.max(0, ...errors);
}

const isModerate = (xs: Arrays): boolean => xs.every((x) => x.dataSync().every((v) => Math.abs(v) < LARGEST));

const dot = (xs: Arrays, ys: Arrays): number =>
  xs.reduce((total, x, k) => {
    const other = (ys[k] as NDArray).dataSync();
    return Array.from(x.dataSync()).reduce((sum, v, i) => sum + v * (other[i] as number), total);
  }, 0);

/** `<ct, J dx> = <J^T ct, dx>`, all from the device. */
async function adjoint(problem: Problem): Promise<string | null> {
  const { tangents, cotangents } = problem;
  const [pushed, pulled] = [forward(problem, jit), reverse(problem, jit)];
  await arrived([...pushed, ...pulled, ...tangents, ...cotangents]);
  const [left, right] = [dot(cotangents, pushed), dot(pulled, tangents)];
  const isSo = Math.abs(left - right) <= TOLERANCE * Math.max(1, Math.abs(left));
  return isSo ? null : `<ct, J dx> = ${left}, <J^T ct, dx> = ${right}`;
}

function waysOf(problem: Problem, wanted: readonly Arrays[]): Way[] {
  const ways = Object.entries(RESULTS).map(([name, result], k): Way => {
    const check = async () => {
      const got = result(problem, jit);
      await arrived(got);
      const error = errorOf(got, wanted[k] as Arrays);
      return error <= TOLERANCE ? null : `differs by ${error.toExponential(1)}`;
    };
    return [name, check];
  });
  return [...ways, ["reverse against forward mode", () => adjoint(problem)]];
}

/** Checks so many programs on the default device; those that float32 doesn't hold are skips. */
export async function runPrograms(report: Report, count: number): Promise<void> {
  for (const [i, { numbers, length, shapes }] of fc.sample(programs, { numRuns: count, seed: SEED }).entries()) {
    const f = program(numbers, length);
    const [wanted, single] = [expected(f, shapes, "float64"), expected(f, shapes, "float32")];
    if (wanted.every((want, k) => isModerate(want) && errorOf(single[k] as Arrays, want) <= HELD)) {
      report.check(`${i}`, waysOf(problemOf(f, shapes, "float32"), wanted));
      await report.settle();
    } else report.skip(`${i}`, "float32 doesn't hold the program's values");
  }
}
