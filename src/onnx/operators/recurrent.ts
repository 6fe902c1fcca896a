/** Recurrent layers: RNN, GRU and LSTM in one or both directions. */
import { entry } from "../../base/lists.ts";
import { range } from "../../base/shapes.ts";
import { HostArray, type NDArray, storageOf } from "../../ir/ndarray.ts";
import { promoteOperands } from "../../lax/convert.ts";
import * as lax from "../../lax/index.ts";
import { where } from "../../numpy/logic.ts";
import { add } from "../../numpy/ufuncs.ts";
import { scan } from "../../transform/scan.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { reversedWithin } from "./parts.ts";
import { activationsOf } from "./recurrent-activations.ts";
import { gruStep, lstmStep, projection, type Recurrence, rnnStep, type Step } from "./recurrent-cells.ts";
import { choice, type Inputs, required } from "./support.ts";

/** What tells one kind of layer from the others. */
interface Kind {
  readonly gates: number;
  /** How many arrays its state has. */
  readonly states: number;
  readonly activations: readonly string[];
  readonly step: Step;
}

/** The inputs with time as their first axis, and the lengths of sequences. */
interface Sequences {
  readonly x: NDArray;
  readonly lengths: NDArray | undefined;
}

const DIRECTIONS = ["forward", "reverse", "bidirectional"] as const;

/** The slice of a direction, whose axis comes first; where the array is left out, nothing. */
const ofDirection = (x: NDArray | undefined, direction: number): NDArray | undefined =>
  x && lax.indexInDim(x, direction, { keepdims: false });

/** Whether each sequence has a step, (steps, batch, 1). */
function stepsWithin(lengths: NDArray, steps: number): NDArray {
  const shape = [steps, lengths.size, 1];
  const until = lax.broadcastInDim(lengths, { shape, broadcastDimensions: [1] });
  return lax.lt(lax.broadcastedIota("int32", shape, 0), until);
}

/** Runs a layer forward in time; behind the end of a sequence its state stays and its output is 0. */
function unrolled(
  step: Step,
  projected: NDArray,
  initial: readonly NDArray[],
  recurrence: Recurrence,
  lengths: NDArray | undefined,
): [outputs: NDArray, state: readonly NDArray[]] {
  if (!lengths) {
    const [state, outputs] = scan(
      (carry: NDArray[], x: NDArray) => {
        const next = step(x, carry, recurrence);
        return [next, entry(next, 0)];
      },
      [...initial],
      projected,
    );
    return [outputs as NDArray, state];
  }
  const [state, outputs] = scan(
    (carry: NDArray[], [x, within]: [NDArray, NDArray]) => {
      const next = step(x, carry, recurrence).map((value, i) => where(within, value, entry(carry, i)));
      return [next, where(within, entry(next, 0), 0)];
    },
    [...initial],
    [projected, stepsWithin(lengths, entry(projected.shape, 0))],
  );
  return [outputs as NDArray, state];
}

/** The array of sequences turned round in time, each within its length. */
const reversed = (x: NDArray, lengths: NDArray | undefined): NDArray =>
  lengths ? reversedWithin(x, lengths, 1, 0) : lax.rev(x, { dimensions: [0] });

/** What the bias adds to the input's projection, and to the recurrent one behind which a GRU resets. */
function biases(bias: NDArray | undefined, apart: boolean): [NDArray | undefined, NDArray | undefined] {
  if (!bias) return [undefined, undefined];
  const half = bias.size / 2;
  const [ofInput, ofState] = [lax.sliceInDim(bias, 0, half, 0), lax.sliceInDim(bias, half, 2 * half, 0)];
  return apart ? [ofInput, ofState] : [lax.add(ofInput, ofState), undefined];
}

function limited(node: NodeView): (x: NDArray) => NDArray {
  if (!node.has("clip")) return (x) => x;
  const most = node.number("clip");
  return (x) => lax.clamp(-most, x, most);
}

/** The inputs of floats by their places, of one dtype. */
function floatsOf(node: NodeView, inputs: Inputs): Inputs {
  const places = range(inputs.length).filter((i) => i !== 4 && inputs[i]);
  const arrays = promoteOperands(
    node.op,
    places.map((i) => required(node, inputs, i)),
  );
  return inputs.map((x, i) => (i === 4 ? x : arrays[places.indexOf(i)]));
}

/** Exchanges the first two axes where the layout puts the batch first. */
const inLayout = (x: NDArray, batchFirst: boolean): NDArray =>
  batchFirst ? lax.transpose(x, { permutation: [1, 0, ...range(x.ndim - 2, 2)] }) : x;

/** The lengths, unless they are known to be whole. */
function shorter(lengths: NDArray | undefined, steps: number): NDArray | undefined {
  const whole = lengths instanceof HostArray && storageOf(lengths).every((n) => n === steps);
  return whole ? undefined : lengths;
}

