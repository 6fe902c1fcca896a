/** Calls of the host from inside of programs: what they see, how often, and in which order. */
import {
  array,
  checkpoint,
  customJvp,
  customVjp,
  debug,
  grad,
  hessian,
  jit,
  jvp,
  lax,
  makeJaxpr,
  type NDArray,
  numpy as np,
  nt,
  vjp,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows } from "../support/arrays.ts";

/** The lines that `run` prints. */
function printed(run: () => unknown): string[] {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  try {
    run();
  } finally {
    console.log = log;
  }
  return lines;
}

const shown = (x: NDArray): NDArray => {
  debug.print("x is {}", x);
  return np.sum(np.sin(x));
};
const x = array([1, 2]);
const once = ["x is [1, 2]"];

test("values are printed as arrays are, alone, in trees and by name", () => {
  assert.equal(
    printed(() => debug.print("{} {{}} {} {}: {name}", 3, [x, { y: x }], "text", { name: array([true]) })),
    ["3 {} [[1, 2], { y: [1, 2] }] text: [true]"],
  );
  assert.equal(
    printed(() => debug.print("plain")),
    ["plain"],
  );
});

test("a function prints where it is computed, once, under every transformation", () => {
  const runs: Record<string, () => unknown> = {
    none: () => shown(x),
    grad: () => grad(shown)(x),
    "jit of grad": () => jit(grad(shown))(x),
    "grad of jit": () => grad(jit(shown))(x),
    jvp: () => jvp(shown, [x], [x]),
    "vjp, pulled back twice": () => {
      const [, pullback] = vjp(shown, x);
      pullback(1);
      pullback(1);
    },
    hessian: () => hessian(shown)(x),
    "jit of hessian": () => jit(hessian(shown))(x),
    checkpoint: () => grad(checkpoint(shown))(x),
    "jit of checkpoint": () => jit(grad(checkpoint(shown)))(x),
    "output that isn't used": () => jit((x: NDArray) => [shown(x), x.mul(2)][1])(x),
  };
  for (const [name, run] of Object.entries(runs)) assert.equal(printed(run), once, name);
});

test("a compiled function prints at each call, and what it is called with", () => {
  const compiled = jit(shown);
  assert.equal(
    printed(() => [1, 2].map((k) => compiled(x.mul(k)))),
    ["x is [1, 2]", "x is [2, 4]"],
  );
});

test("derivatives are those of the function without its calls", () => {
  const f = (x: NDArray): NDArray => np.sum(np.sin(x));
  printed(() => {
    assert.equal(grad(shown)(x).toArray(), grad(f)(x).toArray());
    assert.equal(jit(grad(shown))(x).toArray(), grad(f)(x).toArray());
    assert.equal(hessian(shown)(x).toArray(), hessian(f)(x).toArray());
    assert.equal(jit(hessian(shown))(x).toArray(), hessian(f)(x).toArray());
  });
});

test("functions with their own derivatives print in these", () => {
  const f = customJvp((x: NDArray) => np.sin(x));
  f.defjvp(([x], [dx]) => {
    debug.print("slope at {}", x);
    return [np.sin(x), np.multiply(np.cos(x), dx)];
  });
  assert.equal(
    printed(() => jit(grad((x: NDArray) => np.sum(f(x))))(x)),
    ["slope at [1, 2]"],
  );
  const g = customVjp((x: NDArray) => np.sin(x));
  g.defvjp(
    (x) => [np.sin(x), x],
    (x, ct) => {
      debug.print("back {} {}", x, ct);
      return [np.multiply(np.cos(x), ct)];
    },
  );
  assert.equal(
    printed(() => jit(grad((x: NDArray) => np.sum(g(x))))(x)),
    ["back [1, 2] [1, 1]"],
  );
});

test("vmap shows the whole batch, its axis in front", () => {
  const rows = array([
    [1, 2],
    [3, 4],
  ]);
  const seen: unknown[] = [];
  vmap((x) => debug.callback((y) => seen.push(y.toArray()), x) ?? x, { inAxes: 1 })(rows);
  assert.equal(seen, [
    [
      [1, 3],
      [2, 4],
    ],
  ]);
});

test("loops show every trip, in the order in which they run", () => {
  const loop = (x: number | NDArray): NDArray =>
    lax.foriLoop(
      0,
      3,
      (i, x) => {
        debug.print("trip {i}: {x}", { i, x });
        return x.mul(2);
      },
      x,
    );
  const trips = ["trip 0: 3", "trip 1: 6", "trip 2: 12"];
  for (const run of [loop, jit(loop), grad(loop), jit(grad(loop)), jit(grad(checkpoint(loop)))]) {
    assert.equal(
      printed(() => run(array(3))),
      trips,
    );
  }
});

