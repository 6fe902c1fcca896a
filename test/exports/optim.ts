/** Valid calls of optim, and of the schedules that it returns. */
import { optim } from "cotangent";
import { type Example, examplesOf, type Row, returned } from "./example.ts";

const adam = () => ({ b1: 0.8, b2: 0.9, eps: 1e-6, epsRoot: 1e-9 });

const ROWS: readonly Row[] = [
  ["sgd", () => [0.1], () => ({ momentum: 0.9, nesterov: true })],
  ["adam", () => [0.1], adam],
  ["adamw", () => [0.1], () => ({ ...adam(), weightDecay: 0.1 })],
  ["scaleByAdam", () => [], adam],
  ["trace", () => [0.9], () => ({ nesterov: true })],
  ["clip clipByGlobalNorm scale addDecayedWeights scaleByLearningRate", () => [0.5]],
  ["chain", () => [optim.clip(1), optim.sgd(0.1)]],
  ["applyUpdates", (x) => [{ w: x }, { w: x }]],
  ["globalNorm", (x) => [{ w: x }]],
  ["constantSchedule", () => [0.1]],
  ["polynomialSchedule", () => [0.1, 0.01, 2, 10], () => ({ transitionBegin: 2 })],
  ["linearSchedule", () => [0.1, 0.01, 10], () => ({ transitionBegin: 2 })],
  ["exponentialDecay", () => [0.1, 10, 0.5], () => ({ transitionBegin: 2, staircase: true, endValue: 0.01 })],
  ["cosineDecaySchedule", () => [0.1, 10], () => ({ alpha: 0.1, exponent: 2 })],
  ["warmupCosineDecaySchedule", () => [0.1, 1, 5, 10], () => ({ endValue: 0.1, exponent: 2 })],
  ["joinSchedules", () => [[optim.constantSchedule(1), optim.constantSchedule(2)], [5]]],
  ["piecewiseConstantSchedule", () => [0.1, { 5: 0.5 }]],
];

const RETURNED: readonly Example[] = [
  returned(
    "optim.constantSchedule",
    () => optim.constantSchedule(0.1),
    () => [3],
  ),
  returned(
    "optim.linearSchedule",
    () => optim.linearSchedule(0.1, 0, 10),
    (x) => [x],
  ),
  returned(
    "optim.exponentialDecay",
    () => optim.exponentialDecay(0.1, 10, 0.5),
    () => [3],
  ),
  returned(
    "optim.cosineDecaySchedule",
    () => optim.cosineDecaySchedule(0.1, 10),
    () => [3],
  ),
  returned(
    "optim.piecewiseConstantSchedule",
    () => optim.piecewiseConstantSchedule(0.1, { 5: 0.5 }),
    () => [3],
  ),
];

export const optimExamples = (): Example[] => [...examplesOf("optim.", optim, ROWS), ...RETURNED];
