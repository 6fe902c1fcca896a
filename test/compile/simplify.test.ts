import { array, jit, lax, makeJaxpr, type NDArray } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { eliminateCommonSubexpressions, orderByDemand, simplify } from "../../src/compile/simplify.ts";
import { checkJaxpr, type Jaxpr } from "../../src/ir/jaxpr.ts";
import { numbers } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

const trace = (f: (...xs: NDArray[]) => unknown, ...args: NDArray[]): Jaxpr => makeJaxpr(f)(...args).jaxpr;
const names = (jaxpr: Jaxpr): string[] => jaxpr.equations.map((e) => e.primitive.name);
const x = randomArray([4], 1);

test("repeated work is done once", () => {
  const jaxpr = trace((a) => lax.add(lax.sin(a), lax.mul(lax.sin(a), lax.sin(a))), x);
  assert.is(jaxpr.equations.length, 5);
  const simplified = eliminateCommonSubexpressions(jaxpr);
  assert.equal(names(simplified), ["sin", "mul", "add"]);
  checkJaxpr(simplified);
});

test("what only looks alike is kept apart", () => {
  const kept = (f: (a: NDArray) => unknown, count: number): void =>
    assert.is(eliminateCommonSubexpressions(trace(f as never, x)).equations.length, count);
  kept((a) => [lax.mul(a, 0), lax.mul(a, -0)], 2);
  kept((a) => [lax.sub(a, 1), lax.sub(1, a)], 2);
  kept((a) => [lax.reshape(a, { newSizes: [2, 2] }), lax.reshape(a, { newSizes: [4, 1] })], 2);
  kept((a) => [lax.convertElementType(a, "int32"), lax.convertElementType(a, "uint32")], 2);
  kept((a) => [lax.mul(a, Number.NaN), lax.mul(a, Number.POSITIVE_INFINITY), lax.mul(a, Number.NaN)], 2);
  const signs = jit((a: NDArray) => [lax.div(1, lax.mul(a, 0)), lax.div(1, lax.mul(a, -0))] as unknown as NDArray);
  const [p, q] = (signs(array([1], { dtype: "float64" })) as unknown as NDArray[]).map((r) => numbers(r)[0]);
  assert.equal([p, q], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});

test("unused work is dropped, also what only it needed", () => {
  const f = (a: NDArray) => {
    lax.exp(lax.sin(a));
    return lax.cos(a);
  };
  assert.equal(names(simplify(trace(f, x))), ["cos"]);
});

test("each equation stands just before the first that needs it", () => {
  const f = (a: NDArray) => {
    const parts = [1, 2, 3].map((k) => lax.sin(lax.mul(a, k)));
    return parts.map((p) => lax.reduceSum(p)).reduce((s, p) => lax.add(s, p));
  };
  const ordered = orderByDemand(trace(f, x));
  checkJaxpr(ordered);
  assert.equal(names(ordered), [
    "mul",
    "sin",
    "reduce_sum",
    "mul",
    "sin",
    "reduce_sum",
    "add",
    "mul",
    "sin",
    "reduce_sum",
    "add",
  ]);
});

test("shared values in any order, long chains without recursion", () => {
  const f = (a: NDArray) => {
    const shared = lax.sin(a);
    const late = lax.cos(shared);
    return [lax.add(late, shared), lax.mul(shared, late), shared, late];
  };
  assertSame(jit(f)(x), f(x), 1e-15);
  const deep = trace((a) => Array.from({ length: 30000 }).reduce<NDArray>((v) => lax.neg(v), a), x);
  const simplified = simplify(deep);
  assert.is(simplified.equations.length, 30000);
  checkJaxpr(simplified);
});

test.run();
