/** The library under test by names that may not exist (yet). */
import * as cotangent from "cotangent";
import { Unavailable } from "./report.ts";

// biome-ignore lint/suspicious/noExplicitAny: names come from a JSON file, so that arguments and results are only known when it is read
export type AnyFunction = (...args: any[]) => any;

/** The function under a dotted name such as `numpy.linalg.inv`. Throws `Unavailable` where there is none. */
export function lookup(name: string): AnyFunction {
  let found: unknown = cotangent;
  for (const part of name.split(".")) found = (found as Record<string, unknown> | undefined)?.[part];
  if (typeof found !== "function") throw new Unavailable(`${name} does not exist`);
  return found as AnyFunction;
}
