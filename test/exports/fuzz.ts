/**
 * Random calls of all exports, right and wrong, made from the catalogue. Each call has a generator of its own, seeded by the
 * run's seed and the call's number, so that it can be made again alone.
 */
import { array, type NDArray } from "cotangent";
import { CATALOGUE } from "./catalogue.ts";
import { type AnyFunction, type Example, isPlainObject, matrix, withOptions } from "./example.ts";
import { faultOf, namesOf, snapshot } from "./judge.ts";

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws from one call's generator. */
class Draw {
  readonly number: () => number;
  constructor(seed: number, call: number) {
    this.number = generator(Math.imul(seed, 0x9e3779b1) ^ Math.imul(call + 1, 0x85ebca6b));
  }
  below = (n: number): number => Math.floor(this.number() * n);
  chance = (p: number): boolean => this.number() < p;
  pick = <T>(list: readonly T[]): T => list[this.below(list.length)] as T;
}

const NUMBERS = [-1, 0, 1, 2, 3, 5, 0.5, -0, -3, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
/** Sizes that nothing can have, and numbers that no integer can be. */
const HUGE = [2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 1e300];
const WORDS = ["", "float32", "float64", "int32", "bool", "SAME", "VALID", "ntk", "ij", "a", "...", "1:", "__proto__"];
const DTYPES = ["float32", "float64", "int32", "uint32", "bool"] as const;
const SHAPES = [[], [0], [1], [3], [2, 3], [3, 3], [3, 1], [1, 1, 3, 3], [2, 0], [1, 1, 1, 1, 1, 1]];
const FUNCTIONS: readonly AnyFunction[] = [
  () => 1,
  (x) => x,
  () => undefined,
  () => "text",
  async (x) => x,
  (x) => [x, x],
  (...args) => args,
];

const randomArray = (draw: Draw): NDArray => {
  const [shape, dtype] = [draw.pick(SHAPES), draw.pick(DTYPES)];
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, () => draw.pick([0, 1, 2, 3, 0.5]));
  return array(values, { dtype: "float64" }).reshape(shape).astype(dtype);
};

/** A value of any kind; `huge` numbers only where no loop runs that often. */
function anything(draw: Draw, huge: boolean, depth = 0): unknown {
  const kinds: (() => unknown)[] = [
    () => draw.pick(NUMBERS),
    () => draw.pick(huge ? HUGE : NUMBERS),
    () => draw.pick(WORDS),
    () => draw.pick([true, false]),
    () => draw.pick([undefined, null]),
    () => draw.pick(FUNCTIONS),
    () => randomArray(draw),
    () => randomArray(draw),
    () => draw.pick<() => unknown>([() => Symbol("s"), () => 3n, () => new Map(), () => new Date(0), () => /x/])(),
    () =>
      draw.pick<() => unknown>([() => new Float32Array(3), () => new Int32Array([0, 1]), () => new Uint8Array(0)])(),
    () => new Array(draw.below(4)),
  ];
  const nested: (() => unknown)[] = [
    () => Array.from({ length: draw.below(4) }, () => anything(draw, huge, depth + 1)),
    () => Array.from({ length: draw.below(4) }, () => draw.pick(NUMBERS)),
    () => ({ [draw.pick(["a", "axis", "dtype", "w", "shape"])]: anything(draw, huge, depth + 1) }),
  ];
  return draw.pick(depth < 2 ? [...kinds, ...nested] : kinds)();
}

/** Repeats something as often as it is told to, which takes as long as it takes. */
const REPEATS = /^lax\.(foriLoop|scan|whileLoop)$/;

/** One entry of a list or object, at any depth, replaced. */
function altered(draw: Draw, value: unknown, huge: boolean): unknown {
  const entries = Array.isArray(value) || isPlainObject(value) ? Object.keys(value) : [];
  if (entries.length === 0 || draw.chance(0.4)) return anything(draw, huge);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  const key = draw.pick(entries);
  copy[key] = altered(draw, copy[key], huge);
  return copy;
}

