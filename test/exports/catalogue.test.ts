/** Nothing that is exported is missing from the catalogue, and every call in it is valid, with each of its options. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CATALOGUE, missing } from "./catalogue.ts";
import { type Example, matrix, withOptions } from "./example.ts";

test("every exported function and method has an example", () => {
  assert.equal(missing(), []);
});

const failure = (example: Example, what: string, call: () => unknown): string[] => {
  try {
    call();
    return [];
  } catch (error) {
    return [`${example.name}${what}: ${(error as Error).message}`];
  }
};

test("every example is valid", () => {
  const failures = CATALOGUE.flatMap((example) =>
    failure(example, "", () => example.f()(...example.args(matrix(example.dtype)))),
  );
  assert.equal(failures, []);
});

test("every option of every example is valid alone", () => {
  const failures = CATALOGUE.filter(({ options }) => options).flatMap((example) => {
    const x = matrix(example.dtype);
    return Object.entries(example.options!(x)).flatMap(([name, value]) =>
      failure(example, ` with ${name}`, () => example.f()(...withOptions(example, x, { [name]: value }))),
    );
  });
  assert.equal(failures, []);
});

test.run();
