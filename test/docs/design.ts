/** The sections of docs/design.md that are made from the code; the prose around them is written by hand. */
import { readFileSync } from "node:fs";
import { grad, makeJaxpr, numpy as np } from "cotangent";
import { formatProgram } from "../../src/compile/print.ts";
import { simplify } from "../../src/compile/simplify.ts";
import { formatJaxpr } from "../../src/ir/print.ts";
import { disassemble } from "../support/disassemble.ts";
import { lowered, planOf } from "../support/plans.ts";
import { loss } from "./loss.ts";

export const document = new URL("../../docs/design.md", import.meta.url);

const shapes = [
  [3, 2],
  [4, 3],
  [4, 2],
];

/** The function's own text, without what stands around it in its file. */
function source(): string {
  const text = readFileSync(new URL("loss.ts", import.meta.url), "utf8");
  return text.slice(text.indexOf("function loss")).trimEnd();
}

/** By name: the language and the text of each section. */
function sections(): ReadonlyMap<string, readonly [language: string, text: string]> {
  const args = shapes.map((shape) => np.ones(shape));
  const { jaxpr } = makeJaxpr(grad(loss))(...args);
  return new Map([
    ["function", ["ts", source()]],
    ["jaxpr", ["", formatJaxpr(makeJaxpr(loss)(...args).jaxpr)]],
    ["derivative", ["", formatJaxpr(jaxpr)]],
    ["simplified", ["", formatJaxpr(simplify(jaxpr))]],
    ["steps", ["", formatProgram(lowered(jaxpr)).trimEnd()]],
    ["commands", ["", disassemble(planOf(jaxpr).commands)]],
  ]);
}

/** The document with its sections written anew. */
export function design(text: string): string {
  const made = sections();
  return text.replaceAll(
    /(<!-- made: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, open: string, name: string, close: string) => {
      const section = made.get(name);
      if (!section) throw new Error(`docs/design.md names a section that nobody makes: ${name}`);
      return `${open}\`\`\`${section[0]}\n${section[1]}\n\`\`\`\n${close}`;
    },
  );
}