test("loops in loops, backwards, of no trip and of one", () => {
  const table = np.arange(6).reshape(3, 2);
  const outer = (xs: NDArray): unknown =>
    lax.scan(
      (c, x) => {
        debug.print("row {}", x);
        return [
          lax
            .map((y: NDArray) => debug.print("  {} {}", y, "of it") ?? y, x)
            .sum()
            .add(c),
          null,
        ];
      },
      0,
      xs,
      { reverse: true },
    );
  const row = (a: number, b: number): string[] => [`row [${a}, ${b}]`, `  ${a} of it`, `  ${b} of it`];
  for (const run of [outer, jit(outer)]) {
    assert.equal(
      printed(() => run(table)),
      [...row(4, 5), ...row(2, 3), ...row(0, 1)],
    );
    assert.equal(
      printed(() => run(table.at("1:2"))),
      row(2, 3),
    );
    assert.equal(
      printed(() => run(table.at("3:"))),
      [],
    );
  }
});

test("of branches only the one that is taken prints", () => {
  const sign = (x: NDArray): NDArray =>
    lax.switch(
      np.add(np.sign(x), 1).astype("int32"),
      [
        (x) => debug.print("negative {}", x) ?? x.neg(),
        (x) => x,
        (x) => debug.print("positive {}", x) ?? debug.print("twice {}", x.mul(2)) ?? x,
      ],
      x,
    );
  const lines = ["positive 1", "twice 2", "negative -3", "positive 5", "twice 10"];
  const xs = array([1, -3, 0, 5]);
  for (const run of [sign, jit(sign), grad(sign)]) {
    assert.equal(
      printed(() => [...xs].map((x) => run(x))),
      lines,
    );
  }
  for (const f of [sign, grad(sign)]) {
    assert.equal(
      printed(() => jit((xs: NDArray) => lax.map(f, xs))(xs)),
      lines,
    );
  }
});

test("every method of the kernels shows what the function computes of the batch", () => {
  const f = (w: NDArray, x: NDArray): NDArray => {
    const y = np.matmul(x, w);
    debug.print("{}", y);
    return np.tanh(y);
  };
  for (const implementation of [
    "JACOBIAN_CONTRACTION",
    "NTK_VECTOR_PRODUCTS",
    "STRUCTURED_DERIVATIVES",
    "AUTO",
  ] as const) {
    const kernel = nt.empiricalNtkFn(f, { implementation });
    const [w, inputs] = [array([[1], [2]]), array([[3, 4]])];
    let result: NDArray | undefined;
    assert.equal(
      printed(() => {
        result = kernel(inputs, null, w);
      }),
      ["[[11]]"],
      implementation,
    );
    assert.equal(
      result!.toArray(),
      nt
        .empiricalNtkFn((w: NDArray, x: NDArray) => np.tanh(np.matmul(x, w)), { implementation })(inputs, null, w)
        .toArray(),
    );
  }
});

test("what a call throws ends the run", () => {
  const f = jit((x: NDArray) => {
    debug.callback(() => {
      throw new Error("enough");
    }, x);
    return x;
  });
  assert.throws(() => f(x), "enough");
});

test("a program shows its calls", () => {
  assert.match(String(makeJaxpr(shown)(x)), /debug_callback a/);
});

test("a loop without a number of trips, and formats that don't fit, are refused", () => {
  const endless = (x: NDArray): NDArray =>
    lax.whileLoop(
      (x) => x.less(10),
      (x) => debug.print("{}", x) ?? x.add(1),
      x,
    );
  for (const run of [endless, jit(endless)])
    assertThrows(() => run(array(1)), "debug.print", "lax.whileLoop", "lax.scan");
  const wrong: [unknown[], ...string[]][] = [
    [[x], "text", "float32(2,)"],
    [["{", x], "{"],
    [["{:.2f}", x], "{:.2f}"],
    [["{}"], "takes 1", "got 0"],
    [["{} {}", x], "takes 2", "got 1"],
    [["", x], "takes 0", "got 1"],
    [["{a}", { b: x }], "names a"],
    [["{a}", x], "names a"],
    [["{toString}", {}], "names toString"],
  ];
  const print = debug.print as (...args: unknown[]) => void;
  for (const [args, ...said] of wrong) assertThrows(() => print(...args), "debug.print", ...said);
  assertThrows(() => (debug.callback as (f: unknown) => void)(3), "debug.callback", "3");
});

test.run();
