/** What the compiler takes of `cotangent/io`: its arrays and trees are the whole's. Compiled as `signatures.test-d.ts` is. */
import { type NDArray, numpy as np, type PyTree, random, stax, tree } from "cotangent";
import { type ArrayTree, loadSafetensors, type Source, saveSafetensors } from "cotangent/io";
import { is } from "./is.ts";

declare const bytes: Uint8Array;

const params = await loadSafetensors(bytes);
is<ArrayTree>().of(params);
export const asTree: PyTree<NDArray> = params;
export const leaf: NDArray | undefined = params.conv?.kernel;
export const mapped = tree.map((x: NDArray) => np.square(x), params);

/** `like` says what comes back. */
interface Weights {
  w: NDArray;
  layers: NDArray[];
}
declare const weights: Weights;
is<Weights>().of(await loadSafetensors(bytes, { like: weights }));
is<Weights>().of(await loadSafetensors<Weights>(bytes));

is<Uint8Array>().of(await saveSafetensors(weights, { metadata: { step: "1" } }));
await saveSafetensors(stax.Dense(3)[0](random.key(0), [1, 2])[1]);

export const sources: Source[] = [bytes, bytes.buffer, new DataView(new ArrayBuffer(8))];
// @ts-expect-error: a text is no file
export const text: Source = "model.safetensors";
