/** The standard basis. */
import type { DType } from "../base/dtypes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { convertElementType } from "./convert.ts";
import { repeatedRange } from "./create.ts";
import { eq } from "./logic.ts";

/**
 * The identity matrix of `n` rows, as a basis: products with it, unlike those with `numpy.eye`, only rename axes in
 * compiled programs, so that no `0 * infinity` arises in a Jacobian.
 */
export function basisMatrix(n: number, dtype: DType): NDArray {
  const [rows, columns] = [0, 1].map((along) => repeatedRange({ dtype: "int32", size: n, basis: true }, [n, n], along));
  return convertElementType(eq(rows as NDArray, columns as NDArray), dtype);
}
