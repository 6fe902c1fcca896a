// The program that every runtime runs.

/** The empirical NTK of a small MLP, { shape, values }, computed with `cotangent`, the imported library. */
export async function computeKernel({ array, nt, random, stax }) {
  const [initFn, applyFn] = stax.serial(stax.Dense(32), stax.Relu(), stax.Dense(16), stax.Relu(), stax.Dense(3));
  const inputs = (n, shift) =>
    array(
      Float32Array.from({ length: n * 8 }, (_, i) => Math.sin(i + shift)),
      { shape: [n, 8] },
    );
  const [, params] = initFn(random.key(0), [-1, 8]);
  const kernelFn = nt.empiricalNtkFn(applyFn, { traceAxes: [] });
  const kernel = await kernelFn(inputs(5, 0), inputs(4, 0.5), params);
  return { shape: [...kernel.shape], values: Array.from(await kernel.data()) };
}
