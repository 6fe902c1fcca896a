/** The Poisson distribution. */

import { namedArguments } from "../base/arguments.ts";
import { describe } from "../base/errors.ts";
import type { Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { scalar } from "../ir/ndarray.ts";
import {
  type ArrayLike,
  abs,
  add,
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  convertElementType,
  div,
  eq,
  floor,
  ge,
  gt,
  le,
  lgamma,
  log,
  lt,
  mul,
  neg,
  reduceOr,
  select,
  sqrt,
  sub,
} from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { stopGradient } from "../lax/stop-gradient.ts";
import { jit } from "../transform/jit.ts";
import { whileLoop } from "../transform/while.ts";
import { type DrawArguments, type DrawShape, sizesOf } from "./bits.ts";
import { uniform } from "./continuous.ts";
import { checkKey, splitToList } from "./keys.ts";
import { spreadParameter } from "./parameters.ts";

/** Options of `random.poisson`. */
export interface PoissonOptions {
  /** By default the shape of `lam`. */
  readonly shape?: DrawShape | null;
  /** `"int32"` by default. */
  readonly dtype?: "int32" | "uint32";
}

const filled = (value: number, dtype: "float32" | "bool", shape: Shape): NDArray =>
  broadcastTo(scalar(value, dtype), shape);

/** Whether any element is true. */
const any = (x: NDArray): NDArray => reduceOr(x, { axes: x.shape.map((_, i) => i) });

/** How many uniform draws it takes until their product is at most exp(-lam), less 1. Source: Knuth. */
function byProducts(key: NDArray, lam: NDArray): NDArray {
  const { shape } = lam;
  const start = [filled(0, "float32", shape), key, filled(0, "float32", shape)] as const;
  const [count] = whileLoop(
    ([, , logProduct]) => any(gt(logProduct, neg(lam))),
    ([count, rest, logProduct]) => {
      const [next, subkey] = splitToList(rest, 2);
      const more = select(gt(logProduct, neg(lam)), add(count, 1), count);
      return [more, next, add(logProduct, log(uniform(subkey, { shape })))] as const;
    },
    start,
  );
  return sub(count, 1);
}

/** Source: Hörmann, "The transformed rejection method for generating Poisson random variables". */
function byRejection(key: NDArray, lam: NDArray): NDArray {
  const { shape } = lam;
  const b = add(mul(sqrt(lam), 2.53), 0.931);
  const a = add(mul(b, 0.02483), -0.059);
  const inverseAlpha = add(div(1.1328, sub(b, 3.4)), 1.1239);
  const vr = sub(0.9277, div(3.6224, sub(b, 2)));
  const start = [filled(-1, "float32", shape), filled(0, "bool", shape), key] as const;
  const [drawn] = whileLoop(
    ([, accepted]) => any(bitwiseNot(accepted)),
    ([drawn, accepted, rest]) => {
      const [next, keyU, keyV] = splitToList(rest, 3) as [NDArray, NDArray, NDArray];
      const u = sub(uniform(keyU, { shape }), 0.5);
      const v = uniform(keyV, { shape });
      const us = sub(0.5, abs(u));
      const k = floor(add(add(mul(add(div(mul(a, 2), us), b), u), lam), 0.43));
      const s = log(div(mul(v, inverseAlpha), add(div(a, mul(us, us)), b)));
      const density = sub(add(neg(lam), mul(k, log(lam))), lgamma(add(k, 1)));
      const inCore = bitwiseAnd(ge(us, 0.07), le(v, vr));
      const outside = bitwiseOr(lt(k, 0), bitwiseAnd(lt(us, 0.013), gt(v, us)));
      const accept = bitwiseOr(inCore, bitwiseAnd(bitwiseNot(outside), le(s, density)));
      return [select(accept, k, drawn), bitwiseOr(accepted, accept), next] as const;
    },
    start,
  );
  return drawn;
}

/** Each way gets a rate that it can do quickly where the other way is taken. */
const draws = /* @__PURE__ */ jit((key: NDArray, lam: NDArray) => {
  const isRate = bitwiseAnd(ge(lam, 0), lt(lam, Number.POSITIVE_INFINITY));
  const small = bitwiseOr(bitwiseNot(isRate), lt(lam, 10));
  const byWays = select(
    small,
    byProducts(key, select(bitwiseAnd(small, isRate), lam, 0)),
    byRejection(key, select(small, 1e5, lam)),
  );
  return select(isRate, select(eq(lam, 0), 0, byWays), -1);
});

/**
 * Draws from the Poisson distribution, lam^k exp(-lam) / k!; -1 where `lam` is no finite number from 0 on. Computed in
 * `float32`, as in JAX, whose draws they are but where rounding decides whether one is accepted: for about one of 10,000 at
 * `lam = 1000`, and for most from 10^6 on. Source: `jax.random.poisson`.
 * @param lam a number, or an array that broadcasts to `shape`.
 * @returns an array of `shape` and `dtype`.
 * @example random.poisson(random.key(0), 4, [3]) // shape [3]
 */
export function poisson(key: ArrayLike, lam: ArrayLike, ...args: DrawArguments<PoissonOptions>): NDArray {
  const fn = "random.poisson";
  const { shape: given, dtype = "int32" } = namedArguments<PoissonOptions>(fn, ["shape", "dtype"], args);
  if (dtype !== "int32" && dtype !== "uint32") {
    throw new TypeError(`${fn}: dtype must be "int32" or "uint32", got ${describe(dtype)}.`);
  }
  const rate = convertElementType(asArray(fn, lam, "lam"), "float32");
  const shape = sizesOf(fn, given ?? rate.shape);
  const spread = broadcastTo(spreadParameter(fn, "lam", rate, shape), shape);
  return convertElementType(draws(checkKey(fn, key), stopGradient(spread)), dtype);
}
