// A decoder-only transformer: embeddings, causal attention of several heads, layer norm in front of each sublayer.

import { type NDArray, nn, numpy as np } from "cotangent";
import { type DType, dense, Initializer, layerNorm, type Norm, type Weights } from "./layers.ts";

export interface TransformerOptions {
  readonly vocabulary?: number;
  readonly context?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly depth?: number;
  readonly dtype?: DType;
}

interface Block {
  readonly norm1: Norm;
  /** (width, 3, heads, width / heads): queries, keys and values of every head. */
  readonly qkv: NDArray;
  readonly projection: Weights;
  readonly norm2: Norm;
  readonly hidden: Weights;
  readonly output: Weights;
}

export interface TransformerParams {
  readonly tokens: NDArray;
  readonly positions: NDArray;
  readonly blocks: readonly Block[];
  readonly norm: Norm;
  readonly head: Weights;
}

export function init(key: NDArray, options: TransformerOptions = {}): TransformerParams {
  const { vocabulary = 256, context = 64, width = 64, heads = 4, depth = 2, dtype = "float32" } = options;
  const draw = new Initializer(key, dtype);
  return {
    tokens: draw.normal([vocabulary, width], 1),
    positions: draw.normal([context, width], 1),
    blocks: Array.from({ length: depth }, () => ({
      norm1: draw.norm(width),
      qkv: draw.normal([width, 3, heads, width / heads], width),
      projection: draw.dense(width, width),
      norm2: draw.norm(width),
      hidden: draw.dense(width, 4 * width),
      output: draw.dense(4 * width, width),
    })),
    norm: draw.norm(width),
    head: draw.dense(width, vocabulary),
  };
}

/** Attention of each token to itself and the tokens before it; `x` of shape (batch, time, width). */
function attention({ qkv, projection }: Block, x: NDArray): NDArray {
  const [batch, time, width] = x.shape as [number, number, number];
  const mixed = np.einsum("btw,wkhd->kbhtd", x, qkv);
  const [queries, keys, values] = [0, 1, 2].map((i) => np.at(mixed, i)) as [NDArray, NDArray, NDArray];
  const scores = np.einsum("bhtd,bhsd->bhts", queries, keys).div(Math.sqrt(queries.shape[3] as number));
  const past = np.tril(np.ones([time, time], { dtype: "bool" }));
  const weights = nn.softmax(np.where(past, scores, Number.NEGATIVE_INFINITY));
  const attended = np.einsum("bhts,bhsd->bthd", weights, values);
  return dense(projection, np.reshape(attended, [batch, time, width]));
}

/** The logits of the next token at each place of `x`, token numbers of shape (batch, time). */
export function apply({ tokens, positions, blocks, norm, head }: TransformerParams, x: NDArray): NDArray {
  const time = x.shape[1] as number;
  const embedded = np.take(tokens, x, { axis: 0 }).add(np.at(positions, `0:${time}`));
  const h = blocks.reduce((h, block) => {
    const attended = h.add(attention(block, layerNorm(block.norm1, h)));
    return attended.add(dense(block.output, nn.gelu(dense(block.hidden, layerNorm(block.norm2, attended)))));
  }, embedded);
  return dense(head, layerNorm(norm, h));
}
