import { array, random } from "cotangent";
import { test } from "uvu";
import { apply, init, type TransformerParams } from "../../examples/models/transformer.ts";
import { numbers } from "../support/arrays.ts";
import { assertSame } from "../support/properties.ts";
import { assertValues, checkDerivatives, waves } from "./support.ts";

const sizes = { vocabulary: 11, context: 6, width: 8, heads: 2, depth: 2 };
const params = waves(init(random.key(0), { ...sizes, dtype: "float64" }));
const tokens = Array.from({ length: 10 }, (_, i) => (7 * i + 3) % 11);
const x = array(tokens, { shape: [2, 5], dtype: "int32" });

test("the logits that JAX gives", () => {
  assertValues(
    apply(params, x).at(":", -1, "0:4"),
    [
      0.6450801519012612, -0.6441398258336702, -1.630410778516613, -1.8498740661920294, 0.6630955758556092,
      -0.6086336521749046, -1.5941129634244147, -1.8298560392732655,
    ],
  );
});

test("no token sees those behind it", () => {
  const changed = array([...tokens.slice(0, 4), 0, ...tokens.slice(5)], { shape: [2, 5], dtype: "int32" });
  const [before, after] = [apply(params, x), apply(params, changed)];
  assertSame(after.at(0, "0:4"), before.at(0, "0:4"), 0);
  if (numbers(after.at(0, 4)).every((v, i) => v === numbers(before.at(0, 4))[i]))
    throw new Error("the token is unseen");
});

test("derivatives by all parameters, embeddings included", () => {
  checkDerivatives((p: TransformerParams) => apply(p, x), params);
});

test.run();
