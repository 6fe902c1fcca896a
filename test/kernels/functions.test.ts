/** The accuracy of the transcendental functions, in units in the last place. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DType, Op } from "../../assembly/opcodes.ts";
import { apply, pairs, ulps } from "./instruction.ts";
import { generator, NAMES } from "./machine.ts";

const FLOAT32 = DType.FLOAT32;
const FLOAT64 = DType.FLOAT64;

/** Functions that JavaScript has too. The bounds are for float64, where Math's own error (below 1) comes on top. */
const KNOWN: [string, Op, (x: number) => number, number][] = [
  ["exp", Op.EXP, Math.exp, 2],
  ["exp2", Op.EXP2, (x) => 2 ** x, 2],
  ["expm1", Op.EXPM1, Math.expm1, 2],
  ["log", Op.LOG, Math.log, 2],
  ["log1p", Op.LOG1P, Math.log1p, 2],
  ["cbrt", Op.CBRT, Math.cbrt, 2],
  ["sin", Op.SIN, Math.sin, 2],
  ["cos", Op.COS, Math.cos, 2],
  ["tan", Op.TAN, Math.tan, 2],
  ["asin", Op.ASIN, Math.asin, 2],
  ["acos", Op.ACOS, Math.acos, 2],
  ["atan", Op.ATAN, Math.atan, 2],
  ["sinh", Op.SINH, Math.sinh, 3],
  ["cosh", Op.COSH, Math.cosh, 3],
  ["tanh", Op.TANH, Math.tanh, 3],
  ["asinh", Op.ASINH, Math.asinh, 3],
  ["acosh", Op.ACOSH, Math.acosh, 3],
  ["atanh", Op.ATANH, Math.atanh, 3],
  ["rsqrt", Op.RSQRT, (x) => 1 / Math.sqrt(x), 1.5],
];

/** One float32 in 40,000, from every binade, both signs: zeros, subnormals, infinities and NaN among them. */
function everyBinade(): Float32Array {
  const bits = Uint32Array.from({ length: Math.ceil(2 ** 32 / 40009) }, (_, i) => i * 40009);
  bits.set([0x80000000, 1, 0x80000001, 0x7f800000, 0xff800000, 0x7fc00000, 0x3f800000, 0xbf800000]);
  return new Float32Array(bits.buffer);
}

/** Float64 of every size and, densely, of the sizes at which functions do something. */
function everySize(): number[] {
  const random = generator(12);
  const list = [
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    5e-324,
    -5e-324,
    2 ** -1022,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
  ];
  for (let i = 0; i < 20000; ++i) {
    const sign = random.uniform() < 0.5 ? -1 : 1;
    list.push(
      sign * 2 ** (random.uniform() * 2090 - 1070),
      sign * 2 ** (random.uniform() * 40 - 25),
      sign * random.uniform() * 2,
      sign * random.uniform() * 750,
    );
  }
  return list;
}

function worst(
  name: string,
  dtype: DType,
  bound: number,
  xs: ArrayLike<number>,
  got: ArrayLike<number>,
  want: (x: number) => number,
): void {
  for (let i = 0; i < xs.length; ++i) {
    const error = ulps(dtype, got[i], want(xs[i]));
    if (!(error <= bound)) assert.unreachable(`${name}(${xs[i]}) is ${got[i]}, should be ${want(xs[i])}: ${error} ulp`);
  }
}

for (const [name, op, f, bound] of KNOWN) {
  test(`${name}: float32 within ${op === Op.RSQRT ? "1.5" : "1"} ulp`, () => {
    const xs = everyBinade();
    worst(name, FLOAT32, op === Op.RSQRT ? 1.5 : 1, xs, apply({ op, dtype: FLOAT32 }, xs), f);
  });
  test(`${name}: float64 within ${bound} ulp of Math.${name}`, () => {
    const xs = everySize();
    worst(name, FLOAT64, bound, xs, apply({ op, dtype: FLOAT64 }, xs), f);
  });
}

