/** Networks whose kernels are computed for the first time: those of small programs and of large ones, and what each calls. */
import { evalShape, type NDArray, numpy as np, nt, random, stax, tree } from "cotangent";
import * as resnet from "../../examples/models/resnet.ts";
import * as transformer from "../../examples/models/transformer.ts";

export interface Network {
  readonly f: (params: never, x: NDArray) => NDArray;
  readonly params: unknown;
  readonly x: NDArray;
}

export interface FirstCallJob {
  readonly name: string;
  readonly make: () => Network;
}

/** Parameters without drawing them, which would compile programs of its own. */
const filled = (shapes: unknown): never =>
  tree.map((x: NDArray) => np.full([...x.shape], 0.01, { dtype: x.dtype }), shapes) as never;

function ofLayers(layers: readonly ReturnType<typeof stax.Dense>[], x: NDArray): Network {
  const [initFn, f] = stax.serial(...layers);
  return { f: f as never, params: filled(evalShape((key: NDArray) => initFn(key, x.shape)[1], random.key(0))), x };
}

function mlp(): Network {
  const hidden = [512, 512].flatMap((n) => [stax.Dense(n), stax.Relu()]);
  return ofLayers([...hidden, stax.Dense(10)], np.ones([4, 784]));
}

function cnn(): Network {
  const convolution = () => stax.Conv(32, [3, 3]);
  const hidden = [convolution(), stax.Relu(), convolution(), stax.Relu(), convolution()];
  return ofLayers([...hidden, stax.Flatten(), stax.Dense(10)], np.ones([4, 32, 32, 3]));
}

function resNet18(width: number): Network {
  const init = (key: NDArray) => resnet.init(key, { width, classes: 10 });
  const { params, state } = filled(evalShape(init, random.key(0))) as ReturnType<typeof init>;
  const f = (p: typeof params, x: NDArray): NDArray => resnet.apply(p, x, { state })[0];
  return { f: f as never, params, x: np.ones([2, 32, 32, 3]) };
}

/** The logits of the last token, with the mean over them. */
function lastToken(): Network {
  const params = evalShape((key: NDArray) => transformer.init(key, { vocabulary: 500, context: 32 }), random.key(0));
  const f = (p: transformer.TransformerParams, x: NDArray): NDArray => np.at(transformer.apply(p, x), ":", -1);
  return { f: f as never, params: filled(params), x: np.ones([2, 32], { dtype: "int32" }) };
}

export const FIRST_CALL_JOBS: readonly FirstCallJob[] = [
  { name: "MLP 784-512-512-10, 4 examples", make: mlp },
  { name: "docstring CNN, 4 images of 32x32x3", make: cnn },
  { name: "ResNet18 of width 8, 2 images of 32x32x3", make: () => resNet18(8) },
  { name: "ResNet18, 2 images of 32x32x3", make: () => resNet18(64) },
  { name: "transformer of 2 blocks, 32 tokens of 500, 2 texts", make: lastToken },
];

type MethodName = keyof typeof nt.NtkImplementation;

/** The methods' names, AUTO's last. */
export const METHODS: readonly MethodName[] = [
  ...(Object.keys(nt.NtkImplementation) as MethodName[]).filter((name) => name !== "AUTO"),
  "AUTO",
];
