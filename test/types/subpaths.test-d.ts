/** What the compiler takes of namespaces by their subpaths: they are the whole's. Compiled as `signatures.test-d.ts` is. */
import type { lax, NDArray, nt, numpy, tree } from "cotangent";
import * as laxAlone from "cotangent/lax";
import * as ntAlone from "cotangent/nt";
import * as np from "cotangent/numpy";
import * as treeAlone from "cotangent/tree";
import { is } from "./is.ts";

export const numpyNames: typeof numpy = np;
export const laxNames: typeof lax = laxAlone;
export const ntNames: typeof nt = ntAlone;
export const treeNames: typeof tree = treeAlone;

is<typeof numpy.var>().of(np.var);
is<typeof lax.switch>().of(laxAlone.switch);
is<NDArray>().of(np.linalg.inv(np.eye(2)));

export const list: np.ArrayData = [1, 2];
export const options: ntAlone.NtkOptions = { vmapAxes: 0 };
export const layers: treeAlone.PyTree<NDArray> = [np.ones([1])];
// @ts-expect-error: no other name.
export const wrong = np.nothing;
