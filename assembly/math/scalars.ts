/** Exponentials, logarithms and the like of one number, for the functions that go number by number. */
import { erfc as erfcs } from "./erf";
import { exp as exps, expm1 as expm1s } from "./exp";
import { log as logs, log1p as logs1p } from "./log";
import { splat } from "./vector";

export function exp(x: f64): f64 {
  return f64x2.extract_lane(exps<f64>(splat(x)), 0);
}

export function log(x: f64): f64 {
  return f64x2.extract_lane(logs(splat(x)), 0);
}

export function log1p(x: f64): f64 {
  return f64x2.extract_lane(logs1p<f64>(splat(x)), 0);
}

export function expm1(x: f64): f64 {
  return f64x2.extract_lane(expm1s<f64>(splat(x)), 0);
}

export function erfc(x: f64): f64 {
  return f64x2.extract_lane(erfcs<f64>(splat(x)), 0);
}
