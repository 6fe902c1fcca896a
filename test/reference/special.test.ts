/** The functions around gamma and beta beside the kernels', and the special functions beside values with 40 digits. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DType } from "../../assembly/opcodes.ts";
import type { MapOp } from "../../src/ir/map-ops.ts";
import { generator, NAMES } from "../kernels/machine.ts";
import { compare, FLOATS, forgotten, SPECIAL, showWorst } from "./compare.ts";
import { combinations } from "./grids.ts";
import { operation } from "./operations.ts";

const random = generator(4);
const sizes = (count: number, low: number, high: number): number[] =>
  Array.from({ length: count }, () => low * (high / low) ** random.uniform());

/** 1e-12, in units in the last place: what the integration has. */
const DOUBLE_BOUND = 4500;
const ENDS = [0, -0, -1, NaN, 1, 0.5, 20];

const GAMMA: MapOp[] = ["IGAMMA", "IGAMMAC", "IGAMMA_GRAD_A", "RANDOM_GAMMA_GRAD"];

for (const dtype of FLOATS) {
  const bound = dtype === DType.FLOAT32 ? 0.6 : DOUBLE_BOUND;

  for (const name of GAMMA) {
    test(`${name} of ${NAMES[dtype]}`, () => {
      compare(
        name,
        { dtype },
        combinations([
          [...ENDS, Infinity],
          [...ENDS, Infinity],
        ]),
        bound,
      );
      const [a, ratios] = combinations([sizes(40, 0.05, 50), sizes(40, 0.05, 8)]);
      compare(name, { dtype }, [a, a.map((x, i) => x * ratios[i])], bound);
    });
  }

  test(`BETAINC of ${NAMES[dtype]}`, () => {
    const instruction = { dtype };
    compare(
      "BETAINC",
      instruction,
      combinations([
        [...ENDS, Infinity],
        [...ENDS, Infinity],
        [0, -0, 0.3, 1, 1.5, -0.1, NaN],
      ]),
      bound,
    );
    const places = [1e-10, 0.01, 0.2, 0.5, 0.7, 0.9, 0.999];
    compare("BETAINC", instruction, combinations([sizes(20, 0.1, 50), sizes(20, 0.1, 50), places]), bound);
  });

  test(`LGAMMA and DIGAMMA of ${NAMES[dtype]}`, () => {
    const limits = [0, -0, -1, -7, Infinity, -Infinity, NaN, 1, 2, 3, 1e-300, 1e100, 1e300, 1e306];
    const values = [...limits, ...sizes(300, 1e-8, 1e8), ...sizes(200, 0.5, 3)];
    // Away from the zeros, where the error is that of a difference.
    const negative = [-1e-20, -1e-5, -0.1, -0.5, -0.75, -1.25, -1.5, -3.3, -10.7, -100.1];
    compare("LGAMMA", { dtype }, [[...values, ...negative]], dtype === DType.FLOAT32 ? 0.6 : 10);
    compare("DIGAMMA", { dtype }, [[...values, ...negative]], bound);
  });
}

const PUBLISHED: [MapOp, number[], number][] = [
  ["IGAMMA", [0.01, 0.0099], 0.9602518563293068],
  ["IGAMMA", [7, 7.35], 0.6010353256047087],
  ["IGAMMA", [3000, 2100], 3.4934324861622414e-76],
  ["IGAMMAC", [0.01, 0.0099], 0.0397481436706932],
  ["IGAMMAC", [200, 300], 3.3711032555258843e-10],
  ["IGAMMAC", [2.1085248781178296e-8, 4.835757056315985e-10], 4.401038160038969e-7],
  ["IGAMMA_GRAD_A", [0.01, 0.0099], -3.9024796145615994],
  ["IGAMMA_GRAD_A", [200, 300], -1.407217477597045e-10],
  ["RANDOM_GAMMA_GRAD", [1, 1], 1.1735630272247268],
  ["RANDOM_GAMMA_GRAD", [3000, 2970], 0.9950385279906498],
  ["BETAINC", [0.01, 3, 0.3], 0.997393573023313],
  ["BETAINC", [0.5, 3, 1e-8], 0.00018749999875],
  ["BETAINC", [300, 40, 0.5], 2.4637615327666005e-51],
  ["BETAINC", [40, 0.01, 0.9999], 0.0484729217412874],
  ["BESSEL_I0E", [30], 0.0731459464822373],
  ["BESSEL_I1E", [3], 0.19682671329730084],
  ["BESSEL_I1E", [600], 0.016276565868339667],
  ["ERFC", [1.9], 0.0072095707647425325],
  ["ERFC", [26], 5.663192408856143e-296],
  ["ERFINV", [0.9844784094020724], 1.7111804606412695],
  ["ERFINV", [1 - 2 ** -53], 5.8635847487551676],
  ["LGAMMA", [1.0000001], -5.772155829918507e-8],
  ["DIGAMMA", [33.25], 3.4889418035209387],
];

test("float64 within 1e-13 of values with 40 digits", () => {
  for (const [name, operands, want] of PUBLISHED) {
    const got = operation(name, "float64", "float64", operands);
    assert.ok(
      Math.abs(got / want - 1) < (name === "BETAINC" ? 1e-12 : 1.2e-13),
      `${name}(${operands}) is ${got}, should be ${want}`,
    );
  }
});

test("each of these operations has been compared", () => {
  assert.equal(forgotten(SPECIAL), []);
});

test.after(showWorst);

test.run();