const inputOf = (draw: Draw, example: Example): NDArray =>
  draw.chance(0.8) ? matrix(example.dtype) : draw.chance(0.5) ? matrix(draw.pick(DTYPES)) : randomArray(draw);

/** The arguments that an example makes of `x`, with some of its options. */
function argumentsFor(draw: Draw, example: Example, x: NDArray): unknown[] {
  const options = Object.entries(example.options?.(x) ?? {}).filter(() => draw.chance(0.3));
  return example.options ? withOptions(example, x, Object.fromEntries(options)) : example.args(x);
}

/** Of some other array; of the usual one, where the example can make nothing of it: then no export has been called. */
function rightArguments(draw: Draw, example: Example): unknown[] {
  const x = inputOf(draw, example);
  try {
    return argumentsFor(draw, example, x);
  } catch {
    return argumentsFor(draw, example, matrix(example.dtype));
  }
}

/** The arguments of a call: right ones, some of which are then replaced, left out or doubled. */
function argumentsOf(draw: Draw, example: Example): unknown[] {
  const huge = !REPEATS.test(example.name);
  const args = rightArguments(draw, example);
  const changes = draw.pick([0, 1, 1, 1, 2, 3]);
  for (let i = 0; i < changes && args.length > 0; i++) {
    const place = draw.below(args.length);
    if (draw.chance(0.8)) args[place] = altered(draw, args[place], huge);
    else if (draw.chance(0.5)) args.splice(place, 1);
    else args.push(draw.chance(0.5) ? anything(draw, huge) : args[place]);
  }
  return args;
}

/** A call as a finding shows it. */
function show(value: unknown, depth = 0): string {
  if (typeof value === "function") return String(value).slice(0, 40);
  if (Array.isArray(value)) return `[${Array.from(value, (v) => show(v, depth + 1)).join(", ")}]`;
  if (isPlainObject(value)) return `{${Object.entries(value).map(([k, v]) => `${k}: ${show(v, depth + 1)}`)}}`;
  return typeof value === "string" ? JSON.stringify(value) : String(value).slice(0, 80);
}

export interface Fuzz {
  readonly seed: number;
  readonly calls: number;
  /** The number of the first call. */
  readonly first?: number;
  /** Told of every call before it is made. */
  readonly onCall?: (call: number, text: string) => void;
}

const SLOW_SECONDS = 5;
/** So often a right call is made again. */
const CHECK_EVERY = 25;

/** A right call with another result than at the start. */
class RightCalls {
  readonly #results = new Map<Example, string>();
  #run = (example: Example): string => snapshot(example.f()(...example.args(matrix(example.dtype))));

  check(example: Example): string[] {
    const before = this.#results.get(example);
    const now = this.#run(example);
    this.#results.set(example, now);
    return before === undefined || before === now
      ? []
      : [`${example.name}: a right call has another result than before`];
  }
  checkAll = (): string[] => CATALOGUE.flatMap((example) => this.check(example));
}

/** Makes the calls; the findings say what each fault needs to be seen again. */
export function fuzz({ seed, calls, first = 0, onCall }: Fuzz): { findings: string[]; refused: number } {
  const right = new RightCalls();
  const findings = right.checkAll();
  let refused = 0;
  for (let call = first; call < first + calls; call++) {
    const draw = new Draw(seed, call);
    const example = draw.pick(CATALOGUE);
    let text = `${example.name}, call ${call}: `;
    const start = performance.now();
    try {
      const args = argumentsOf(draw, example);
      text = `${example.name}(${args.map((arg) => show(arg)).join(", ")}), call ${call}: `;
      onCall?.(call, text);
      example.f()(...args);
    } catch (error) {
      refused++;
      const fault = faultOf(namesOf(example), error);
      if (fault) findings.push(text + fault);
    }
    const seconds = (performance.now() - start) / 1000;
    if (seconds > SLOW_SECONDS) findings.push(`${text}took ${seconds.toFixed(1)} s`);
    if (call % CHECK_EVERY === 0) findings.push(...right.check(draw.pick(CATALOGUE)));
  }
  findings.push(...right.checkAll());
  return { findings, refused };
}
