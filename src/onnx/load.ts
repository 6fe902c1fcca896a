/** Networks from ONNX files. */
import { noMore } from "../base/errors.ts";
import { readBytes, type Source } from "../io/source.ts";
import { HostArray, type NDArray } from "../ir/ndarray.ts";
import { floatOf, givenInputs, givenParams } from "./arguments.ts";
import { allSteps, type Body, bodyOf, checkOperators } from "./body.ts";
import { elementTypes } from "./element-types.ts";
import { onEach, takesOneExample, withFreeBatch } from "./examples.ts";
import { readExternal } from "./external.ts";
import { inlined, versionOf } from "./functions.ts";
import { decodeModel, type GraphProto, type ModelProto, type TensorProto } from "./model.ts";
import { listed } from "./names.ts";
import { operators } from "./operators/index.ts";
import { checkedOptions, chosenParams, type LoadOptions } from "./options.ts";
import { type InitializerInfo, judge } from "./parameters.ts";
import { type Program, run } from "./run.ts";
import { type Constant, isFloatTensor, readTensor } from "./tensors.ts";
import { chosenTies, findTies, type Tie, withTied } from "./ties.ts";
import { checkShapes } from "./trial.ts";
import type { FloatType } from "./types.ts";
import { Uses } from "./uses.ts";
import { takesDoubles, type ValueInfo, valueInfo } from "./values.ts";

/** Parameters by their names in the file. */
export type Params = Readonly<Record<string, NDArray>>;

/** What a network gives: the array where it has one output, otherwise an object of them by name. */
export type Outputs = NDArray | Readonly<Record<string, NDArray>>;

/** What a network takes: the array where it has one input, otherwise an object of them by name, or a list in order. */
export type Inputs = NDArray | Readonly<Record<string, NDArray>> | readonly NDArray[];

/** A network as a function of its parameters and inputs, and what the file tells of it. */
export interface Network<Out extends Outputs = NDArray> {
  /** A pure function of parameters and inputs, for `grad`, `jit`, `vmap`, the kernels of `nt` and all others. */
  readonly f: (params: Params, x: Inputs) => Out;
  readonly params: Params;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** All tensors of floats, whether they are parameters, and why. */
  readonly initializers: readonly InitializerInfo[];
  /** Parameters that the file holds twice; see the option `tie`. */
  readonly ties: readonly Tie[];
}

const [FIRST_OPSET, LAST_OPSET] = [7, 21];

/**
 * Reads a network from an ONNX file.
 *
 * Files are of operator sets 7 to 21, as PyTorch, Keras and scikit-learn export them. Dropout and BatchNormalization are those of
 * inference. A file that was exported for one example, with a first axis of size 1 everywhere, takes batches, too. Floats of 16 and 32 bits become float32, integers int32; see the option `dtype`.
 *
 * Parameters are the tensors of floats that the graph doesn't treat as statistics or constants; `initializers` lists all with the
 * reason, and the option `params` chooses.
 * Arrays stand on the file's bytes where those are aligned, so don't write to these afterwards.
 * @param source the file: bytes, a `Blob`, a `Response`, a `ReadableStream`, or a promise of one, such as `fetch(url)`.
 * @throws Error for a file that is damaged, that asks for operators or types which aren't there, or whose parts don't fit; it
 * names the part, the node or the tensor, and the reason.
 * @example
 * const { f, params } = await onnx.load(fetch("network.onnx"));
 * const kernelFn = nt.empiricalNtkFn(f, { vmapAxes: 0 });
 * const kernel = kernelFn(x1, x2, params);
 */
export async function load<Out extends Outputs = NDArray>(
  source: Source,
  options?: LoadOptions,
  ...rest: never[]
): Promise<Network<Out>> {
  noMore("onnx.load", rest);
  const chosen = checkedOptions(options);
  const model = decodeModel(await readBytes("onnx.load", source));
  const opset = checkedVersion(model);
  if (!model.graph) throw new Error("onnx.load: the file has no graph.");
  const graph = inlined(model, model.graph);
  const declared = wantedOutputs(graph, chosen.outputs);
  const body = bodyOf(
    graph,
    declared.map(({ name = "" }) => name),
  );
  checkOperators(graph, body, (op) => Object.hasOwn(operators, op));

  const float = chosen.dtype ?? (takesDoubles(body.inputs) ? "float64" : "float32");
  const inputs = wantedInputs(body, chosen).map((input) => valueInfo(input, "input", float));
  const outputs = declared.map((output) => valueInfo(output, "output", float));
  const readConstants = await constantReader(body, chosen);
  const top = readConstants(float).get(body) ?? new Map();
  const initializers = chosenParams(judged(body, top), chosen.params);
  const trainable = paramsAmong(top, initializers);
  const ties = findTies(trainable);
  const tied = chosenTies(ties, chosen.tie);
  for (const { names } of tied) trainable.delete(names[1]);

  const names = new Set(initializers.filter((info) => info.trainable).map(({ name }) => name));
  const types = elementTypes(body);
  const programs = new Map<FloatType, Program>();
  const programAs = (float: FloatType): Program => {
    const made = programs.get(float) ?? {
      body,
      constants: readConstants(float, names),
      operators,
      opset,
      float,
      types,
    };
    programs.set(float, made);
    return made;
  };
  const evaluate = (fn: string, float: FloatType, given: Values, x: Values): NDArray[] =>
    run(fn, programAs(float), new Map([...withTied(given, tied), ...x]));
  checkShapes(inputs, (x) => evaluate("onnx.load", float, trainable, x));
  const isAlone = takesOneExample(inputs, outputs);
  const taken = isAlone ? withFreeBatch(inputs) : inputs;
  const f = (given: Params, x: Inputs, ...rest: never[]): Out => {
    noMore("onnx f", rest);
    const type = chosen.dtype ?? floatOf(float, given, x, taken);
    const own = givenParams(given, trainable, type);
    const each = (values: Values): NDArray[] => evaluate("onnx f", type, own, values);
    const values = givenInputs(x, taken, type);
    const results = isAlone ? onEach(values, each) : each(values);
    const [only] = results;
    const isOne = results.length === 1 && only;
    return (isOne ? only : Object.fromEntries(outputs.map(({ name }, i) => [name, results[i]]))) as Out;
  };
  return { f, params: Object.fromEntries(trainable), inputs, outputs, initializers, ties };
}

