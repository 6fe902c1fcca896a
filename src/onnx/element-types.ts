/** The element types of a graph's values: arrays tell less, since all integers are int32 and all floats of one type. */
import { allSteps, type Body, type Step } from "./body.ts";
import { typeName } from "./types.ts";

/** Operators whose first output has the type of their first input. */
const KEEP = new Set([
  ...[
    "Abs",
    "Add",
    "BitShift",
    "BitwiseAnd",
    "BitwiseNot",
    "BitwiseOr",
    "BitwiseXor",
    "Clip",
    "Concat",
    "CumSum",
    "Div",
  ],
  ...[
    "Expand",
    "Flatten",
    "Gather",
    "GatherElements",
    "GatherND",
    "Identity",
    "Max",
    "Min",
    "Mod",
    "Mul",
    "Neg",
    "Pad",
  ],
  ...[
    "Relu",
    "Reshape",
    "ScatterElements",
    "ScatterND",
    "Slice",
    "Split",
    "Squeeze",
    "Sub",
    "Tile",
    "TopK",
    "Transpose",
  ],
  ...["Trilu", "Unsqueeze"],
]);

/** The types by the values' names, as the standard calls them: of what the file declares, and of what keeps a type. */
export function elementTypes(body: Body): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  const steps = allSteps(body);
  for (const each of [body, ...steps.flatMap(({ bodies }) => [...bodies.values()])]) {
    for (const { name = "", type } of [...each.inputs, ...each.declared]) {
      const number = type?.tensorType?.elemType;
      if (number) types.set(name, typeName(number));
    }
    for (const [name, { dataType = 0 }] of each.tensors) types.set(name, typeName(dataType));
  }
  for (const step of steps) {
    const [output = ""] = step.node.output;
    const type = types.get(output) ?? typeAfter(step, types);
    if (type !== undefined) types.set(output, type);
  }
  return types;
}

function typeAfter({ op, node, attributes }: Step, types: ReadonlyMap<string, string>): string | undefined {
  if (op === "Cast") return typeName(attributes.get("to")?.i ?? 0);
  return KEEP.has(op) ? types.get(node.input[0] ?? "") : undefined;
}
