/** The modified Bessel functions I of order 0 and 1, times e^-|x|. */
import { exp } from "./scalars";
import { sin } from "./trigonometry";
import { scalar } from "./vector";

@inline const PI: f64 = 3.141592653589793;

/**
 * The mean of e^(x (cos t - 1)), for order 1 times sin(t)^2, over 48 angles: of a periodic function it converges faster
 * than any power, here to the last bits for 0 <= x <= 20.
 */
function byMean(x: f64, order: i32): f64 {
  let sum: f64 = order == 0 ? 1 + exp(-2 * x) : 0;
  for (let j = 1; j < 24; ++j) {
    const half = scalar(sin, (<f64>j * PI) / 48);
    // 1 - cos t, without a difference.
    const drop = 2 * half * half;
    const value = 2 * exp(-x * drop);
    sum += order == 0 ? value : value * drop * (2 - drop);
  }
  return (order == 0 ? sum : sum * x) / 48;
}

/** The asymptotic series. */
function byOrder(x: f64, order: i32): f64 {
  let sum: f64 = 1;
  let term: f64 = 1;
  for (let k: f64 = 1; k < 40 && abs(term) > 1e-17; k += 1) {
    const odd = 2 * k - 1;
    term *= (odd * odd - <f64>(4 * order)) / (8 * k * x);
    sum += term;
  }
  return sum / sqrt(2 * PI * x);
}

/** `order` is 0 or 1. */
export function besselIe(x: f64, order: i32): f64 {
  const size = abs(x);
  const value = size <= 20 ? byMean(size, order) : byOrder(size, order);
  return order == 1 && x < 0 ? -value : value;
}
