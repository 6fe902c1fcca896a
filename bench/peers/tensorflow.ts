// One kernel of jobs.ts in TensorFlow.js with its WebAssembly backend, by the number of the job: Jacobians by reverse
// mode, their contraction by matrix products. It has no vectorization: every example gets a copy of the weights, so that
// one gradient for each logit gives all examples' Jacobians.

import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { type Plain, problem, reportFastest } from "../support/peer.ts";

setWasmPaths(`${new URL("node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url).pathname}`);
await tf.setBackend("wasm");

const { job, x1, x2, weights, outputs } = problem();
const traced = job.traceAxes.length > 0;

const toTensor = ({ data, shape }: Plain): tf.Tensor => tf.tensor(data, shape);
const params = weights.map(toTensor);
const [input1, input2] = [toTensor(x1), x2 && toTensor(x2)];

/** The 3 x 3 patches of images, `[n, positions, 9 * channels]`: its backend has no gradient of a convolution by weights. */
function patches(x: tf.Tensor): tf.Tensor3D {
  const [n, height, width, channels] = x.shape as [number, number, number, number];
  const size = [n, height - 2, width - 2, channels];
  const shifted = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => tf.slice(x, [0, i, j, 0], size)));
  return tf.reshape(tf.concat(shifted, 3), [n, (height - 2) * (width - 2), 9 * channels]);
}

/** The network; the weights have one copy for each example in front, `[n, fan in, units]`. */
function f(params: readonly tf.Tensor[], input: tf.Tensor): tf.Tensor {
  const n = input.shape[0] as number;
  let x = input;
  let next = 0;
  for (const [kind] of job.layers) {
    if (kind === "relu") x = tf.relu(x);
    else if (kind === "flatten") x = tf.reshape(x, [n, -1]);
    else {
      const w = params[next++] as tf.Tensor3D;
      const [, fanIn, units] = w.shape;
      const rows = kind === "conv" ? patches(x) : tf.reshape(x, [n, 1, fanIn]);
      const shape = kind === "conv" ? [n, (x.shape[1] as number) - 2, (x.shape[2] as number) - 2, units] : [n, units];
      x = tf.reshape(tf.mul(tf.matMul(rows, w), 1 / Math.sqrt(fanIn)), shape);
    }
  }
  return x;
}

/** For each parameter `[n, outputs, size]`. */
function jacobians(x: tf.Tensor): tf.Tensor3D[] {
  const n = x.shape[0] as number;
  const copies = params.map((w) => tf.tile(tf.reshape(w, [1, -1, w.shape.at(-1) as number]), [n, 1, 1]));
  const gradients = tf.grads((...q: tf.Tensor[]) => f(q, x));
  const rows = Array.from({ length: outputs }, (_, logit) => {
    // Not tf.oneHot, which writes integers into float32 tensors on this backend.
    const ct = Float32Array.from({ length: n * outputs }, (_, i) => (i % outputs === logit ? 1 : 0));
    return gradients(copies, tf.tensor(ct, [n, outputs]));
  });
  return params.map(
    (w, k) =>
      tf.stack(
        rows.map((row) => tf.reshape(row[k] as tf.Tensor, [n, w.size])),
        1,
      ) as tf.Tensor3D,
  );
}

function contraction(): Float32Array {
  const kernel = tf.tidy(() => {
    const j1 = jacobians(input1);
    const j2 = input2 ? jacobians(input2) : j1;
    const [n1, n2] = [j1, j2].map((j) => (j[0] as tf.Tensor3D).shape[0]) as [number, number];
    const rows = (x: tf.Tensor): tf.Tensor2D =>
      tf.reshape(x, [traced ? (x.shape[0] as number) : -1, traced ? -1 : (x.shape[2] as number)]);
    const terms = j1.map((a, i) => tf.matMul(rows(a), rows(j2[i] as tf.Tensor3D), false, true) as tf.Tensor);
    const total = tf.addN(terms);
    return traced ? tf.div(total, outputs) : tf.transpose(tf.reshape(total, [n1, outputs, n2, outputs]), [0, 2, 1, 3]);
  });
  const elements = kernel.dataSync() as Float32Array;
  kernel.dispose();
  return elements;
}

reportFastest({ "Jacobian contraction": contraction });
