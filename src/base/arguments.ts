/** Arguments by position, by name, or both: what functions accept whose optional arguments are often written in order. */
import { checkNamed, show } from "./errors.ts";
import { isPlainObject } from "./plain.ts";

/**
 * The types of optional arguments: some of `Positions` in order, then the options. As rest parameters of a function they
 * read `f(x, ...args: Arguments<[axis: Axes], Options>)` and allow `f(x)`, `f(x, axis)`, `f(x, options)` and
 * `f(x, axis, options)`.
 */
export type Arguments<Positions extends readonly unknown[], Options> = Positions extends readonly [
  ...front: infer Front,
  last: unknown,
]
  ? Before<Positions, Options> | Arguments<Front, Options>
  : [options?: Options];

type Before<List extends readonly unknown[], Options> = [...Or<List, undefined>, ...[options?: Options]];

type Or<List extends readonly unknown[], T> = { -readonly [K in keyof List]: List[K] | T };

/**
 * The arguments as one record, which inherits nothing: those given by position under the first of `names` (`positions` of
 * them at most), and those of a trailing options object. Each is checked to be what its name says (`options.ts`).
 * @throws TypeError for too many arguments, an unknown name, a wrong type, and an argument that is given in both ways.
 */
export function namedArguments<Named extends object>(
  fn: string,
  names: readonly (keyof Named & string)[],
  args: readonly unknown[],
  positions = names.length,
): Partial<Named> {
  const last = args.at(-1);
  const options = isPlainObject(last) ? last : {};
  const positional = isPlainObject(last) ? args.slice(0, -1) : args;
  if (positional.length > positions) {
    const inOrder = positions > 0 ? `${names.slice(0, positions).join(", ")} in order and ` : "";
    throw new TypeError(
      `${fn}: too many arguments; after the required ones it takes ${inOrder}an object {${names.join(", ")}}, got ` +
        `${positional.map((x) => show(x)).join(", ")}.`,
    );
  }
  const named: Record<string, unknown> = Object.assign(Object.create(null), options);
  positional.forEach((value, i) => {
    const name = names[i]!;
    if (value === undefined) return;
    if (named[name] !== undefined) {
      throw new TypeError(`${fn}: ${name} is given by position (${show(value)}) and in the options.`);
    }
    named[name] = value;
  });
  return checkNamed(fn, named, names) as Partial<Named>;
}
