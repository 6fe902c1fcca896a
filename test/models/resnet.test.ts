import { array, evalShape, jit, type NDArray, random, tree } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apply, init, type Statistics } from "../../examples/models/resnet.ts";
import { assertSame } from "../support/properties.ts";
import { assertValues, checkDerivatives, inputs, waves } from "./support.ts";

const made = init(random.key(0), { width: 4, classes: 5, dtype: "float64" });
const params = waves(made.params);
const statistics = (size: number, i: number): Statistics => {
  const sines = (factor: number): number[] => Array.from({ length: size }, (_, c) => Math.sin(factor * i + c));
  return {
    mean: array(
      sines(1).map((v) => 0.1 * v),
      { dtype: "float64" },
    ),
    variance: array(
      sines(2).map((v) => 1 + 0.5 * v),
      { dtype: "float64" },
    ),
  };
};
const state = made.state.map(({ mean }, i) => statistics(mean.size, i));
const x = inputs(2, 32, 32, 3);

test("18 layers with weights", () => {
  const weights = tree.leaves<NDArray>(init(random.key(1), { width: 8 }).params).filter((w) => w.ndim > 1);
  assert.is(weights.length, 18 + 3);
  const logits = evalShape(
    (key: NDArray, images: NDArray) => {
      const { params, state } = init(key);
      return apply(params, images, { state })[0];
    },
    random.key(0),
    inputs(1, 224, 224, 3).astype("float32"),
  );
  assert.equal(logits.shape, [1, 1000]);
});

test("the logits that JAX gives, with running statistics and with the batch's own", () => {
  const evaluate = jit((p: typeof params, images: NDArray) => apply(p, images, { state }));
  const [logits, unchanged] = evaluate(params, x);
  assertValues(
    logits,
    [
      -0.12978375459865454, 0.493991692748755, 0.8854351281633028, 0.8604445874971294, 0.43077351251350493,
      -0.12979581439143228, 0.493988867809091, 0.8854428666900175, 0.860459249940191, 0.43078820289683456,
    ],
  );
  assertSame(unchanged, state, 0);
  const [trained, after] = apply(params, x, { state, train: true });
  assertValues(
    trained,
    [
      0.27848503223677473, 0.5060234367408913, 0.49557111211145455, 0.2520439499437732, -0.11002342017781847,
      -0.1725997550213503, 0.8160389618748967, 1.4208818040408713, 1.3574617318758029, 0.6556061962848854,
    ],
  );
  const last = after.at(-1) as Statistics;
  assertValues(
    last.mean.at("0:4"),
    [0.01670635404845257, 0.08528837430925884, 0.07685926816397075, -0.00153321317340292],
  );
  assertValues(
    last.variance.at("0:4"),
    [1.033553682132017, 1.3342965980441972, 1.2358489188689563, 0.8287531154892029],
  );
});

test("derivatives by all parameters, in both modes of batch normalization", () => {
  const images = inputs(2, 8, 8, 3);
  for (const train of [false, true]) {
    checkDerivatives((p: typeof params) => apply(p, images, { state, train })[0], params, 1e-5);
  }
});

test.run();
