/** The methods and flags that a kernel is computed with. */
import { nt } from "cotangent";

/** Options of `empiricalNtkFn` with a name for reports. */
export interface Variant {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const { JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES, AUTO } = nt.NtkImplementation;

/** Every method, each with its defaults. */
export const METHODS: readonly Variant[] = [
  { name: "JACOBIAN_CONTRACTION", options: { implementation: JACOBIAN_CONTRACTION } },
  { name: "NTK_VECTOR_PRODUCTS", options: { implementation: NTK_VECTOR_PRODUCTS } },
  { name: "STRUCTURED_DERIVATIVES", options: { implementation: STRUCTURED_DERIVATIVES } },
  { name: "AUTO", options: { implementation: AUTO } },
];

/** The combinations of flags of structured derivatives; the first are the defaults, which need no mention. */
const FLAGS = [true, false].flatMap((jRules) =>
  [true, false].flatMap((sRules) => [null, true, false].map((fwd) => ({ jRules, sRules, fwd }))),
);

function withFlags({ name, options }: Variant): Variant[] {
  const others = FLAGS.slice(1).map((flags) => ({
    name: `${name} ${JSON.stringify(flags)}`,
    options: { ...options, ...flags },
  }));
  return [{ name, options }, ...others];
}

/** Every method, and structured derivatives with every combination of its flags. */
export const METHODS_AND_FLAGS: readonly Variant[] = METHODS.flatMap((method) =>
  method.options.implementation === STRUCTURED_DERIVATIVES ? withFlags(method) : [method],
);
