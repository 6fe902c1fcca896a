/** What each step of a plan must keep to by itself: views inside of buffers, sizes that fit, registers in order. */
import { MAX_REGISTERS } from "../../../assembly/opcodes.ts";
import { type DType, isFloat } from "../../../src/base/dtypes.ts";
import { sameShape, sizeOf } from "../../../src/base/shapes.ts";
import type { View } from "../../../src/base/view.ts";
import {
  type ArrayOperand,
  type Buffer,
  type ContractAxis,
  type ContractStep,
  type CopyStep,
  ENDLESS,
  type KernelStep,
  type MapStep,
  type ReduceStep,
  type SliceStep,
  type Step,
} from "../../../src/compile/program.ts";
import { assignRegisters, type MapProgram } from "../../../src/device/wasm/registers.ts";
import { MAP_OPS } from "../../../src/ir/map-ops.ts";
import type { KernelCommand } from "../../../src/ir/primitive.ts";

export type Report = (fault: string) => void;

/** The lowest and the highest place that a view touches; `null` where it has no elements. */
export function extent({ offset, shape, strides }: View): [low: number, high: number] | null {
  if (shape.includes(0)) return null;
  const reach = shape.map((size, axis) => (size - 1) * strides[axis]);
  const sum = (list: number[]): number => list.reduce((a, b) => a + b, offset);
  return [sum(reach.map((r) => Math.min(r, 0))), sum(reach.map((r) => Math.max(r, 0)))];
}

function checkView({ buffer, view, dtype }: ArrayOperand, name: string, report: Report): void {
  if (dtype !== buffer.dtype) report(`${name} is read as ${dtype} and is ${buffer.dtype}`);
  if (view.shape.length !== view.strides.length) report(`${name} has other strides than axes`);
  const range = extent(view);
  if (range && (range[0] < 0 || range[1] >= buffer.size)) {
    report(`${name} reaches from ${range[0]} to ${range[1]} in a buffer of ${buffer.size}`);
  }
}

/** Whether no two of a view's elements share a place; true wherever each axis steps over all that the smaller ones span. */
export function isInjective({ shape, strides }: View): boolean {
  if (shape.includes(0)) return true;
  const axes = shape.map((size, axis) => ({ size, step: Math.abs(strides[axis]) })).filter(({ size }) => size > 1);
  axes.sort((x, y) => x.step - y.step);
  let span = 0;
  return axes.every(({ size, step }) => {
    const clear = step > span;
    span += (size - 1) * step;
    return clear;
  });
}

function checkCopy({ source, target }: CopyStep, report: Report): void {
  checkView(source, "the source", report);
  checkView(target, "the target", report);
  if (source.dtype !== target.dtype) report(`${source.dtype} is copied to ${target.dtype}`);
  if (!sameShape(source.view.shape, target.view.shape)) {
    report(`the source is [${source.view.shape}] and the target [${target.view.shape}]`);
  }
  if (!isInjective(target.view)) report("the target's elements share places: it is written twice");
}

/** The values of an elementwise program: each is there before it is read. */
function checkValues({ inputs, constants, instructions, outputs }: MapStep, report: Report): void {
  const first = inputs.length + constants.length;
  instructions.forEach(({ op, operands }, i) => {
    const early = operands.find((value) => value < 0 || value >= first + i);
    if (early !== undefined) report(`${op} reads value ${early} before it is there`);
    if (operands.length !== MAP_OPS[op].arity) report(`${op} has ${operands.length} operands`);
  });
  for (const { value } of outputs) {
    if (value < 0 || value >= first + instructions.length) report(`no instruction writes the output ${value}`);
  }
}

/** The registers of an elementwise program. */
export function checkRegisters({ inputs, constants, outputs, instructions }: MapProgram, report: Report): void {
  const given = [...inputs, ...constants].map(({ register }) => register);
  const results = outputs.map(({ register }) => register);
  const fixed = [...given, ...results];
  if (new Set(fixed).size < fixed.length) report(`inputs, constants and outputs share registers: ${fixed}`);
  const written = new Set(given);
  for (const { op, target, operands } of instructions) {
    for (const register of operands) {
      if (!written.has(register)) report(`${op} reads register ${register}, which nothing has written`);
    }
    if (given.includes(target)) report(`${op} writes register ${target}, which is an input's or a constant's`);
    if (results.includes(target) && written.has(target)) report(`${op} writes register ${target}, an output's, again`);
    if (operands.includes(target)) report(`${op} writes register ${target}, which it reads`);
    written.add(target);
  }
  for (const register of results) if (!written.has(register)) report(`no instruction writes the output ${register}`);
  for (const register of [...written, ...results]) {
    if (register < 0 || register >= MAX_REGISTERS) report(`there is no register ${register}`);
  }
}