test("a number's result has the same bits whatever stands beside it", () => {
  const awkward = [1e30, Number.NaN, Number.POSITIVE_INFINITY, 0, -0, -3, 1e-300];
  for (const dtype of [FLOAT32, FLOAT64]) {
    const xs = Array.from(everySize().slice(0, 4000), Math.fround).filter((x) => Math.abs(x) < 1e5);
    const beside = xs.flatMap((x, i) => [x, awkward[i % awkward.length]]);
    for (const [name, op] of [...KNOWN, ["erf", Op.ERF], ["erfc", Op.ERFC], ["logistic", Op.LOGISTIC]] as [
      string,
      Op,
    ][]) {
      const alone = apply({ op, dtype }, xs);
      const paired = apply({ op, dtype }, beside).filter((_, i) => i % 2 === 0);
      const differs = xs.findIndex((_, i) => !Object.is(alone[i], paired[i]));
      assert.is(differs, -1, `${name}(${xs[differs]}): ${alone[differs]} and ${paired[differs]}`);
    }
  }
});

test("logistic: float32 and float64", () => {
  const f = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
  const singles = everyBinade();
  worst("logistic", FLOAT32, 1, singles, apply({ op: Op.LOGISTIC, dtype: FLOAT32 }, singles), f);
  const doubles = everySize();
  worst("logistic", FLOAT64, 3, doubles, apply({ op: Op.LOGISTIC, dtype: FLOAT64 }, doubles), f);
});

test("atan2: both types, all quadrants, special values", () => {
  const special = [0, -0, 1, -1, 0.3, -7.25, 1e-30, 1e30, Infinity, -Infinity, NaN];
  const [ys, xs] = pairs(special, special);
  for (const dtype of [FLOAT32, FLOAT64]) {
    const round = dtype === FLOAT32 ? Math.fround : (x: number) => x;
    const got = apply({ op: Op.ATAN2, dtype }, ys, xs);
    ys.forEach((y, i) => {
      assert.ok(ulps(dtype, got[i], Math.atan2(round(y), round(xs[i]))) <= 2, `atan2(${y}, ${xs[i]}) is ${got[i]}`);
    });
  }
});

/** C99's pow by way of JavaScript's. */
const pow = (x: number, y: number) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);

test("pow: special values as C99 has them", () => {
  const special = [
    0,
    -0,
    1,
    -1,
    2,
    -2,
    0.5,
    -0.5,
    3,
    -3,
    2.5,
    -2.5,
    1e300,
    -1e300,
    9007199254740991,
    9007199254740992,
    5e-324,
    Infinity,
    -Infinity,
    NaN,
  ];
  const [xs, ys] = pairs(special, special);
  const got = apply({ op: Op.POW, dtype: FLOAT64 }, xs, ys);
  xs.forEach((x, i) => {
    assert.ok(
      ulps(FLOAT64, got[i], pow(x, ys[i])) <= 2,
      `pow(${x}, ${ys[i]}) is ${got[i]}, should be ${pow(x, ys[i])}`,
    );
  });
});

test("pow: accuracy", () => {
  const random = generator(4);
  const xs = Array.from({ length: 40000 }, (_, i) =>
    i % 2 ? 2 ** (random.uniform() * 40 - 20) : 0.5 + random.uniform(),
  );
  const ys = xs.map((x, i) =>
    i % 3 ? (random.uniform() - 0.5) * 20 : ((random.uniform() - 0.5) * 1400) / Math.log(x),
  );
  const got = apply({ op: Op.POW, dtype: FLOAT64 }, xs, ys);
  // V8's own ** is off by up to two ulps; exact values are below.
  xs.forEach((x, i) => {
    assert.ok(ulps(FLOAT64, got[i], x ** ys[i]) <= 3, `pow(${x}, ${ys[i]}) is ${got[i]}, should be ${x ** ys[i]}`);
  });
  const singles = Float32Array.from(xs);
  const powers = Float32Array.from(ys, (y) => y / 10);
  const single = apply({ op: Op.POW, dtype: FLOAT32 }, singles, powers);
  singles.forEach((x, i) => {
    assert.ok(ulps(FLOAT32, single[i], x ** powers[i]) <= 1, `pow(${x}, ${powers[i]}) is ${single[i]}`);
  });
});

