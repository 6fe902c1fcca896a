/** Valid calls of the methods of an array. */
import type { NDArray } from "cotangent";
import { type Example, examplesOf, mask, matrix, type Row } from "./example.ts";

const both = () => ({ axis: [0, 1], keepdims: true });
const sums = (x: NDArray) => ({ ...both(), where: mask(x), dtype: "float64" });
const sorted = () => ({ axis: 0, descending: true, stable: true });

const ROWS: readonly Row[] = [
  ["toArray data dataSync destroy neg abs exp log expm1 log1p sqrt square sin cos tanh", () => []],
  ["sign floor ceil logicalNot isnan isfinite", () => []],
  ["ravel flatten", () => [], () => ({ order: "F" })],
  [
    "add sub mul div pow mod maximum minimum equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr dot matmul",
    (x) => [x],
  ],
  ["sum prod", () => [], (x) => ({ ...sums(x), initial: 1 })],
  ["mean", () => [], sums],
  ["std var", () => [], (x) => ({ ...sums(x), ddof: 1 })],
  ["max min", () => [], (_x) => ({ ...both(), initial: 1 })],
  ["max min", () => [{ initial: 1 }], (x) => ({ where: mask(x) })],
  ["any all", () => [], (x) => ({ ...both(), where: mask(x) })],
  ["argmax argmin", () => [], () => ({ axis: 0, keepdims: true })],
  ["cumsum cumprod", () => [], () => ({ axis: 0, dtype: "float64" })],
  ["sort argsort", () => [], sorted],
  ["ptp", () => [], both],
  ["flip", () => [], () => ({ axis: 0 })],
  ["swapaxes moveaxis", () => [0, 1]],
  ["expandDims", () => [0]],
  ["broadcastTo", () => [[2, 3, 3]]],
  ["take", () => [1], () => ({ axis: 0, mode: "clip" })],
  ["clip", () => [0, 2]],
  ["clip", () => [], () => ({ min: 1, max: 2 })],
  ["round", () => [], () => ({ decimals: 1 })],
  ["reshape", () => [[9]]],
  ["reshape", () => [1, 9], () => ({ order: "F" })],
  ["transpose", () => [], () => ({ axes: [1, 0] })],
  ["transpose", () => [1, 0]],
  ["squeeze", () => [], () => ({ axis: [] })],
  ["astype", () => ["int32"]],
  ["to", () => ["cpu"]],
  ["at", () => [0, "1:"]],
];

/** The methods, called on the matrix of the examples. */
const onMatrix = (example: Example): Example => ({
  ...example,
  f: () => {
    const x = matrix();
    return (...args) => example.f().apply(x, args);
  },
});

export const fluentExamples = (): Example[] => [
  ...examplesOf("NDArray.", matrix(), ROWS).map(onMatrix),
  {
    name: "NDArray.item",
    f:
      () =>
      (...args: never[]) =>
        matrix()
          .at(0, 0)
          .item(...args),
    args: () => [],
  },
];