function checkMap(step: MapStep, report: Report): void {
  const { shape, inputs, outputs } = step;
  for (const operand of inputs) {
    checkView(operand, "an input", report);
    const { shape: own } = operand.view;
    if (own.length > 0 && !sameShape(own, shape)) report(`an input is [${own}] in a program of [${shape}]`);
  }
  for (const { buffer } of outputs) {
    if (buffer.size !== sizeOf(shape)) report(`an output of ${buffer.size} elements in a program of [${shape}]`);
  }
  if (new Set(outputs.map(({ buffer }) => buffer)).size < outputs.length) report("a buffer is written twice");
  checkValues(step, report);
  checkRegisters(assignRegisters(step), report);
}

function checkReduce({ op, source, target, axes }: ReduceStep, report: Report): void {
  checkView(source, "the source", report);
  const { shape } = source.view;
  if (axes.some((axis) => !(axis in shape)) || new Set(axes).size < axes.length) report(`axes [${axes}] of [${shape}]`);
  const kept = sizeOf(shape.filter((_, axis) => !axes.includes(axis)));
  if (kept !== target.size) report(`${kept} results in a buffer of ${target.size}`);
  const dtype = op.startsWith("ARG") ? "int32" : source.dtype;
  if (target.dtype !== dtype) report(`${op} of ${source.dtype} goes to ${target.dtype}`);
}

/** What a contraction's axes touch of an operand. */
function contracted(groups: readonly (readonly ContractAxis[])[], key: "a" | "b" | "c", offset: number): View {
  const axes = groups.flat();
  return { offset, shape: axes.map(({ size }) => size), strides: axes.map((axis) => axis[key]) };
}

/** What a contraction writes. */
export const contractTarget = ({ batch, m, n, targetOffset }: ContractStep): View =>
  contracted([batch, m, n], "c", targetOffset);

/** What a contraction reads. */
export const contractSources = ({ a, b, batch, m, n, k }: ContractStep): ArrayOperand[] => [
  { ...a, view: contracted([batch, m, k], "a", a.view.offset) },
  { ...b, view: contracted([batch, n, k], "b", b.view.offset) },
];

function checkContract(step: ContractStep, report: Report): void {
  const { a, b, target, m, n, k } = step;
  const [left, right] = contractSources(step) as [ArrayOperand, ArrayOperand];
  checkView(left, "the left operand", report);
  checkView(right, "the right operand", report);
  checkView({ kind: "array", dtype: target.dtype, buffer: target, view: contractTarget(step) }, "the target", report);
  if (a.dtype !== b.dtype || a.dtype !== target.dtype) report(`${a.dtype} by ${b.dtype} to ${target.dtype}`);
  const idle = [...m.map((axis) => axis.b), ...n.map((axis) => axis.a), ...k.map((axis) => axis.c)];
  if (idle.some((stride) => stride !== 0)) report("rows, columns or terms move an operand that they don't belong to");
  if (!isInjective(contractTarget(step))) report("the target's elements share places: it is written twice");
}

/** The sizes of a command's inputs and outputs for its arguments; -1: any. */
const SIZES: Readonly<Record<KernelCommand, (...words: number[]) => number[]>> = {
  GATHER: (batch, rows, count, width, indexStep) => [
    batch * rows * width,
    indexStep ? batch * count : count,
    batch * count * width,
  ],
  SCATTER_ADD: (batch, rows, count, width, indexStep) => [
    batch * count * width,
    indexStep ? batch * count : count,
    batch * rows * width,
  ],
  ARGSORT: (rows, width) => [rows * width, rows * width, rows * width],
  CHOLESKY: (batch, n, m) => [batch * n * m, batch * n * m],
  LU: (batch, n, m, _, second) => [batch * n * m, batch * n * m, batch * second],
  HOUSEHOLDER: (batch, n, m, k) => [batch * n * m, batch * n * m, batch * k * m],
  JACOBI: (batch, n, m, k) => [batch * n * m, batch * n * m, batch * n * k],
  EIGEN: (batch, n) => [batch * n * n, batch * n * n, batch * n, -1],
  SVD: (batch, n, m, k) => [batch * n * m, batch * k * m, batch * n, batch * n * n, -1],
  TRIANGULAR_SOLVE: (batch, m, n) => [batch * m * m, batch * m * n, batch * m * n],
  LU_SOLVE: (batch, m, n) => [-1, batch * m * m, batch * (m + 1), batch * m * n, batch * m * n],
};

