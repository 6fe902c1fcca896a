/** Values as text for caches and comparisons: equal texts stand for equal values. */
import { formatAval } from "./aval.ts";
import { type Atom, isJaxpr, type Jaxpr, Literal, type Var } from "./jaxpr.ts";

const identities = new WeakMap<object, number>();
const symbols = new Map<symbol, number>();
let count = 0;

/** The number of a value that only equals itself. */
function identityOf(value: object | symbol): string {
  const known = (typeof value === "symbol" ? symbols : identities) as Map<object | symbol, number>;
  const id = known.get(value) ?? count++;
  known.set(value, id);
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
    const operands = inputs.map(use);
    return `${primitive.name}(${operands})${primitive.key?.(params) ?? keyOf(params)}${outputs.map(define)}`;
  });
  const key = `{${inputs};${equations.join(";")};${jaxpr.outputs.map(use)}}`;
  programs.set(jaxpr, key);
  return key;
}

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
