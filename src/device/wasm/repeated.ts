/** Operands of elementwise kernels that are read again and again, and each time with gaps. */
import { sizeOf } from "../../base/shapes.ts";
import { contiguous, type View } from "../../base/view.ts";
import { type ArrayOperand, copied, type MapStep, type Step } from "../../compile/program.ts";

/** From so many readings of an element on, one more to put the elements side by side is made up for. */
const WORTH_COPYING = 4;

/** The innermost stride that matters. */
const innerStride = ({ shape, strides }: View): number => strides.filter((_, axis) => shape[axis] !== 1).at(-1) ?? 1;

/**
 * The operand, or a copy of its elements without repetitions, seen through a view that repeats them: where runs would be
 * read with gaps (as a transposed matrix of weights beside every example), and often.
 */
function gathered(operand: ArrayOperand, steps: Step[]): ArrayOperand {
  const { view } = operand;
  if (Math.abs(innerStride(view)) <= 1) return operand;
  const repeats = (axis: number): boolean => view.strides[axis] === 0;
  const shape = view.shape.map((size, axis) => (repeats(axis) ? 1 : size));
  if (sizeOf(shape) * WORTH_COPYING > sizeOf(view.shape)) return operand;
  const once = copied({ ...operand, view: { ...view, shape } }, steps);
  const strides = contiguous(shape).strides.map((stride, axis) => (repeats(axis) ? 0 : stride));
  return { ...once, view: { offset: 0, shape: view.shape, strides } };
}

/** An elementwise program, behind copies of the inputs that it would read with gaps. */
export function withoutGaps(step: MapStep): Step[] {
  const steps: Step[] = [];
  const inputs = step.inputs.map((operand) => gathered(operand, steps));
  return [...steps, { ...step, inputs }];
}
