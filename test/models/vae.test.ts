import { random } from "cotangent";
import { test } from "uvu";
import { apply, init, loss, type VaeParams } from "../../examples/models/vae.ts";
import { assertSame } from "../support/properties.ts";
import { assertValues, checkDerivatives, inputs, waves } from "./support.ts";

const params = waves(init(random.key(0), { imageSize: 8, width: 2, latents: 3, dtype: "float64" }));
const x = inputs(2, 8, 8, 1).mul(0.5).add(0.5);
const noise = inputs(2, 3);

test("the outputs and the loss that JAX gives", () => {
  const { logits, mean } = apply(params, x, { noise });
  assertValues(logits.at(":", 3, 4, 0), [0.02032821793054677, 0.00986540501691144]);
  assertValues(
    mean,
    [
      -0.8272692664899247, -0.9948172015308372, -0.6944870622442335, -0.8248539518911016, -0.9767361809293785,
      -0.6692441221527455,
    ],
  );
  assertValues(loss(params, x, { noise }), [46.010082662164365]);
});

test("noise drawn from a key", () => {
  const rng = random.key(3);
  const drawn = random.normal(rng, [2, 3], { dtype: "float64" });
  assertSame(apply(params, x, { rng }), apply(params, x, { noise: drawn }), 0);
});

test("derivatives of the loss by all parameters", () => {
  checkDerivatives((p: VaeParams) => loss(p, x, { noise }), params);
});

test.run();
