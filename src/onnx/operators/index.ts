/** All operators that are supported: those of ONNX's default domain by their names, others with their domain in front. */
import type { Operators } from "../operator.ts";
import { activations } from "./activations.ts";
import { bits } from "./bits.ts";
import { blocks } from "./col2im.ts";
import { constants } from "./constants.ts";
import { control } from "./control.ts";
import { convolutions } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { gathers } from "./gather.ts";
import { grids } from "./grid-sample.ts";
import { logic } from "./logic.ts";
import { losses } from "./losses.ts";
import { normalizations } from "./normalization.ts";
import { ordered } from "./order.ts";
import { parts } from "./parts.ts";
import { pools } from "./pooling.ts";
import { products } from "./products.ts";
import { quantizations } from "./quantize.ts";
import { recurrents } from "./recurrent.ts";
import { reductions } from "./reductions.ts";
import { resizes } from "./resize.ts";
import { shapes } from "./shape.ts";
import { sklearns } from "./sklearn.ts";
import { softmaxes } from "./softmax.ts";

export const operators: Operators = {
  ...activations,
  ...bits,
  ...blocks,
  ...constants,
  ...control,
  ...convolutions,
  ...elementwise,
  ...gathers,
  ...grids,
  ...logic,
  ...losses,
  ...normalizations,
  ...ordered,
  ...parts,
  ...pools,
  ...products,
  ...quantizations,
  ...recurrents,
  ...reductions,
  ...resizes,
  ...shapes,
  ...sklearns,
  ...softmaxes,
};
