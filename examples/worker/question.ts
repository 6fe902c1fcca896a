/** What is asked for: a request's body, checked field by field. */
import { array, evalShape, type NDArray } from "cotangent";
import { asHttpErrors, HttpError } from "./http.ts";
import { kernelFns, type Layer, network } from "./network.ts";

/** 256 x 256: as JSON 1.3 MB. */
const MAX_ENTRIES = 2 ** 16;

export interface Question {
  readonly params: readonly Layer[];
  readonly x1: NDArray;
  readonly x2: NDArray | null;
  readonly kernelFn: (x1: NDArray, x2: NDArray | null, params: readonly Layer[]) => NDArray;
  /** The kernel's. */
  readonly shape: readonly number[];
}

/** Checks a body `{ params: [{ w, b }, ...], x1, x2, options }`. Nothing is computed. */
export function readQuestion(body: unknown): Question {
  const { params, x1, x2 = null, options = {} } = readObject("the body", body, ["params", "x1", "x2", "options"]);
  const { get = "ntk", outputs = "mean" } = readObject("options", options, ["get", "outputs"]);
  const chosen = readChoice("options.outputs", outputs, ["mean", "pairs"]);
  const question = {
    params: readList("params", params).map((layer, i) => readLayer(`params[${i}]`, layer)),
    x1: readMatrix("x1", x1),
    x2: x2 === null ? null : readMatrix("x2", x2),
    kernelFn: kernelFns[readChoice("options.get", get, ["ntk", "nngp"])][chosen],
  };
  return { ...question, shape: kernelShape(question, chosen) };
}

/** From the shapes of the inputs alone; too large a kernel is refused here. */
function kernelShape({ params, x1, x2 }: Omit<Question, "shape" | "kernelFn">, outputs: "mean" | "pairs"): number[] {
  const outputShape = (name: string, x: NDArray) =>
    asHttpErrors(`${name} and params don't fit together`, () => evalShape(network, params, x).shape) as [
      number,
      number,
    ];
  const [n1, width] = outputShape("x1", x1);
  const [n2] = x2 ? outputShape("x2", x2) : [n1];
  const shape = outputs === "mean" ? [n1, n2] : [n1, n2, width, width];
  const entries = shape.reduce((product, n) => product * n);
  if (entries <= MAX_ENTRIES) return shape;
  throw new HttpError(
    413,
    `the kernel would have ${shape.join(" x ")} = ${entries} entries, more than ${MAX_ENTRIES}; send fewer rows of x1 or x2.`,
  );
}

function refuse(name: string, wanted: string, value: unknown): never {
  throw new HttpError(422, `${name} must be ${wanted}, got ${JSON.stringify(value)?.slice(0, 40) ?? "nothing"}.`);
}

function readObject<Name extends string>(
  name: string,
  value: unknown,
  known: readonly Name[],
): Partial<Record<Name, unknown>> {
  const fields = known.join(", ");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(name, `an object with the fields ${fields}`, value);
  }
  const unknown = Object.keys(value).find((key) => !known.some((field) => field === key));
  if (unknown === undefined) return value;
  throw new HttpError(422, `${name} has no field ${JSON.stringify(unknown)}; its fields are ${fields}.`);
}

function readChoice<Choice extends string>(name: string, value: unknown, choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === value);
  return choice ?? refuse(name, choices.map((each) => `"${each}"`).join(" or "), value);
}

function readLayer(name: string, value: unknown): Layer {
  const layer = readObject(name, value, ["w", "b"]);
  const [w, b] = [readMatrix(`${name}.w`, layer.w), readVector(`${name}.b`, layer.b)];
  if (b.size === w.shape[1]) return { w, b };
  throw new HttpError(
    422,
    `${name}.b must have a number for each of the ${w.shape[1]} columns of ${name}.w, got ${b.size}.`,
  );
}

function readList(name: string, value: unknown): unknown[] {
  return Array.isArray(value) && value.length > 0 ? value : refuse(name, "a list that isn't empty", value);
}

function readMatrix(name: string, value: unknown): NDArray {
  const rows = readList(name, value).map((row, i) => readNumbers(`${name}[${i}]`, row));
  const columns = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== columns);
  if (odd < 0) return array(rows);
  throw new HttpError(
    422,
    `${name} is ragged: ${name}[${odd}] has ${rows[odd]?.length} numbers, ${name}[0] ${columns}.`,
  );
}

const readVector = (name: string, value: unknown): NDArray => array(readNumbers(name, value));

/** Numbers that are finite in float32, too: JSON has no NaN, but 1e39 is infinite there. */
function readNumbers(name: string, value: unknown): number[] {
  return readList(name, value).map((x, i) =>
    typeof x === "number" && Number.isFinite(Math.fround(x))
      ? x
      : refuse(`${name}[${i}]`, "a finite number (float32)", x),
  );
}