/** The operator set that the file asks for, where it is one that is known here. */
function checkedVersion(model: ModelProto): number {
  const version = versionOf(model);
  if (version === undefined) {
    throw new Error("onnx.load: the file doesn't say which operator set it uses; it is damaged or no ONNX file.");
  }
  if (version >= FIRST_OPSET && version <= LAST_OPSET) return version;
  throw new Error(
    `onnx.load: the file uses operator set ${version}; those from ${FIRST_OPSET} to ${LAST_OPSET} can be read: export it with ` +
      "opset_version=18.",
  );
}

/** The declared outputs that are asked for. */
function wantedOutputs({ output }: GraphProto, names: readonly string[] | undefined): GraphProto["output"] {
  if (output.length === 0) throw new Error("onnx.load: the graph has no outputs.");
  if (names === undefined) return output;
  return names.map((name) => {
    const found = output.find((declared) => declared.name === name);
    if (found) return found;
    throw new Error(
      `onnx.load: the file has no output ${JSON.stringify(name)}; it has ${listed(output.map((o) => o.name ?? ""))}.`,
    );
  });
}

/** All inputs, or, where outputs are chosen, those that they need. */
function wantedInputs(body: Body, { outputs }: LoadOptions): Body["inputs"] {
  if (outputs === undefined) return body.inputs;
  const used = new Set([...body.steps.flatMap(({ needs }) => needs), ...body.outputs]);
  return body.inputs.filter(({ name = "" }) => used.has(name));
}

type Values = ReadonlyMap<string, NDArray>;
type Constants = ReadonlyMap<Body, ReadonlyMap<string, Constant>>;

/** Reads all tensors that the graph and those inside of it use, with floats of a type, but for the graph's own of some names. */
async function constantReader(
  body: Body,
  { externalData }: LoadOptions,
): Promise<(float: FloatType, without?: ReadonlySet<string>) => Constants> {
  const bodies = [body, ...allSteps(body).flatMap(({ bodies }) => [...bodies.values()])];
  const used = bodies.map((each) => [each, usedTensors(each)] as const);
  const external = await readExternal(
    used.flatMap(([, tensors]) => [...tensors.values()]),
    externalData,
  );
  return (float, without) =>
    new Map(
      used.map(([each, tensors]) => {
        const wanted = [...tensors].filter(([name]) => each !== body || !without?.has(name));
        return [each, new Map(wanted.map(([name, tensor]) => [name, readTensor(tensor, float, external.get(tensor))]))];
      }),
    );
}

function usedTensors({ steps, outputs, tensors }: Body): Map<string, TensorProto> {
  const used = new Set([...steps.flatMap(({ needs }) => needs), ...outputs]);
  return new Map([...tensors].filter(([name]) => used.has(name)));
}

/** Which of a graph's tensors of floats are parameters. */
function judged(body: Body, constants: ReadonlyMap<string, Constant>): InitializerInfo[] {
  const uses = new Uses(body);
  return [...body.tensors].flatMap(([name, tensor]) => {
    const { array } = constants.get(name) ?? {};
    if (!(array instanceof HostArray) || !isFloatTensor(tensor)) return [];
    return [judge({ name, array, spelled: body.spelled.has(name) }, uses)];
  });
}

/** The arrays of the parameters. */
function paramsAmong(
  constants: ReadonlyMap<string, Constant>,
  initializers: readonly InitializerInfo[],
): Map<string, HostArray> {
  const params = new Map<string, HostArray>();
  for (const { name, trainable } of initializers) {
    const { array } = constants.get(name) ?? {};
    if (trainable && array instanceof HostArray) params.set(name, array);
  }
  return params;
}
