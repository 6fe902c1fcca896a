import { random } from "cotangent";
import { test } from "uvu";
import { apply, init, type RnnParams } from "../../examples/models/rnn.ts";
import { assertValues, checkDerivatives, inputs, waves } from "./support.ts";

const params = waves(init(random.key(0), { features: 3, width: 5, classes: 4, dtype: "float64" }));
const x = inputs(2, 7, 3);

test("the logits that JAX gives", () => {
  assertValues(
    apply(params, x),
    [
      -0.8970371903371498, -0.4344579654529081, 0.23245362917680773, 0.7900386498165214, -0.8852855364853938,
      -0.42018343192247876, 0.24253750622081038, 0.7911892654353777,
    ],
  );
});

test("derivatives by the weights that all steps share", () => {
  checkDerivatives((p: RnnParams) => apply(p, x), params);
});

test.run();
