/** The sign of floats as a bit. */

import type { NDArray } from "../ir/ndarray.ts";
import type { One } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { makeElementwise } from "./elementwise.ts";

const signBitPrimitive = /* @__PURE__ */ makeElementwise<null, One>({
  name: "sign_bit",
  emit: "SIGN_BIT",
  dtype: () => "bool",
  weak: () => false,
  derivatives: [null],
});

/** Whether floats are negative, those of -0 and NaN too. */
export const signBit = (x: NDArray): NDArray => bind1(signBitPrimitive, [x], null);
