/** What an export was given stays the caller's: changed after the call, it changes nothing that was or will be computed. */
import { jit, makeJaxpr, NDArray, numpy as np, vjp } from "cotangent";
import { test } from "uvu";
import { isFloat } from "../../src/base/dtypes.ts";
import { CATALOGUE, usesOf } from "./catalogue.ts";
import { arraysIn, type Example, isPlainObject, matrix, withOptions } from "./example.ts";
import { none, snapshot } from "./judge.ts";

/** Makes all lists and objects in a value others, as far as that can be done. Arrays are left alone but for their shapes. */
function ruin(value: unknown): void {
  if (value instanceof NDArray) ruin(value.shape);
  if (value instanceof NDArray || Object.isFrozen(value)) return;
  if (ArrayBuffer.isView(value)) {
    (value as Float32Array).fill(77);
    return;
  }
  const [list, object] = [Array.isArray(value), isPlainObject(value)];
  if (!list && !object) return;
  for (const entry of Object.values(value as object)) ruin(entry);
  for (const key of Object.keys(value as object)) (value as Record<string, unknown>)[key] = 7;
  if (list) (value as unknown[]).push(7, 7);
  else (value as Record<string, unknown>).other = 7;
}

/** An example with one of its options, or with none. */
interface Variant {
  readonly example: Example;
  readonly label: string;
  readonly args: (x: NDArray) => unknown[];
}

const variantsOf = (example: Example): Variant[] => [
  { example, label: example.name, args: example.args },
  ...Object.keys(example.options?.(matrix(example.dtype)) ?? {}).map((name) => ({
    example,
    label: `${example.name} with ${name}`,
    args: (x: NDArray) => withOptions(example, x, { [name]: example.options!(x)[name] }),
  })),
];

const VARIANTS = CATALOGUE.flatMap(variantsOf);

/** What the functions in a result give; "refused" where an option makes their usual arguments wrong. */
const usesSnapshot = (example: Example, result: unknown): string[] =>
  usesOf(example, result).map((use) => {
    try {
      return snapshot(use());
    } catch {
      return "refused";
    }
  });

function mutationFaults({ example, label, args }: Variant): string[] {
  const found: string[] = [];
  const expect = (what: string, before: unknown, after: unknown): void => {
    if (JSON.stringify(before) !== JSON.stringify(after)) found.push(`${label}: ${what} changed`);
  };
  const run = (given: unknown[]): unknown => example.f()(...given);
  // In a fresh call nothing is cached yet, as a rule; so the first result is compared, too.
  const given = args(matrix(example.dtype));
  const result = run(given);
  const before = snapshot(result);
  const used = usesSnapshot(example, result);
  ruin(given);
  expect("an earlier result", before, snapshot(result));
  expect("what an earlier result gives when it is called", used, usesSnapshot(example, result));
  const again = run(args(matrix(example.dtype)));
  expect("the result of the next call", before, snapshot(again));
  expect("what the next result gives when it is called", used, usesSnapshot(example, again));
  ruin(arraysIn(again));
  if (Array.isArray(again)) ruin(again.filter(isPlainObject));
  expect(
    "the result of a call after its results' shapes were written to,",
    before,
    snapshot(run(args(matrix(example.dtype)))),
  );
  return found;
}

/** Faults, and an error as one more. */
const caught =
  (faults: (variant: Variant) => string[]) =>
  (variant: Variant): string[] => {
    try {
      return faults(variant);
    } catch (error) {
      return [`${variant.label}: ${(error as Error).message}`];
    }
  };

test("a call, the next one, and the functions that it returned", () => {
  none(VARIANTS.flatMap(caught(mutationFaults)));
});

/** The arrays that a call gives, as a function of the matrix; the last arguments are kept. */
function recorded({ example, args }: Variant): { f: (x: NDArray) => NDArray[]; last: () => unknown[] } {
  let last: unknown[] = [];
  const f = (x: NDArray): NDArray[] => {
    last = args(x);
    return arraysIn(example.f()(...last)).filter(({ dtype }) => isFloat(dtype));
  };
  return { f, last: () => last };
}

const works = (f: () => unknown): boolean => {
  try {
    f();
    return true;
  } catch {
    return false;
  }
};

/** Those that can be traced, as a program too, give floats and have a reverse mode. */
const TRACED = VARIANTS.filter((variant) => {
  const { f } = recorded(variant);
  if (/^lax\.whileLoop/.test(variant.label)) return false;
  return works(() => vjp(f, matrix("float64"))) && works(() => makeJaxpr(f)(matrix("float64")));
});

function tracedFaults(variant: Variant): string[] {
  const { f, last } = recorded(variant);
  const x = matrix("float64");
  const pulled = (ruined: boolean): string => {
    const [outs, pullback] = vjp(f, x) as unknown as [NDArray[], (cts: NDArray[]) => NDArray[]];
    if (ruined) ruin(last());
    return snapshot(pullback(outs.map((out) => np.onesLike(out))));
  };
  const compiled = jit(f);
  const first = snapshot(compiled(x));
  const program = makeJaxpr(f)(x);
  const text = String(program);
  ruin(last());
  return [
    ...(pulled(false) === pulled(true) ? [] : [`${variant.label}: its pullback changed`]),
    ...(first === snapshot(compiled(x)) ? [] : [`${variant.label}: its compiled function changed`]),
    ...(text === String(program) ? [] : [`${variant.label}: its program changed`]),
  ];
}

test("pullbacks, compiled functions and programs", () => {
  none(TRACED.flatMap(caught(tracedFaults)));
});

test.run();
