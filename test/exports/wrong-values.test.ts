/** Every argument and every option in turn is given every wrong value: the result, or an error of ours that names the function. */
import { test } from "uvu";
import { CATALOGUE, usesOf } from "./catalogue.ts";
import { type Example, matrix, withOptions } from "./example.ts";
import { faultOf, namesOf, none, snapshot } from "./judge.ts";
import { mustRefuse, WRONG_VALUES } from "./wrong-values.ts";

/** No call with wrong values of these takes longer. */
const SECONDS = 3;

process.on("unhandledRejection", (reason) => {
  throw reason;
});

/** What is wrong with what a call does. */
function faultOfCall(names: readonly string[], call: () => unknown, refused: boolean): string | null {
  const before = process.cpuUsage();
  let fault = refused ? "accepted" : null;
  try {
    call();
  } catch (error) {
    fault = faultOf(names, error);
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  return fault ?? (seconds > SECONDS ? `took ${seconds.toFixed(1)} s` : null);
}

/** The faults of one call for each wrong value, and of the right call afterwards. */
function faults(
  example: Example,
  what: string,
  refuses: (wrong: unknown) => boolean,
  args: (wrong: unknown) => unknown[],
) {
  const names = namesOf(example);
  return Object.entries(WRONG_VALUES).flatMap(([label, make]) => {
    const wrong = make();
    // Some options of a function that returns one are looked at when that is called.
    const call = (): void => {
      for (const use of usesOf(example, example.f()(...args(wrong)))) use();
    };
    const fault = faultOfCall(names, call, refuses(wrong));
    return fault ? [`${example.name}: ${what} = ${label}: ${fault}`] : [];
  });
}

const rightCall = (example: Example): string => snapshot(example.f()(...example.args(matrix(example.dtype))));

/** The faults, and one more where a right call gives another result than before. */
function unchanged(example: Example, run: () => string[]): string[] {
  const before = rightCall(example);
  const found = run();
  return rightCall(example) === before
    ? found
    : [...found, `${example.name}: a right call has another result than before`];
}

test("every argument", () => {
  none(
    CATALOGUE.flatMap((example) =>
      unchanged(example, () => {
        const x = matrix(example.dtype);
        return example.args(x).flatMap((_, i) => [
          ...faults(
            example,
            `argument ${i + 1}`,
            () => false,
            (wrong) => Object.assign(example.args(x), { [i]: wrong }),
          ),
          ...faults(
            example,
            `argument ${i + 1}, the last,`,
            () => false,
            (wrong) => [...example.args(x).slice(0, i), wrong],
          ),
        ]);
      }),
    ),
  );
});

test("every argument missing", () => {
  none(
    CATALOGUE.flatMap((example) => {
      const names = namesOf(example);
      const x = matrix(example.dtype);
      return example.args(x).flatMap((_, i) => {
        const fault = faultOfCall(names, () => example.f()(...example.args(x).slice(0, i)), false);
        return fault ? [`${example.name}: ${i} arguments: ${fault}`] : [];
      });
    }),
  );
});

test("every option", () => {
  none(
    CATALOGUE.filter(({ options }) => options).flatMap((example) =>
      unchanged(example, () => {
        const x = matrix(example.dtype);
        const options = withOptions(example, x, example.options!(x)).at(-1) as object;
        return Object.entries(options).flatMap(([name, right]) =>
          faults(
            example,
            name,
            (wrong) => mustRefuse(name, right, wrong),
            (wrong) => withOptions(example, x, { [name]: wrong }),
          ),
        );
      }),
    ),
  );
});

test("what is no options object", () => {
  none(
    CATALOGUE.filter(({ options }) => options).flatMap((example) =>
      unchanged(example, () => {
        const x = matrix(example.dtype);
        return faults(
          example,
          "options",
          () => false,
          (wrong) => [...withOptions(example, x, {}).slice(0, -1), wrong],
        );
      }),
    ),
  );
});

test.run();
