// Runs the examples that comments hold: a line `code // result` is a promise where the result is a value, or `shape [2, 3]`.

import * as cotangent from "cotangent";
import * as io from "cotangent/io";
import * as onnx from "cotangent/onnx";
import { plain, same } from "./same.mjs";

/** The package's entries by the names of their files. */
export const entries = { index: cotangent, io, onnx };

const np = cotangent.numpy;
const names = [...Object.keys(cotangent), "np", "io", "onnx"];
const values = [...Object.values(cotangent), np, io, onnx];
const AsyncFunction = (async () => {}).constructor;
const evaluate = (code, statements = "") =>
  new AsyncFunction(...names, `${statements}\nreturn (${code}\n);`)(...values);

/** `{ statements, code, wanted }` of each line of an example that says what its last expression gives. */
export function promises(example) {
  const before = [];
  return example.split("\n").flatMap((line) => {
    const [, code, wanted] =
      /^(.*?);?\s+\/\/ ((?:shape )?(?:[[{"\d-]|true|false|null|undefined|NaN|\w+Array\.of).*)$/.exec(line) ?? [];
    const statements = (code ?? line).split(/;\s+/);
    const last = code === undefined ? undefined : statements.pop();
    const found = last === undefined ? [] : [{ statements: before.concat(statements).join(";\n"), code: last, wanted }];
    before.push(...statements, ...(last !== undefined && /^(?:const|let) /.test(last) ? [last] : []));
    return found;
  });
}

/** Throws unless the line gives what it says. */
export async function keep({ statements, code, wanted }) {
  const got = await evaluate(code, statements);
  const [, shape] = /^shape (.*)/.exec(wanted) ?? [];
  const [value, promised] = [plain(shape === undefined ? got : got.shape), plain(await evaluate(shape ?? wanted))];
  if (!same(value, promised)) throw new Error(`${code} gives ${JSON.stringify(value)}, not ${wanted}`);
}