/** Values computed with 30 digits by mpmath, and the bound in ulps for float64. */
const PUBLISHED: [Op, number, [number, number][]][] = [
  [
    Op.ERF,
    4,
    [
      [1e-300, 1.1283791670955126e-300],
      [-1e-8, -1.1283791670955126e-8],
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [-0.84375, -0.7672256612323416],
      [0.999, 0.8422852702064969],
      [1.001, 0.8431154854780762],
      [-1.5, -0.9661051464753108],
      [2.75, 0.9998993780778803],
      [5.5, 0.9999999999999927],
      [-5.9, -0.9999999999999999],
    ],
  ],
  [
    Op.ERFC,
    4,
    [
      [-5.5, 1.9999999999999927],
      [-1.25, 1.9229001282564582],
      [-0.25, 1.276326390168237],
      [1e-20, 1.0],
      [0.3, 0.6713732405408726],
      [0.499, 0.48037934401053156],
      [0.501, 0.4786217791455882],
      [1, 0.15729920705028513],
      [1.5, 0.033894853524689274],
      [2.857, 5.3358260086846374e-5],
      [4, 1.541725790028002e-8],
      [10, 2.088487583762545e-45],
      [20.5, 8.450842369572458e-185],
      [26, 5.663192408856143e-296],
      [27, 5.23705e-319],
    ],
  ],
  [
    Op.ERFINV,
    4,
    [
      [1e-300, 8.86226925452758e-301],
      [-1e-5, -8.862269254759594e-6],
      [0.1, 0.08885599049425769],
      [-0.5, -0.4769362762044699],
      [0.8, 0.9061938024368233],
      [0.95, 1.3859038243496777],
      [-0.998, -2.1851242191330043],
      [0.99999, 3.123413274341571],
      [0.9999999, 3.7665625816384707],
      [-0.9999999999, -4.572824958544925],
      [1 - 2 ** -53, 5.8635847487551676],
    ],
  ],
  [
    Op.LGAMMA,
    4,
    [
      [1e-300, 690.7755278982137],
      [1e-18, 41.44653167389282],
      [1e-5, 11.512919692895826],
      [0.1, 2.252712651734206],
      [0.3, 1.0957979948180756],
      [0.7, 0.26086724653166654],
      [0.9, 0.06637623973474295],
      [0.9999999, 5.772157468444193e-8],
      [1.0000001, -5.772155829918507e-8],
      [1.2, -0.08537409000331583],
      [1.3, -0.10817480950786047],
      [1.4616321449683622, -0.12148629053584961],
      [1.7, -0.09580769740706588],
      [1.999999, -4.227840125965854e-7],
      [2.000001, 4.2278465762452923e-7],
      [2.4, 0.21685932244884157],
      [2.75, 0.47521466691493713],
      [3, Math.LN2],
      [5.5, 3.9578139676187165],
      [7.99, 8.50501160608848],
      [8, 8.525161361065415],
      [10.5, 13.940625219403763],
      [100.25, 360.28455963776423],
      [10000000000, 220258509288.81058],
      [1e100, 2.2925850929940456e102],
      [1e300, 6.897755278982137e302],
      [-1e-20, 46.051701859880914],
      [-1e-5, 11.512931237209125],
      [-0.5, 1.2655121234846454],
      [-1.5, 0.860047015376481],
      [-3.3, -0.8243558050174264],
      [-10.7, -15.416789096416636],
    ],
  ],
  [
    Op.DIGAMMA,
    4,
    [
      [1e-300, -9.999999999999999e299],
      [1e-5, -100000.57719921567],
      [0.1, -10.423754940411076],
      [0.5, -1.9635100260214235],
      [0.99, -0.5937863040555952],
      [1, -0.5772156649015329],
      [1.2, -0.2890398965921884],
      [1.46, -0.0015805619870834522],
      [1.4616, -3.110625123034165e-5],
      [1.4616321449683622, -9.241265521729427e-17],
      [1.4616321449683625, 1.2245374622004068e-16],
      [1.47, 0.008066489011364869],
      [1.7, 0.2085478748734939],
      [2, 0.42278433509846713],
      [2.5, 0.7031566406452432],
      [5.5, 1.6110931485817512],
      [9.99, 2.250700372831201],
      [10, 2.251752589066721],
      [33.25, 3.4889418035209387],
      [100000, 11.512920464961896],
      [1e100, 230.25850929940458],
      [-1e-20, 1e20],
      [-0.1, 9.245073050052948],
      [-0.75, -2.894120200042932],
      [-1.25, 3.714139120213528],
      [-3.7, -0.8450768588704194],
      [-10.1, 12.030052248548309],
    ],
  ],
];

