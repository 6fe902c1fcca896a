/**
 * Polyphase decomposition: contractions over data that lies spread out, with zeros between, as the derivatives of
 * strided convolutions have it.
 *
 * With `d - 1` zeros between the elements, outputs whose places differ by a multiple of `d` meet the same elements of
 * the window, and the others of it meet zeros. So there are `d` smaller contractions along an axis, each with every
 * `d`-th element of the window and of the output, and none of them multiplies by zeros. Fewer where the window is
 * dilated, too, or moves by more than one: what divides both dilations leaves outputs that meet no data.
 */
import { range } from "../base/shapes.ts";
import { sliceView, type View } from "../base/view.ts";
import type { ContractParams, Window } from "../ir/primitive.ts";

/** One of the smaller contractions, and the parts of the window's operand and of the output that belong to it. */
export interface Phase {
  readonly params: ContractParams;
  /** Whether no element of the window meets data, so that the part of the output is zeros. */
  readonly isEmpty: boolean;
  readonly rhsPart: (view: View) => View;
  readonly outPart: (view: View) => View;
}

/** Every `step`-th index of a label, from `start` on. */
interface LabelSlice {
  readonly label: number;
  readonly start: number;
  readonly step: number;
}

interface WindowPhase {
  readonly window: Window;
  readonly parts: readonly LabelSlice[];
}

/** More parts than this are not worth their steps. */
const MAX_PHASES = 16;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The phases along one axis; one, with all of it, where nothing is spread out or the labels stand in other places. */
function phasesOf(window: Window, { rhs, out }: ContractParams, sizes: readonly number[]): WindowPhase[] {
  const { dilation, low } = window;
  const [kernel, slid] = rhs.includes(window.first.label)
    ? [window.first, window.second]
    : [window.second, window.first];
  const summed = rhs.includes(kernel.label) && !out.includes(kernel.label);
  const kept = out.includes(slid.label) && !rhs.includes(slid.label);
  if (dilation === 1 || !summed || !kept) return [{ window, parts: [] }];
  const slidStep = dilation / gcd(slid.step, dilation);
  const count = Math.min(slidStep, sizes[slid.label]!);
  if (count > MAX_PHASES) return [{ window, parts: [] }];
  const tapStep = dilation / gcd(kernel.step, dilation);
  const none = sizes[kernel.label]!;
  const phase = (start: number): WindowPhase => {
    const rest = (tap: number): number => start * slid.step + tap * kernel.step - low;
    const tap = range(Math.min(tapStep, none)).find((i) => rest(i) % dilation === 0) ?? none;
    const scaled = ({ label, step }: Window["first"]): Window["first"] => ({
      label,
      step: (step * (label === slid.label ? slidStep : tapStep)) / dilation,
    });
    return {
      window: {
        ...{ input: window.input, dilation: 1, low: -rest(tap) / dilation },
        ...{ first: scaled(window.first), second: scaled(window.second) },
      },
      parts: [
        { label: slid.label, start, step: slidStep },
        { label: kernel.label, start: tap, step: tapStep },
      ],
    };
  };
  return range(count).map(phase);
}

/** The elements of a view that belong to the parts of its labels. */
function select(view: View, labels: readonly number[], parts: readonly LabelSlice[]): View {
  const of = labels.map((label) => parts.find((part) => part.label === label) ?? { start: 0, step: 1 });
  return sliceView(
    view,
    of.map((part) => part.start),
    view.shape,
    of.map((part) => part.step),
  );
}

/** The contraction in parts that meet no zeros between the data, or as it is. */
export function splitDilated(params: ContractParams): Phase[] {
  const alone = params.windows.map((window): WindowPhase[] => [{ window, parts: [] }]);
  const split = params.windows.map((window) => phasesOf(window, params, params.sizes));
  const count = split.reduce((n, list) => n * list.length, 1);
  const all = (count > MAX_PHASES ? alone : split).reduce<WindowPhase[][]>(
    (lists, phases) => lists.flatMap((list) => phases.map((phase) => [...list, phase])),
    [[]],
  );
  return all.map((chosen) => {
    const parts = chosen.flatMap((phase) => phase.parts);
    const sizes = [...params.sizes];
    for (const { label, start, step } of parts) sizes[label] = Math.max(0, Math.ceil((sizes[label]! - start) / step));
    return {
      params: { ...params, sizes, windows: chosen.map((phase) => phase.window) },
      isEmpty: parts.some(({ label }) => sizes[label] === 0),
      rhsPart: (view) => select(view, params.rhs, parts),
      outPart: (view) => select(view, params.out, parts),
    };
  });
}
