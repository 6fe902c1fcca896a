/** The ways to compute an NTK. */

/**
 * Method numbers as in `neural_tangents.NtkImplementation`; see "Fast Finite Width Neural Tangent Kernel",
 * https://arxiv.org/abs/2206.08720.
 */
export const NtkImplementation = {
  /** Takes the method that needs least work. */
  AUTO: 0,
  /** Contracts two Jacobians; best for few outputs and shared parameters, as in small CNNs. */
  JACOBIAN_CONTRACTION: 1,
  /** Products of the kernel with the identity's columns; best for cheap forward passes and many parameters. */
  NTK_VECTOR_PRODUCTS: 2,
  /** Uses the structure of each operation's Jacobian. */
  STRUCTURED_DERIVATIVES: 3,
} as const;

export type NtkImplementation = (typeof NtkImplementation)[keyof typeof NtkImplementation];
