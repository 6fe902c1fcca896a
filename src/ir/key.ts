/** Values as text for caches and comparisons, all of which are made here: equal texts stand for equal values. */
import { formatTree, type TreeDef } from "../base/tree.ts";
import { formatAval } from "./aval.ts";
import { type Atom, isJaxpr, type Jaxpr, Literal, type Var } from "./jaxpr.ts";
import type { Primitive } from "./primitive.ts";

const identities = new WeakMap<object, number>();
const symbols = new Map<symbol, number>();
let count = 0;

/** The number of a value that only equals itself. */
function identityOf(value: object | symbol): string {
  const known = (typeof value === "symbol" ? symbols : identities) as Map<object | symbol, number>;
  let id = known.get(value);
  if (id === undefined) {
    id = count++;
    known.set(value, id);
  }
  return `#${id}`;
}

const programs = new WeakMap<Jaxpr, string>();

/** A program by what it does: variables count by their places. */
function programKey(jaxpr: Jaxpr): string {
  const known = programs.get(jaxpr);
  if (known !== undefined) return known;
  const places = new Map<Var, number>();
  const define = (v: Var): string => {
    places.set(v, places.size);
    return formatAval(v.aval);
  };
  const use = (atom: Atom): string =>
    atom instanceof Literal ? literalKey(atom) : `%${places.get(atom) ?? identityOf(atom)}`;
  const inputs = [...jaxpr.constVars, ...jaxpr.inputs].map(define);
  const equations = jaxpr.equations.map(({ primitive, inputs, params, outputs }) => {
    const operation = operationKey(primitive, inputs.map(use), params);
    return `${operation}${outputs.map(define)}`;
  });
  const key = `{${inputs};${equations.join(";")};${jaxpr.outputs.map(use)}}`;
  programs.set(jaxpr, key);
  return key;
}

/** A primitive with what its operands are. It counts by identity: two may have one name. */
export const operationKey = (primitive: Primitive, operands: readonly string[], params: unknown): string =>
  `${primitive.name}${identityOf(primitive)}(${operands})${primitive.key?.(params) ?? keyOf(params)}`;

/** A structure with what its leaves are. */
export const treeKey = (tree: TreeDef, leaves: readonly string[]): string => `${formatTree(tree)}(${leaves})`;

export const literalKey = ({ value, aval }: Literal): string => `${keyOf(value)}:${formatAval(aval)}`;

/** Data and programs count by their contents; functions, and objects of any class, by identity. */
export function keyOf(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : `${value}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value === "undefined" || typeof value === "boolean") return `${value}`;
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(keyOf)}]`;
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype)
    return identityOf(value as object);
  if (isJaxpr(value)) return programKey(value);
  const record = value as Record<string, unknown>;
  return `{${Object.keys(record).map((name) => `${JSON.stringify(name)}:${keyOf(record[name])}`)}}`;
}