/** All that a layer reads of its node, apart from the direction. */
interface Layer {
  readonly node: NodeView;
  readonly kind: Kind;
  readonly inputs: Inputs;
  readonly sequences: Sequences;
  readonly batchFirst: boolean;
  readonly hidden: number;
}

function layerOf(node: NodeView, kind: Kind, given: Inputs): Layer {
  const inputs = floatsOf(node, given);
  const [w, r] = [required(node, inputs, 1), required(node, inputs, 2)];
  const batchFirst = node.int("layout", 0) === 1;
  const x = inLayout(required(node, inputs, 0), batchFirst);
  const hidden = entry(r.shape, -1);
  if (x.ndim !== 3 || w.ndim !== 3 || r.ndim !== 3 || w.shape[1] !== kind.gates * hidden) {
    node.fail(`inputs 0, 1 and 2 must have 3 axes, and inputs 1 and 2 ${kind.gates} rows for each hidden unit`);
  }
  if (inputs[3] && inputs[3].shape.at(-1) !== 2 * kind.gates * hidden) {
    node.fail(`the bias, input 3, must have ${2 * kind.gates * hidden} numbers for each direction`);
  }
  if (node.int("hidden_size", hidden) !== hidden) {
    node.fail(`attribute hidden_size = ${node.int("hidden_size")} is not that of the weights, ${hidden}`);
  }
  return { node, kind, inputs, batchFirst, hidden, sequences: { x, lengths: shorter(inputs[4], entry(x.shape, 0)) } };
}

/** The state that a direction begins with: input 5 and, for the cell of an LSTM, input 6. */
function initialState({ kind, inputs, batchFirst, hidden, sequences: { x } }: Layer, direction: number): NDArray[] {
  return range(kind.states).map((i) => {
    const given = inputs[5 + i];
    const state = given && ofDirection(inLayout(given, batchFirst), direction);
    return state ?? lax.full([entry(x.shape, 1), hidden], 0, x.dtype);
  });
}

function runDirection(layer: Layer, direction: number, backward: boolean, activations: Recurrence["activations"]) {
  const { node, kind, inputs, hidden, sequences } = layer;
  const resetAfter = node.int("linear_before_reset", 0) !== 0;
  const [ofInput, bias] = biases(ofDirection(inputs[3], direction), resetAfter);
  const weights = ofDirection(required(node, inputs, 1), direction) as NDArray;
  const x = backward ? reversed(sequences.x, sequences.lengths) : sequences.x;
  const projected = projection(x, weights);
  const recurrence: Recurrence = {
    hidden,
    weights: ofDirection(required(node, inputs, 2), direction) as NDArray,
    bias,
    peepholes: ofDirection(inputs[7], direction),
    activations,
    clip: limited(node),
    coupled: node.int("input_forget", 0) === 1,
    resetAfter,
  };
  const initial = initialState(layer, direction);
  const biased = ofInput ? add(projected, ofInput) : projected;
  const [outputs, state] = unrolled(kind.step, biased, initial, recurrence, sequences.lengths);
  return { outputs: backward ? reversed(outputs, sequences.lengths) : outputs, state };
}

/** Gives all outputs (steps, directions, batch, hidden) and the last state (directions, batch, hidden), or in layout 1 batch first. */
const recurrent =
  (kind: Kind): Operator =>
  (node, inputs) => {
    const layer = layerOf(node, kind, inputs);
    const how = choice(node, "direction", DIRECTIONS, "forward");
    const count = how === "bidirectional" ? 2 : 1;
    if (required(node, inputs, 1).shape[0] !== count)
      node.fail(`attribute direction = "${how}" needs weights for ${count}`);
    const runs = activationsOf(node, kind.activations, count).map((activations, i) =>
      runDirection(layer, i, how === "reverse" || i === 1, activations),
    );
    const { batchFirst } = layer;
    const outputs = lax.stack(
      runs.map((run) => run.outputs),
      { axis: 1 },
    );
    const states = range(kind.states).map((i) =>
      inLayout(lax.stack(runs.map((run) => entry(run.state, i))), batchFirst),
    );
    return [batchFirst ? lax.transpose(outputs, { permutation: [2, 0, 1, 3] }) : outputs, ...states];
  };

export const recurrents: Operators = {
  GRU: /* @__PURE__ */ recurrent({ gates: 3, states: 1, activations: ["Sigmoid", "Tanh"], step: gruStep }),
  LSTM: /* @__PURE__ */ recurrent({ gates: 4, states: 2, activations: ["Sigmoid", "Tanh", "Tanh"], step: lstmStep }),
  RNN: /* @__PURE__ */ recurrent({ gates: 1, states: 1, activations: ["Tanh"], step: rnnStep }),
};
