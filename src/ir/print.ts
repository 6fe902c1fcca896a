/** Programs as text, in the manner of JAX: `{ lambda ; a:f32[3]. let b:f32[3] = sin a in (b) }`. */
import { formatAval } from "./aval.ts";
import { type Atom, type Equation, isJaxpr, type Jaxpr, Literal, type Var } from "./jaxpr.ts";

/** `a`, `b`, ..., `z`, `aa`, `ab`, ... */
export function nameOf(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : nameOf(Math.floor(index / 26) - 1) + last;
}

function formatParam(value: unknown, indent: string): string {
  if (isJaxpr(value)) return formatJaxpr(value, indent);
  if (Array.isArray(value)) return `(${value.map((x) => formatParam(x, indent)).join(",")})`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value)
      .map(([k, v]) => `${k}:${formatParam(v, indent)}`)
      .join(" ")}}`;
  }
  return String(value);
}

function formatParams({ primitive, params }: Equation, indent: string): string {
  if (params === null || params === undefined) return "";
  const text =
    primitive.format?.(params) ??
    Object.entries(params)
      .map(([key, value]) => `${key}=${formatParam(value, indent)}`)
      .join(" ");
  return text === "" ? "" : `[${text}]`;
}

/** The program as text. Variables are named in the order in which they are defined. */
export function formatJaxpr(jaxpr: Jaxpr, indent = ""): string {
  const names = new Map<Var, string>();
  const define = (v: Var): string => {
    names.set(v, nameOf(names.size));
    return `${names.get(v)}:${formatAval(v.aval)}`;
  };
  const use = (atom: Atom): string =>
    atom instanceof Literal ? `${atom.value}:${formatAval(atom.aval)}` : (names.get(atom) ?? "?");
  const consts = jaxpr.constVars.map(define).join(" ");
  const inputs = jaxpr.inputs.map(define).join(" ");
  const lines = jaxpr.equations.map((e) => {
    const operands = e.inputs.map((a) => ` ${use(a)}`).join("");
    const params = formatParams(e, `${indent}    `);
    return `${indent}    ${e.outputs.map(define).join(" ")} = ${e.primitive.name}${params}${operands}`;
  });
  const outputs = jaxpr.outputs.map(use).join(", ");
  const head = `{ lambda ${consts}; ${inputs}. let`;
  return lines.length === 0
    ? `${head} in (${outputs}) }`
    : `${head}\n${lines.join("\n")}\n${indent}  in (${outputs}) }`;
}
