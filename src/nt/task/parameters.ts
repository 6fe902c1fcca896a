/** The parameters that derivatives are taken by. */
import { type DType, isFloat, promote } from "../../base/dtypes.ts";
import { formatShape } from "../../base/errors.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { type TreeDef, unflatten } from "../../base/tree.ts";
import { makeAval } from "../../ir/aval.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { asArray } from "../../lax/operands.ts";

/** Where the leaves of a tree stand, as one writes it: `params.layers[0].w`. */
export function leafPaths(tree: TreeDef, path: string): string[] {
  if (tree.kind === "leaf") return [path];
  if (tree.kind === "list") return tree.children.flatMap((child, i) => leafPaths(child, `${path}[${i}]`));
  if (tree.kind !== "object") return [];
  const keys = tree.keys.map((key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`));
  return tree.children.flatMap((child, i) => leafPaths(child, path + keys[i]));
}

/** The float leaves are what derivatives are taken by; the others stay as they are. */
export class Parameters {
  readonly floats: readonly NDArray[];
  readonly leaves: readonly NDArray[];
  readonly tree: TreeDef;

  /** @throws TypeError when there are leaves and none is a float. */
  constructor(fn: string, params: unknown) {
    const [leaves, tree] = flattenArguments(params, "everywhere", fn);
    this.leaves = leaves.map((leaf) => asArray(fn, leaf, "a leaf of params"));
    this.tree = tree;
    this.floats = this.leaves.filter((x) => isFloat(x.dtype));
    const [first] = this.leaves;
    if (!first || this.floats.length > 0) return;
    throw new TypeError(
      `${fn}: no leaf of params is a float array, by which derivatives are taken: ${leafPaths(tree, "params")[0]} is ` +
        `${first.dtype}${formatShape(first.shape)}. Make it float32 or float64, for example with astype("float32").`,
    );
  }

  /** The parameters with other values for the float leaves. */
  with(floats: readonly NDArray[]): unknown {
    let next = 0;
    return unflatten(
      this.tree,
      this.leaves.map((x) => (isFloat(x.dtype) ? floats[next++] : x)),
    );
  }

  /** The dtype of a kernel of an output: what the parameters and the output promote to. */
  kernelDtype(output: DType): DType {
    const { dtype } = promote([...this.leaves.map((x) => x.aval), makeAval([], output)]);
    return isFloat(dtype) ? dtype : "float32";
  }
}
