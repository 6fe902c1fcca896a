import { random } from "cotangent";
import { test } from "uvu";
import { apply, init, type MixerParams } from "../../examples/models/mixer.ts";
import { assertValues, checkDerivatives, inputs, waves } from "./support.ts";

const sizes = { imageSize: 8, width: 8, tokensWidth: 5, channelsWidth: 12, depth: 2, classes: 3 };
const params = waves(init(random.key(0), { ...sizes, dtype: "float64" }));
const x = inputs(2, 8, 8, 3);

test("the logits that JAX gives", () => {
  assertValues(
    apply(params, x),
    [
      0.07146866112287933, 0.5571962072617149, 0.7808656706944621, 0.1312515299568008, 0.5435478097649646,
      0.7002050614718541,
    ],
  );
});

test("derivatives by all parameters", () => {
  checkDerivatives((p: MixerParams) => apply(p, x), params);
});

test.run();