const NUMBERS: readonly DType[] = ["float32", "float64", "int32", "uint32"];
/** The dtypes of a command's first input that its kernel has code for. */
const ACCEPTED: Readonly<Record<KernelCommand, readonly DType[]>> = {
  GATHER: [...NUMBERS, "bool"],
  SCATTER_ADD: NUMBERS,
  ARGSORT: NUMBERS,
  CHOLESKY: NUMBERS.filter(isFloat),
  LU: NUMBERS.filter(isFloat),
  HOUSEHOLDER: NUMBERS.filter(isFloat),
  JACOBI: NUMBERS.filter(isFloat),
  EIGEN: NUMBERS.filter(isFloat),
  SVD: NUMBERS.filter(isFloat),
  TRIANGULAR_SOLVE: NUMBERS.filter(isFloat),
  LU_SOLVE: NUMBERS.filter(isFloat),
};

function checkKernel({ command, inputs, outputs, arguments: words }: KernelStep, report: Report): void {
  const [first] = inputs;
  if (first && !ACCEPTED[command].includes(first.dtype)) report(`${command} has no code for ${first.dtype}`);
  const expected = SIZES[command](...words);
  const sizes = [...inputs, ...outputs].map(({ size }) => size);
  const fits = sizes.length === expected.length && expected.every((size, i) => size === -1 || size === sizes[i]);
  if (!fits) report(`${command}(${words}) needs buffers of ${expected} elements and has ${sizes}`);
  if (words.some((word) => !Number.isInteger(word))) report(`${command} has arguments ${words}`);
  const [index, places] = [inputs[1], outputs[1]];
  if ((command === "GATHER" || command === "SCATTER_ADD") && index?.dtype !== "int32") report("indices are no int32");
  if (command === "ARGSORT" && places?.dtype !== "int32") report("places are no int32");
}

function checkSlice({ size, source, target }: SliceStep, trips: number | null, report: Report): void {
  if (trips === null) {
    report("stands outside of a loop");
    return;
  }
  if (source.buffer.dtype !== target.buffer.dtype) report(`${source.buffer.dtype} is copied to ${target.buffer.dtype}`);
  const places: [string, SliceStep["source"]][] = Object.entries({ source, target });
  for (const [name, { buffer, start, step }] of places) {
    for (const trip of [0, Math.max(0, trips - 1)]) {
      const at = start + trip * step;
      if (trips > 0 && size > 0 && (at < 0 || at + size > buffer.size)) {
        report(`the ${name} is ${at} to ${at + size} of ${buffer.size} in trip ${trip}`);
      }
    }
  }
}

const isOne = ({ dtype, size }: Buffer, wanted: string): boolean => dtype === wanted && size === 1;

/** The checks of a step by its kind. */
const CHECKS: {
  readonly [K in Step["kind"]]: (step: Extract<Step, { kind: K }>, trips: number | null, report: Report) => void;
} = {
  copy: (step, _, report) => checkCopy(step, report),
  map: (step, _, report) => checkMap(step, report),
  reduce: (step, _, report) => checkReduce(step, report),
  contract: (step, _, report) => checkContract(step, report),
  kernel: (step, _, report) => checkKernel(step, report),
  slice: checkSlice,
  fill: () => {},
  place: (_step, _trips, report) => report("the target should have refined it"),
  leave: ({ condition }, trips, report) => {
    if (trips === null) report("stands outside of a loop");
    if (!isOne(condition, "bool")) report("the condition is not one bool");
  },
  branch: ({ index }, _, report) => {
    if (!isOne(index, "int32")) report("the branches' number is not one int32");
  },
  loop: ({ trips }, _, report) => {
    if (trips !== ENDLESS && (!Number.isInteger(trips) || trips < 0 || trips >= 2 ** 32 - 1)) report(`${trips} trips`);
  },
};

/** Checks a step; `trips` is how often the loop around it runs, `null` outside of loops. */
export const checkStep = (step: Step, trips: number | null, report: Report): void =>
  CHECKS[step.kind](step as never, trips, report);
