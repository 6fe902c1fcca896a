/** Exponentials and logarithms of one number, for the functions that go number by number. */
import { exp as exps } from "./exp";
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
