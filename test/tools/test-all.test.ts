import { test } from "uvu";
import * as assert from "uvu/assert";
import { chosen, conformanceFamily, countStep, runSteps, total } from "../../scripts/test-all.mjs";
import { projectRoot, runScript } from "../support/command.ts";

const counts = (passed: number, failed: number, skipped: number) => ({ passed, failed, skipped });

test("a step without counts passes or fails as a whole", () => {
  assert.equal(countStep({ pattern: null }, 0, ["5 passed, 5 failed, 5 skipped"]), counts(1, 0, 0));
  assert.equal(countStep({ pattern: null }, 2, []), counts(0, 1, 0));
});

test("conformance families add up", () => {
  const lines = [
    "conformance random: 12 passed, 0 failed, 1 skipped",
    "noise",
    "conformance functions: 3 passed, 2 failed, 0 skipped",
  ];
  assert.equal(countStep({ pattern: conformanceFamily }, 1, lines), counts(15, 2, 1));
});

test("an error exit counts as a failure even where the counts have none", () => {
  assert.equal(countStep({ pattern: total }, 1, ["7 passed, 0 failed, 0 skipped"]), counts(7, 1, 0));
});

test("missing counts are a failure", () => {
  assert.equal(countStep({ pattern: total }, 0, ["all fine"]), counts(0, 1, 0));
  assert.equal(countStep({ pattern: conformanceFamily }, 0, ["7 passed, 0 failed, 0 skipped"]), counts(0, 1, 0));
});

test("a step that doesn't exist is a failure", () => {
  const { code, output } = runScript("scripts/test-all.mjs", "nowhere");
  assert.is(code, 1);
  assert.match(output, /^0 passed, 1 failed, 0 skipped$/m);
});

test("steps are chosen by the beginnings of their names, and their tools come with them", () => {
  const step = (name: string, rest: object = {}) => ({ name, command: ["node", []], pattern: total, ...rest });
  const steps = [
    step("tools", { isTools: true }),
    step("unit"),
    step("pages", { needsTools: true }),
    step("package"),
  ] as unknown as Parameters<typeof runSteps>[0];
  const names = (...wanted: string[]) => chosen(steps, wanted).map((one: { name: string }) => one.name);
  assert.equal(names(), ["tools", "unit", "pages", "package"]);
  assert.equal(names("unit", "package"), ["unit", "package"]);
  assert.equal(names("page"), ["tools", "pages"]);
  assert.equal(names("nowhere"), []);
});

/** What the steps print together. */
async function printed(steps: Parameters<typeof runSteps>[0]): Promise<string> {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  try {
    await runSteps(steps, projectRoot);
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

test("steps beside others are a row of their own, their lines stand together, and the total is the last line", async () => {
  const step = (name: string, ms: number, beside = false) => {
    const program = `setTimeout(() => console.log("done\\n2 passed, 0 failed, 1 skipped"), ${ms})`;
    return { name, command: [process.execPath, ["-e", program]], pattern: total, beside };
  };
  const output = await printed([
    step("first", 500, true),
    step("second", 0, true),
    step("third", 0),
    step("fourth", 0),
  ]);
  const rounded = output.replace(/\d+\.\d s/g, "0 s");
  const counts = "2 passed, 0 failed, 1 skipped";
  const parts = [
    ...["== first", "== second", "== third", "done", `third: ${counts}`, "== fourth", "done", `fourth: ${counts}`],
    ...["== first, which ran beside the others", "done", `first: ${counts}`],
    ...["== second, which ran beside the others", "done", `second: ${counts}`],
    ...["third", "fourth", "first", "second"].map((name) => `ok   ${name}: ${counts} (0 s)`),
    "8 passed, 0 failed, 4 skipped",
  ];
  assert.equal(rounded.split("\n").filter(Boolean), parts);
});

test.run();
