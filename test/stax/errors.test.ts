import { type NDArray, random, stax } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

const key = random.key(0);
const x = (...shape: number[]): NDArray => random.normal(random.key(1), shape);

function refuses(name: string, attempt: () => unknown, message: RegExp): void {
  test(`refused: ${name}`, () => assert.throws(attempt, message));
}

const params = (layer: stax.Layer, shape: number[]) => layer[0](key, shape)[1];

refuses(
  "a wrong number of features",
  () => stax.Dense(4)[1](params(stax.Dense(4), [-1, 9]), x(5, 8)),
  /stax\.Dense: inputs \(5, 8\) have 8 features \(axis 1\), but W \(9, 4\) takes 9/,
);
refuses(
  "a wrong number of channels",
  () => stax.Conv(4, [3, 3])[1](params(stax.Conv(4, [3, 3]), [-1, 8, 8, 3]), x(2, 8, 8, 1)),
  /stax\.Conv: inputs \(2, 8, 8, 1\) \(NHWC\) have 1 channels \(axis 3\), but W \(3, 3, 3, 4\) \(HWIO\) takes 3/,
);
refuses(
  "an unknown option",
  () => stax.Dense(4, { Wstd: 2 } as never),
  /stax\.Dense: unknown option "Wstd"; it takes "WStd"/,
);
refuses("a doubled argument", () => stax.Dense(4, 2, { WStd: 2 } as never), /stax\.Dense: WStd is given by position/);
refuses("too many arguments", () => stax.Flatten(0, 0, ...([1] as unknown as [])), /stax\.Flatten: too many arguments/);
refuses("no width", () => stax.Dense(0), /stax\.Dense: outDim must be a positive integer, got number 0/);
refuses(
  "an unknown parameterization",
  () => stax.Dense(4, { parameterization: "mup" as never }),
  /"ntk" or "standard".*"mup"/,
);
refuses(
  "an unknown padding",
  () => stax.Conv(4, [3], { padding: "same" as never }),
  /stax\.Conv: padding must be .*"same"/,
);
refuses("strides of another rank", () => stax.Conv(4, [3, 3], [1]), /stax\.Conv: strides must be a list of 2.*\[1\]/);
refuses(
  "layouts that disagree",
  () => stax.Conv(4, [3, 3], { dimensionNumbers: ["NHWC", "HWIO", "NHDC"] }),
  /stax\.Conv: dimensionNumbers .*NHDC/,
);
refuses(
  "inputs of another rank",
  () => stax.Conv(4, [3, 3])[0](key, [8, 8, 3]),
  /stax\.Conv: inputs \(8, 8, 3\) must have 4 axes \(NHWC\) for a filter of shape \(3, 3\)/,
);
refuses(
  "a window larger than the inputs",
  () => stax.Conv(4, [3, 3])[0](key, [1, 2, 8, 3]),
  /stax\.Conv: a window of size 3 does not fit axis 1 of inputs \(1, 2, 8, 3\)/,
);
refuses("an unknown number of features", () => stax.Dense(4)[0](key, [3, -1]), /stax\.Dense: needs the size of axis 1/);
refuses("a list of shapes", () => stax.Dense(4)[0](key, [[3, 4]]), /stax\.Dense: inputShape must be one list of sizes/);
refuses("a list of inputs", () => stax.Relu()[1]([], [x(2), x(2)]), /stax\.Relu: inputs must be an array.*a list of 2/);
refuses("parameters of another layer", () => stax.Dense(4)[1]([], x(2, 3)), /stax\.Dense: params must be \[W, b\]/);
refuses(
  "a bias that the layer doesn't have",
  () => stax.Dense(4)[1](params(stax.Dense(4, 1, 0.1), [-1, 3]), x(2, 3)),
  /stax\.Dense: the layer has no bias \(bStd\)/,
);
refuses(
  "parameters of another network",
  () => stax.serial(stax.Relu(), stax.Relu())[1]([[]], x(2, 3)),
  /stax\.serial: params must be a list of 2/,
);
refuses("a constructor for a layer", () => stax.serial(stax.Relu as never), /stax\.serial: layer 0 .*stax\.Relu\(\)/);
refuses("no layers", () => stax.parallel(), /stax\.parallel: needs at least one layer/);
refuses(
  "too few inputs",
  () => stax.parallel(stax.Relu(), stax.Relu())[1]([[], []], [x(2)]),
  /stax\.parallel: inputs must be a list of 2/,
);
refuses(
  "branches of several shapes",
  () => stax.FanInSum()[1]([], [x(2, 3), x(1, 3)]),
  /stax\.FanInSum: .*\(2, 3\), \(1, 3\)/,
);
refuses(
  "shapes that cannot be joined",
  () =>
    stax.FanInConcat()[0](key, [
      [2, 3],
      [3, 3],
    ]),
  /stax\.FanInConcat: shapes \(2, 3\), \(3, 3\) may differ in axis 1 only/,
);
refuses(
  "a repeated layer that changes shapes",
  () => stax.repeat(stax.Dense(4), 2)[0](key, [2, 3]),
  /stax\.repeat: .*\[2,3\] to \[2,4\]/,
);
refuses(
  "masks",
  () => stax.serial(stax.Relu())[1]([[]], x(2), { maskConstant: 1 }),
  /stax\.Relu: maskConstant is not supported/,
);
refuses("a degree out of range", () => stax.Monomial(6), /stax\.Monomial: degree must be an integer from 0 to 5/);
refuses(
  "an unknown aggregation",
  () => stax.Aggregate({ implementation: "sparse" as never }),
  /stax\.Aggregate: implementation must be "DENSE" or "SPARSE", got "sparse"/,
);
refuses(
  "weights of another place",
  () => stax.ConvLocal(4, [3, 3])[1](params(stax.ConvLocal(4, [3, 3]), [1, 8, 8, 3]), x(2, 8, 8, 1)),
  /stax\.ConvLocal: inputs \(2, 8, 8, 1\) \(NHWC\) have 1 channels \(axis 3\), but W .* takes 3/,
);
test("parts of known axes beside unknown ones", () => {
  assert.equal(stax.Index(stax.Slice(":", "1:3"))[0](key, [-1, 61])[0], [-1, 2]);
  assert.equal(stax.Index(stax.Slice(":", ":61", ":", 0))[0](key, [null, 67, -1, 4])[0], [null, 61, -1]);
  assert.throws(() => stax.Index(stax.Slice(":61"))[0](key, [-1, 3]), /stax\.Index: needs the sizes/);
});
refuses(
  "a part of an axis of unknown size",
  () => stax.Index(stax.Slice("1:"))[0](key, [-1, 3]),
  /stax\.Index: needs the sizes of all axes of inputShape \(-1, 3\)/,
);
refuses(
  "a product over an axis of unknown size",
  () =>
    stax.DotGeneral({
      rhs: x(3),
      dimensionNumbers: [
        [[0], [0]],
        [[], []],
      ],
    })[0](key, [null, 3]),
  /stax\.DotGeneral: needs the size of axis 0/,
);
refuses("two constants", () => stax.DotGeneral({ lhs: 1, rhs: 2 }), /stax\.DotGeneral: .*got both/);
refuses("an unknown interpolation", () => stax.ImageResize([-1, 4], "area" as never), /"nearest", "linear".*"area"/);
refuses(
  "a resize of other axes",
  () => stax.ImageResize([-1, 4], "nearest")[1]([], x(2, 3, 4)),
  /stax\.ImageResize: inputs \(2, 3, 4\) must have as many axes as shape \(-1, 4\)/,
);
refuses(
  "an unknown attention",
  () => stax.GlobalSelfAttention(4, 4, 4, 1, { attentionMechanism: "tanh" as never }),
  /attentionMechanism must be "SOFTMAX", "IDENTITY", "ABS", "RELU", got "tanh"/,
);
refuses(
  "attention with other features",
  () => stax.GlobalSelfAttention(4, 4, 4, 1)[1](params(stax.GlobalSelfAttention(4, 4, 4, 1), [1, 3, 6]), x(2, 3, 5)),
  /stax\.GlobalSelfAttention: inputs \(2, 3, 5\) give 5 features, but weights \(1, 6, 4\) take 6/,
);

test.run();
