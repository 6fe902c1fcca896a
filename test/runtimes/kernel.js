// The program that every runtime runs.

/**
 * The empirical NTK of an MLP, computed with `cotangent`, the imported library: { shape, values, threads }. `options` are
 * those of `initThreads`; without them the library is used as it is.
 */
export async function computeKernel({ array, initThreads, nt, random, stax }, options = null) {
  const threads = options ? await initThreads(options) : 1;
  const [initFn, applyFn] = stax.serial(stax.Dense(256), stax.Relu(), stax.Dense(128), stax.Relu(), stax.Dense(3));
  const inputs = (n, shift) =>
    array(
      Float32Array.from({ length: n * 64 }, (_, i) => Math.sin(i + shift)),
      { shape: [n, 64] },
    );
  const [, params] = initFn(random.key(0), [-1, 64]);
  const kernelFn = nt.empiricalNtkFn(applyFn, { traceAxes: [], vmapAxes: 0 });
  const kernel = await kernelFn(inputs(48, 0), inputs(40, 0.5), params);
  const result = { shape: [...kernel.shape], values: Array.from(await kernel.data()), threads };
  if (threads > 1) await initThreads({ threads: 1 });
  return result;
}
