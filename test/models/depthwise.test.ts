import { random } from "cotangent";
import { test } from "uvu";
import { apply, type DepthwiseParams, init } from "../../examples/models/depthwise.ts";
import { assertValues, checkDerivatives, inputs, waves } from "./support.ts";

const params = waves(init(random.key(0), { widths: [4, 6, 8], groups: 2, classes: 3, dtype: "float64" }));
const x = inputs(2, 8, 8, 3);

test("the logits that JAX gives", () => {
  assertValues(
    apply(params, x),
    [
      -0.867053393905009, -0.1777989515269827, 0.5950771159394388, -0.8670480937394764, -0.17781447824267338,
      0.5950480647995257,
    ],
  );
});

test("derivatives by all parameters", () => {
  checkDerivatives((p: DepthwiseParams) => apply(p, x), params);
});

test.run();