const FUNCTION_NAMES: Record<number, string> = {
  [Op.ERF]: "erf",
  [Op.ERFC]: "erfc",
  [Op.ERFINV]: "erfinv",
  [Op.LGAMMA]: "lgamma",
  [Op.DIGAMMA]: "digamma",
};

for (const [op, bound, table] of PUBLISHED) {
  const name = FUNCTION_NAMES[op];
  const xs = table.map(([x]) => x);
  test(`${name}: float64 against published values`, () => {
    const got = apply({ op, dtype: FLOAT64 }, xs);
    table.forEach(([x, want], i) => {
      assert.ok(ulps(FLOAT64, got[i], want) <= bound, `${name}(${x}) is ${got[i]}, should be ${want}`);
    });
  });
  test(`${name}: float32 agrees with float64`, () => {
    const random = generator(8);
    const singles = Float32Array.from([
      ...xs.filter((x) => Math.fround(x) !== 1),
      ...Array.from({ length: 4000 }, () => (random.uniform() * 2 - 1) * (op === Op.ERFINV ? 0.9 : 9)),
    ]);
    const exact = apply({ op, dtype: FLOAT64 }, Float64Array.from(singles));
    const got = apply({ op, dtype: FLOAT32 }, singles);
    singles.forEach((x, i) => {
      // Giles' single precision polynomial for erfinv, which JAX has too, is itself only so good, and its x^2 is rounded.
      const allowed = op === Op.ERFINV ? 1 + 4 / (1 - x * x) : 1;
      assert.ok(ulps(FLOAT32, got[i], exact[i]) <= allowed, `${name}(${x}) is ${got[i]}, should be ${exact[i]}`);
    });
  });
}

test("erf, erfc, erfinv, lgamma and digamma: special values", () => {
  const cases: [Op, [number, number][]][] = [
    [
      Op.ERF,
      [
        [0, 0],
        [-0, -0],
        [Infinity, 1],
        [-Infinity, -1],
        [NaN, NaN],
        [30, 1],
        [-6.5, -1],
      ],
    ],
    [
      Op.ERFC,
      [
        [0, 1],
        [Infinity, 0],
        [-Infinity, 2],
        [NaN, NaN],
        [30, 0],
        [-7, 2],
      ],
    ],
    [
      Op.ERFINV,
      [
        [0, 0],
        [-0, -0],
        [1, Infinity],
        [-1, -Infinity],
        [1.5, NaN],
        [-2, NaN],
        [NaN, NaN],
      ],
    ],
    [
      Op.LGAMMA,
      [
        [0, Infinity],
        [-0, Infinity],
        [1, 0],
        [2, 0],
        [-1, Infinity],
        [-7, Infinity],
        [Infinity, Infinity],
        [-Infinity, Infinity],
        [NaN, NaN],
      ],
    ],
    [
      Op.DIGAMMA,
      [
        [0, -Infinity],
        [-0, Infinity],
        [-1, NaN],
        [-4, NaN],
        [Infinity, Infinity],
        [-Infinity, NaN],
        [NaN, NaN],
      ],
    ],
  ];
  for (const [op, list] of cases) {
    for (const dtype of [FLOAT32, FLOAT64]) {
      const got = apply(
        { op, dtype },
        list.map(([x]) => x),
      );
      list.forEach(([x, want], i) => {
        assert.ok(
          Object.is(got[i], want),
          `${NAMES[dtype]} ${FUNCTION_NAMES[op]}(${x}) is ${got[i]}, should be ${want}`,
        );
      });
    }
  }
});

test.run();
