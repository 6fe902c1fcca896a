/** The laws that random programs are held to notice what breaks them. */
import { array, customJvp, lax, type NDArray } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simplify } from "../../src/compile/simplify.ts";
import { type Atom, type Equation, type Jaxpr, Literal, Var } from "../../src/ir/jaxpr.ts";
import type { Primitive } from "../../src/ir/primitive.ts";
import { bind1 } from "../../src/ir/trace.ts";
import { makeElementwise } from "../../src/lax/elementwise.ts";
import { assertThrows } from "../support/arrays.ts";
import { program, programs } from "../support/programs.ts";
import {
  assertSame,
  checkBatch,
  checkJit,
  checkJvp,
  checkSimplified,
  checkVjp,
  checkVmap,
  randomArray,
} from "../support/properties.ts";

const x = array([0.3, -0.7, 1.1], { dtype: "float64" });
const square = (y: NDArray): NDArray => lax.mul(y, y);

test("a wrong derivative is no difference quotient", () => {
  const wrong = customJvp(square);
  wrong.defjvp(([y], [t]) => [square(y), lax.mul(lax.mul(t, y), 2.001)]);
  checkJvp(square, [x], 1e-6);
  assertThrows(() => checkJvp(wrong as never, [x], 1e-4), "jvp: element");
});

test("a pullback of something else is no transpose", () => {
  let calls = 0;
  const changing = (y: NDArray): NDArray => lax.mul(y, ++calls);
  assertThrows(() => checkVjp(changing, [x], 1e-8), "<J^T ct, dx>");
  checkVjp(square, [x], 1e-12);
});

test("what differs when compiled or in a batch is found, and the smallest difference of values", () => {
  let calls = 0;
  const impure = (y: NDArray): NDArray => lax.mul(y, ++calls);
  assertThrows(() => checkJit(impure, [x], 1e-11), "jit: element");
  assertThrows(() => checkVmap(impure, [x]), "vmap");
  checkVmap(square, [x]);
  assertThrows(() => assertSame(x, lax.add(x, 1e-9), 1e-10), "element 0");
  assertThrows(() => assertSame(x, lax.convertElementType(x, "float32"), 1), "dtype");
});

/** Twice its operand, with rules of which one may be wrong. */
function doubling(wrong: Partial<Primitive<null>> & { readonly slope?: number; readonly back?: number } = {}) {
  const { slope = 2, back = 2, ...rules } = wrong;
  const primitive: Primitive<null> = {
    ...makeElementwise<null>({
      name: "doubling",
      emit: (e, [y]) => e.op("ADD", "float64", [y!, y!]),
      derivatives: [(t) => (slope === 2 ? double(t) : lax.mul(t, slope))],
      transpose: [(ct) => lax.mul(ct, back)],
    }),
    ...rules,
  };
  const double = (y: NDArray): NDArray => bind1(primitive, [y], null);
  return double;
}

test("a wrong rule of a primitive is found by the law that it breaks, and by that alone", () => {
  const batch: Primitive<null>["batch"] = ([y], [axis]) => [[lax.mul(y!, 3)], [axis!]];
  const laws: Readonly<Record<string, (f: (y: NDArray) => NDArray) => void>> = {
    jvp: (f) => checkJvp(f, [x], 1e-6),
    vjp: (f) => checkVjp(f, [x], 1e-10),
    vmap: (f) => checkVmap(f, [x]),
    batch: (f) => {
      checkBatch((y: NDArray) => [f(y)], [randomArray([3, 2], 1)], [1], 1e-12);
    },
    jit: (f) => checkJit(f, [x]),
  };
  const broken = (f: (y: NDArray) => NDArray): string[] =>
    Object.keys(laws).filter((name) => {
      try {
        laws[name]!(f);
        return false;
      } catch {
        return true;
      }
    });
  assert.equal(broken(doubling()), []);
  assert.equal(broken(doubling({ slope: 2.001 })), ["jvp"]);
  assert.equal(broken(doubling({ back: 2.001 })), ["vjp"]);
  assert.equal(broken(doubling({ batch })), ["vmap", "batch"]);
});

/** A rewriting of equations, each of which it may leave (`null`), replace, or declare to be another value. */
type Rewriting = (equation: Equation) => Equation | Atom | null;

/** What a program becomes by a rewriting, and how often it applied. */
function rewritten(jaxpr: Jaxpr, rewriting: Rewriting): [program: Jaxpr, times: number] {
  const values = new Map<Var, Atom>();
  const resolve = (atom: Atom): Atom => (atom instanceof Var ? (values.get(atom) ?? atom) : atom);
  let times = 0;
  const equations = jaxpr.equations.flatMap((given) => {
    const equation = { ...given, inputs: given.inputs.map(resolve) };
    const result = rewriting(equation);
    if (result === null) return [equation];
    times++;
    if (!(result instanceof Var || result instanceof Literal)) return [result];
    values.set(equation.outputs[0]!, result);
    return [];
  });
  return [{ ...jaxpr, equations, outputs: jaxpr.outputs.map(resolve) }, times];
}

const sameType = (x: Atom, y: Atom): boolean =>
  x.aval.shape.join() === y.aval.shape.join() && x.aval.dtype === y.aval.dtype;

/** Rules that look like those of the compiler and are wrong. */
const WRONG_RULES: Readonly<Record<string, () => Rewriting>> = {
  "x + c is x":
    () =>
    ({ primitive, inputs: [a, b] }) =>
      primitive.name === "add" && a instanceof Var && b instanceof Literal ? a : null,
  "x - y is y - x": () => (equation) => {
    const { primitive, inputs } = equation;
    return primitive.name === "sub" ? { ...equation, inputs: [...inputs].reverse() } : null;
  },
  "a transposition, reversal or the like that keeps the shape does nothing":
    () =>
    ({ primitive, inputs: [a], outputs: [out] }) =>
      ["transpose", "rev", "reshape"].includes(primitive.name) && sameType(a!, out!) ? a! : null,
  "equations of one name and operands are the same, whatever their parameters": () => {
    const seen = new Map<string, Equation>();
    return (equation) => {
      const { primitive, inputs, outputs } = equation;
      const key = `${primitive.name} ${inputs.map((a) => (a instanceof Var ? a.id : a.value))} ${outputs[0]!.aval.shape}`;
      const earlier = seen.get(key);
      if (!earlier) seen.set(key, equation);
      return earlier && outputs.length === 1 && earlier.params !== equation.params ? earlier.outputs[0]! : null;
    };
  },
};

test("the comparison of simplified programs finds rules that are wrong", () => {
  for (const [name, rule] of Object.entries(WRONG_RULES)) {
    let [applied, found] = [0, 0];
    fc.assert(
      fc.property(programs, ({ numbers, length, shapes }) => {
        const f = program(numbers, length);
        const args = shapes.map((s, i) => randomArray(s, numbers[i] as number));
        let times = 0;
        const wrong = (jaxpr: Jaxpr): Jaxpr => {
          const [result, count] = rewritten(simplify(jaxpr), rule());
          times += count;
          return result;
        };
        let message = "";
        try {
          checkSimplified(wrong, f, args);
        } catch (error) {
          message = (error as Error).message;
        }
        assert.ok(times > 0 || message === "", `${name}: nothing was rewritten, but ${message}`);
        if (times > 0) applied++;
        if (message.startsWith("simplified")) found++;
      }),
      { numRuns: 150, seed: 11 },
    );
    assert.ok(applied > 10 && found > applied / 3, `${name}: found in ${found} of ${applied} programs`);
  }
});

test.run();
