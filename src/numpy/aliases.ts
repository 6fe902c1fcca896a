/** Functions that have two names in NumPy. */
export { broadcastShapes, unstack } from "../lax/movement.ts";
export { concatenate as concat } from "./join.ts";
export { transpose as permuteDims } from "./movement.ts";
export {
  bitwiseNot as bitwiseInvert,
  bitwiseNot as invert,
  deg2rad as radians,
  leftShift as bitwiseLeftShift,
  rad2deg as degrees,
  rightShift as bitwiseRightShift,
} from "./special.ts";
export {
  arccos as acos,
  arccosh as acosh,
  arcsin as asin,
  arcsinh as asinh,
  arctan as atan,
  arctan2 as atan2,
  arctanh as atanh,
  divide as trueDivide,
  round as around,
} from "./ufuncs.ts";
