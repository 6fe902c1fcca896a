/** Every export refuses an option that it doesn't have, and a further argument. */
import { test } from "uvu";
import { CATALOGUE } from "./catalogue.ts";
import { type Example, isPlainObject, matrix, withOptions } from "./example.ts";
import { faultOf, namesOf, none } from "./judge.ts";

/** What passes its arguments on, however many, to a function of the user's. */
const PASSES_ON =
  /^(vjp|linearize|linearTranspose|evalShape|debug\.callback|lax\.cond|lax\.switch|tree\.map)$|^(grad|valueAndGrad|jacfwd|jacrev|jacobian|hessian|vmap|jit|checkpoint|customJvp|customVjp|makeJaxpr|numpy\.vectorize|nt\.linearize|nt\.taylorExpand)\(\)$/;

/** What takes keyword arguments of the user's function, whose names are the user's. */
const TAKES_KWARGS = /^nt\.(\w+\(\)|empiricalNtkVpFn)$/;

/** What takes as many arrays, shapes, layers or rules as it is given. */
const AS_MANY_AS_GIVEN =
  /^(numpy|lax)\.broadcastShapes$|^numpy\.(broadcastArrays|resultType)$|^lax\.selectN$|^stax\.(Slice|serial|parallel)$|^defjvps$/;

/** What a call does: `null` if it throws, or rejects with, an error of ours that says what `said` asks for. */
async function refusal(example: Example, args: unknown[], said: RegExp): Promise<string | null> {
  try {
    await example.f()(...args);
  } catch (error) {
    const fault = faultOf(namesOf(example), error);
    return fault ?? (said.test((error as Error).message) ? null : `another error: ${(error as Error).message}`);
  }
  return "accepted";
}

const STRANGER = { noSuchOption: 1 };

test("an unknown option is refused by name", async () => {
  const refused = CATALOGUE.filter(({ name }) => !PASSES_ON.test(name) && !TAKES_KWARGS.test(name));
  const failures: string[] = [];
  for (const example of refused) {
    const x = matrix(example.dtype);
    const args = example.options ? withOptions(example, x, STRANGER) : [...example.args(x), STRANGER];
    // An object among as many things as one likes is a wrong one of those, so its error need not say "option".
    const said = AS_MANY_AS_GIVEN.test(example.name)
      ? /./
      : example.options
        ? /noSuchOption/
        : /noSuchOption|object|further|too many|takes \d/;
    const fault = await refusal(example, args, said);
    if (fault) failures.push(`${example.name}: ${fault}`);
  }
  none(failures);
});

test("the options that an error names are those of the catalogue", () => {
  const known = new Map<string, Set<string>>();
  for (const example of CATALOGUE.filter(({ options }) => options)) {
    const names = known.get(example.name) ?? new Set();
    for (const name of Object.keys(
      withOptions(example, matrix(example.dtype), example.options!(matrix(example.dtype))).at(-1) as object,
    ))
      names.add(name);
    known.set(example.name, names);
  }
  const failures = CATALOGUE.filter(({ options }) => options).flatMap((example) => {
    try {
      example.f()(...withOptions(example, matrix(example.dtype), STRANGER));
    } catch (error) {
      const list = (error as Error).message.split("it takes")[1] ?? "";
      const unlisted = [...list.matchAll(/"(\w+)"/g)]
        .map(([, name]) => name as string)
        .filter((name) => !known.get(example.name)!.has(name));
      return unlisted.length === 0 ? [] : [`${example.name}: the catalogue has no value for ${unlisted}`];
    }
    return [`${example.name}: accepted`];
  });
  none(failures);
});

test("further arguments are refused", async () => {
  const refused = CATALOGUE.filter(({ name }) => !PASSES_ON.test(name) && !AS_MANY_AS_GIVEN.test(name));
  const failures: string[] = [];
  for (const example of refused) {
    const args = example.args(matrix(example.dtype));
    const options = example.options && !isPlainObject(args.at(-1)) ? [{}] : [];
    const fault = await refusal(example, [...args, ...options, ...Array<number>(12).fill(0)], /./);
    if (fault) failures.push(`${example.name}: ${fault}`);
  }
  none(failures);
});

test.run();
