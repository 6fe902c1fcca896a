/** Arguments by position, by name, or both: what functions accept whose optional arguments are often written in order. */
import { checkOptions, describe } from "./errors.ts";
import { isLeaf } from "./tree.ts";

const isOptions = (x: unknown): x is object => x !== null && !Array.isArray(x) && !isLeaf(x);

/**
 * The arguments as one record: those given by position under `names`, and those of a trailing options object.
 * @throws TypeError for too many arguments, an unknown name, and one that is given in both ways.
 */
export function namedArguments<Named extends object>(
  fn: string,
  names: readonly (keyof Named & string)[],
  args: readonly unknown[],
): Partial<Named> {
  const last = args.at(-1);
  const options = isOptions(last) ? (last as Record<string, unknown>) : {};
  const positional = isOptions(last) ? args.slice(0, -1) : args;
  checkOptions(fn, options, names);
  const named: Record<string, unknown> = { ...options };
  positional.forEach((value, i) => {
    const name = names[i];
    if (name === undefined) {
      throw new TypeError(`${fn}: too many arguments; after the required ones it takes ${names.join(", ")}.`);
    }
    if (value === undefined) return;
    if (name in options) {
      throw new TypeError(`${fn}: ${name} is given by position (${describe(value)}) and in the options.`);
    }
    named[name] = value;
  });
  for (const name of Object.keys(named)) if (named[name] === undefined) delete named[name];
  return named as Partial<Named>;
}
