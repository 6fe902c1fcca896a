/** The methods and flags that a kernel is computed with. */
import { nt } from "cotangent";

/** Options of `empiricalNtkFn` with a name for reports. */
export interface Variant {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const { JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES, AUTO } = nt.NtkImplementation;

/** `empiricalNtkFn`, which says that a method is not available before it looks at the method's own options. */
export function ntkFn(
  ...[f, options = {}]: Parameters<typeof nt.empiricalNtkFn>
): ReturnType<typeof nt.empiricalNtkFn> {
  if (options.implementation !== undefined) nt.empiricalNtkFn(f, { implementation: options.implementation });
  return nt.empiricalNtkFn(f, options);
}

/** Every method, each with its defaults. */
export const METHODS: readonly Variant[] = [
  { name: "JACOBIAN_CONTRACTION", options: { implementation: JACOBIAN_CONTRACTION } },
  { name: "NTK_VECTOR_PRODUCTS", options: { implementation: NTK_VECTOR_PRODUCTS } },
  { name: "STRUCTURED_DERIVATIVES", options: { implementation: STRUCTURED_DERIVATIVES } },
  { name: "AUTO", options: { implementation: AUTO } },
];

const FLAGS = [true, false].flatMap((jRules) =>
  [true, false].flatMap((sRules) => [true, false, null].map((fwd) => ({ jRules, sRules, fwd }))),
);

/** Every method, and structured derivatives with every combination of its flags. */
export const METHODS_AND_FLAGS: readonly Variant[] = METHODS.flatMap(({ name, options }) =>
  options.implementation === STRUCTURED_DERIVATIVES
    ? FLAGS.map((flags) => ({ name: `${name} ${JSON.stringify(flags)}`, options: { ...options, ...flags } }))
    : [{ name, options }],
);
