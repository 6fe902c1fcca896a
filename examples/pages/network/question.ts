/** What the page asks of its worker: the fields of the form, checked. */

export const DATA = { curve: "A curve", moons: "Two moons" } as const;
export const ACTIVATIONS = ["Erf", "Relu", "Gelu", "Sin"] as const;

export type DataName = keyof typeof DATA;
export type ActivationName = (typeof ACTIVATIONS)[number];

/** A whole number's name on the page, where it begins and ends, and what it is at first. */
const NUMBERS = {
  examples: { label: "Examples", low: 4, high: 48, first: 16 },
  depth: { label: "Hidden layers", low: 1, high: 6, first: 2 },
  width: { label: "Width", low: 1, high: 512, first: 128 },
  steps: { label: "Steps of training", low: 1, high: 5000, first: 500 },
  seed: { label: "Seed", low: 0, high: 2 ** 32 - 1, first: 0 },
} as const;

export type NumberName = keyof typeof NUMBERS;
export const NUMBER_NAMES = Object.keys(NUMBERS) as NumberName[];
export const rangeOf = (name: NumberName) => NUMBERS[name];

export interface Question extends Readonly<Record<NumberName, number>> {
  readonly data: DataName;
  readonly activation: ActivationName;
}

/** Says which field is wrong, so that the page can lead there. */
export class FieldError extends Error {
  constructor(
    readonly field: keyof Question,
    message: string,
  ) {
    super(message);
  }
}

function wholeNumber(field: NumberName, text: string): number {
  const { label, low, high } = NUMBERS[field];
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  const got = text.trim() === "" ? "no number" : text;
  throw new FieldError(field, `${label} must be a whole number from ${low} to ${high}, got ${got}.`);
}

function oneOf<Name extends string>(field: keyof Question, names: readonly Name[], text: string): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new FieldError(field, `The field ${field} must be one of ${names.join(", ")}, got ${text}.`);
}

/** The question that the fields' texts make. @throws FieldError for the first that is wrong. */
export function readQuestion(textOf: (field: keyof Question) => string): Question {
  const number = (field: NumberName) => wholeNumber(field, textOf(field));
  return {
    data: oneOf("data", Object.keys(DATA) as DataName[], textOf("data")),
    examples: number("examples"),
    depth: number("depth"),
    width: number("width"),
    activation: oneOf("activation", ACTIVATIONS, textOf("activation")),
    steps: number("steps"),
    seed: number("seed"),
  };
}
