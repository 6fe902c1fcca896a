// Networks of today, each with its forward pass, a gradient, and its NTK or, for the autoencoder, a step of training.

import { grad, jit, type NDArray, nn, numpy as np, nt, random, tree } from "cotangent";
import * as depthwise from "./models/depthwise.ts";
import * as mixer from "./models/mixer.ts";
import * as resnet from "./models/resnet.ts";
import * as rnn from "./models/rnn.ts";
import * as transformer from "./models/transformer.ts";
import * as vae from "./models/vae.ts";

const key = random.key(0);
const count = (params: unknown): number => tree.reduce<NDArray, number>((n, x) => n + x.size, params, 0);

function report(name: string, params: unknown, facts: Record<string, string | number>): void {
  const list = Object.entries(facts).map(([fact, value]) => `${fact} ${value}`);
  console.log(`${name}: ${count(params)} parameters, ${list.join(", ")}`);
}

function check(name: string, holds: boolean, what: string): void {
  if (!holds) throw new Error(`${name}: ${what}`);
}

const norm = (gradient: unknown): number =>
  Math.sqrt(tree.leaves<NDArray>(gradient).reduce((sum, g) => sum + np.sum(np.square(g)).item(), 0));

/** A model with logits for each example: the cross entropy goes down along its gradient, and its NTK is a kernel. */
function classifier<Params>(
  name: string,
  params: Params,
  x: NDArray,
  f: (params: Params, x: NDArray) => NDArray,
  options: nt.NtkOptions = {},
): void {
  const crossEntropy = (p: Params): NDArray => np.mean(np.at(nn.logSoftmax(f(p, x)), "...", 0)).neg();
  const loss = jit(crossEntropy);
  const gradient = jit(grad(crossEntropy))(params);
  const rate = 1e-2 / Math.max(1, norm(gradient)) ** 2;
  const stepped = tree.map((p: NDArray, g: NDArray) => p.sub(g.mul(rate)), params, gradient) as Params;
  const [before, after] = [loss(params).item(), loss(stepped).item()];
  check(name, after < before, `the loss went from ${before} to ${after}`);

  const kernel = nt.empiricalNtkFn(f as never, options)(x, null, params);
  const [values, n] = [kernel.dataSync(), kernel.shape[0] as number];
  const positive = Array.from({ length: n }, (_, i) => values[i * (n + 1)] as number).every((v) => v > 0);
  check(name, positive && kernel.ndim === 2, "the diagonal of the NTK must be positive");
  const asymmetry = np.max(np.abs(kernel.sub(np.transpose(kernel)))).item();
  check(name, asymmetry <= 1e-4 * np.max(np.abs(kernel)).item(), `the NTK is asymmetric by ${asymmetry}`);
  report(name, params, {
    loss: before.toFixed(4),
    "after a step": after.toFixed(4),
    "NTK(x1, x1)": (values[0] as number).toPrecision(4),
    "NTK(x1, x2)": (values[1] as number).toPrecision(4),
  });
}

const images = random.normal(random.foldIn(key, 1), [4, 16, 16, 3]);

{
  const { params, state } = resnet.init(key, { width: 4, classes: 10 });
  // In evaluation an example's logits don't depend on the rest of the batch, so that the kernel may be mapped over it.
  const f = (p: typeof params, x: NDArray): NDArray => resnet.apply(p, x, { state })[0];
  classifier("ResNet18", params, images, f, { vmapAxes: 0 });
  const [, after] = resnet.apply(params, images, { state, train: true });
  const moved = np.max(np.abs(np.subtract(after[0]!.mean, state[0]!.mean))).item();
  check("ResNet18", moved > 0, "training must move the running statistics");
}

classifier("MLP-Mixer", mixer.init(key, { imageSize: 16, width: 16, depth: 2 }), images, mixer.apply, { vmapAxes: 0 });

{
  const params = depthwise.init(key, { widths: [8, 16, 16] });
  classifier("Depthwise separable", params, images, depthwise.apply, { vmapAxes: 0 });
}

{
  const params = transformer.init(key, { vocabulary: 32, context: 8, width: 16, heads: 2, depth: 2 });
  const tokens = random.randint(random.foldIn(key, 2), [4, 8], 0, 32);
  // The logits after the last token.
  const f = (p: transformer.TransformerParams, x: NDArray): NDArray => np.at(transformer.apply(p, x), ":", -1);
  classifier("Transformer", params, tokens, f, { vmapAxes: 0 });
}

{
  const sequences = random.normal(random.foldIn(key, 3), [4, 6, 8]);
  classifier("RNN", rnn.init(key, { width: 16 }), sequences, rnn.apply, { vmapAxes: 0 });
}

{
  const params = vae.init(key, { imageSize: 8, width: 4, latents: 2 });
  const pixels = nn.sigmoid(random.normal(random.foldIn(key, 4), [4, 8, 8, 1]));
  const loss = jit((p: vae.VaeParams, rng: NDArray) => vae.loss(p, pixels, { rng }));
  const step = jit((p: vae.VaeParams, rng: NDArray): vae.VaeParams => {
    const gradient = grad((q: vae.VaeParams) => vae.loss(q, pixels, { rng }))(p);
    return tree.map((value: NDArray, slope: NDArray) => value.sub(slope.mul(0.01)), p, gradient);
  });
  const rng = random.key(5);
  const before = loss(params, rng).item();
  const trained = Array.from({ length: 20 }).reduce<vae.VaeParams>((p, _, i) => step(p, random.foldIn(rng, i)), params);
  const after = loss(trained, rng).item();
  check("VAE", after < before, `the loss went from ${before} to ${after}`);
  const { logits } = vae.apply(params, pixels, { rng });
  check("VAE", logits.shape.join() === pixels.shape.join(), `reconstructions of shape (${logits.shape})`);
  report("VAE", params, { loss: before.toFixed(2), "after 20 steps": after.toFixed(2) });
}
