/** Nodes whose attributes, numbers and shapes are damaged: they are traced, or refused with a reason, and no list is made as long as they say. */
import "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeAval } from "../../../src/ir/aval.ts";
import { traceToJaxpr } from "../../../src/ir/trace.ts";
import { type Attribute, type Case, dtypeFor, readCases, runCase, type Tensor } from "../../support/onnx.ts";

const WHOLE = [0, -1, 1, 2, 7, 64, 255, 1000, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 40, -(2 ** 31), -5, 2 ** 53];
const REAL = [0, -1, 0.5, 1e-9, 1e9, 1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.7];
const SIZES = [0, 1, 3, 1000, 2 ** 30];

/** Reproducible draws from lists. */
class Draws {
  #state = 12345;

  below(n: number): number {
    this.#state = (this.#state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((this.#state / 2 ** 31) * n);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** The list with one entry replaced by one of others. */
  replaced<T>(list: readonly T[], others: readonly T[]): T[] {
    const place = this.below(list.length);
    return list.map((x, i) => (i === place ? this.of(others) : x));
  }
}

function damagedAttribute(given: Attribute, draws: Draws): Attribute {
  if (given.int !== undefined) return { int: draws.of(WHOLE) };
  if (given.number !== undefined) return { number: draws.of(REAL) };
  if (given.text !== undefined) return { text: "other" };
  if (given.numbers) return { numbers: draws.replaced(given.numbers, REAL) };
  if (given.ints)
    return { ints: draws.of([draws.replaced(given.ints, WHOLE), given.ints.slice(1), [...given.ints, 1]]) };
  return given;
}

/** Another size, another number of axes, or another number, which only operators that must know it see. */
function damagedTensor(given: Tensor, draws: Draws): Tensor {
  const { type, shape, data } = given;
  const numbers = { ...given, data: draws.replaced(data, type.startsWith("float") ? REAL : WHOLE) };
  return draws.of([
    { ...given, shape: draws.replaced(shape, SIZES) },
    { ...given, shape: shape.slice(1) },
    { ...given, shape: [...shape, 3] },
    numbers,
    numbers,
  ]);
}

function damaged(given: Case, draws: Draws): Case {
  const names = Object.keys(given.attributes);
  if (names.length > 0 && draws.below(2) === 0) {
    const name = draws.of(names);
    const attribute = given.attributes[name] as Attribute;
    return { ...given, attributes: { ...given.attributes, [name]: damagedAttribute(attribute, draws) } };
  }
  const place = draws.below(given.inputs.length);
  return { ...given, inputs: given.inputs.map((x, i) => (x && i === place ? damagedTensor(x, draws) : x)) };
}

function trace(given: Case): void {
  const present = given.inputs.filter((x) => x !== null);
  const avals = present.map(({ shape, type }) => makeAval(shape, dtypeFor(type, "float32")));
  traceToJaxpr(
    (xs) => {
      const arrays = given.inputs.map((x) => (x ? xs[present.indexOf(x)] : undefined));
      return runCase(given, "float32", arrays);
    },
    avals,
    true,
  );
}

/** What errors of JavaScript itself say, which name nothing of a node. */
const UNFORESEEN = /Cannot read|is not a|undefined|Invalid array|call stack/;

test("3,000 damaged nodes", () => {
  const draws = new Draws();
  const cases = [...readCases("cases.json"), ...readCases("node.json")];
  let refused = 0;
  for (let i = 0; i < 3000; i++) {
    const given = damaged(draws.of(cases), draws);
    const start = performance.now();
    try {
      trace(given);
    } catch (error) {
      refused++;
      assert.not.match((error as Error).message, UNFORESEEN, `${given.name}: ${(error as Error).message}`);
    }
    assert.ok(performance.now() - start < 5000, `${given.name} takes too long`);
  }
  assert.ok(refused > 500, `${refused} were refused`);
});

test.run();
