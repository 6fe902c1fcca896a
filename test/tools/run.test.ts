// The test runner must fail wherever uvu alone would let something pass.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { runScript, withProject } from "../support/command.ts";

const passing = `test("passes", () => {});\n`;

/** Test files by name: what they say, what the runner must count, and what it must print about them. */
const samples: Record<string, { body: string; line: string; message?: string }> = {
  passing: {
    body: `${passing}test.skip("skipped", () => {});\ntest.run();`,
    line: "ok   test/passing.test.ts  1 passed, 1 skipped",
  },
  failing: {
    body: `${passing}test("two is three", () => assert.is(2, 3));\ntest.run();`,
    line: "FAIL test/failing.test.ts  1 passed, 1 failed",
    message: '"two is three"',
  },
  unimportable: {
    body: `import "./missing.ts";\n${passing}test.run();`,
    line: "FAIL test/unimportable.test.ts  0 passed, 1 failed",
    message: "unimportable.test.ts: cannot be imported",
  },
  rejecting: {
    body: `test("rejects", () => { Promise.reject(new Error("lost")); });\ntest.run();`,
    line: "FAIL test/rejecting.test.ts  1 passed, 1 failed",
    message: "rejecting.test.ts: unhandled rejection: Error: lost",
  },
  rejectingLate: {
    body: `test("rejects", () => { setTimeout(() => Promise.reject(new Error("late")), 50); });\ntest.run();`,
    line: "FAIL test/rejectingLate.test.ts  1 passed, 1 failed",
    message: "rejectingLate.test.ts: unhandled rejection: Error: late",
  },
  throwingLate: {
    body: `test("throws", () => { setTimeout(() => { throw new Error("late"); }, 10); });\ntest.run();`,
    line: "FAIL test/throwingLate.test.ts  1 passed, 1 failed",
    message: "throwingLate.test.ts: uncaught exception: Error: late",
  },
  throwingText: {
    body: `test("throws", () => { throw "text"; });\ntest.run();`,
    line: "FAIL test/throwingText.test.ts  0 passed, 1 failed",
  },
  throwingHook: {
    body: `test.before(() => { throw new Error("no"); });\n${passing}test.run();`,
    line: "FAIL test/throwingHook.test.ts  0 passed, 1 failed",
    message: "a hook threw",
  },
  neverRun: {
    body: passing,
    line: "FAIL test/neverRun.test.ts  0 passed, 2 failed",
    message: "neverRun.test.ts: test.run() is never called",
  },
  neverRunSuite: {
    body: `${passing}test.run();\nconst other = suite("other");\nother("never", () => {});`,
    line: "FAIL test/neverRunSuite.test.ts  1 passed, 1 failed",
    message: "neverRunSuite.test.ts: other.run() is never called",
  },
  empty: {
    body: "",
    line: "FAIL test/empty.test.ts  0 passed, 1 failed",
    message: "empty.test.ts: no tests",
  },
  exiting: {
    body: `test("exits", () => process.exit(0));\ntest.run();`,
    line: "FAIL test/exiting.test.ts  0 passed, 1 failed",
    message: "exiting.test.ts: the process ended before its tests did",
  },
  waiting: {
    body: `test("waits", () => new Promise(() => {}));\ntest.run();`,
    line: "FAIL test/waiting.test.ts  0 passed, 1 failed",
    message: "waiting.test.ts: the process ended before its tests did",
  },
};

const head = `import { suite, test } from "uvu";\nimport * as assert from "uvu/assert";\nvoid [suite, test, assert];\n`;
const files = Object.fromEntries(
  Object.entries(samples).map(([name, { body }]) => [`test/${name}.test.ts`, head + body]),
);
const all = withProject(files, (root) => runScript("test/run.mjs", "--root", root));

for (const [name, { line, message }] of Object.entries(samples)) {
  test(`counts ${name}`, () => {
    assert.ok(all.output.includes(`${line}  (`), `expected "${line}" in\n${all.output}`);
    if (message) assert.ok(all.output.includes(message), `expected "${message}" in\n${all.output}`);
  });
}

function expectTotal({ code, output }: { code: number | null; output: string }, total: string) {
  assert.is(output.trimEnd().split("\n").at(-1), total, output);
  assert.is(code, total.includes(" 0 failed") ? 0 : 1, output);
}

test("ends with the total and fails", () => expectTotal(all, "6 passed, 13 failed, 1 skipped"));

test("a filter chooses files, and one that matches none fails", () => {
  withProject(files, (root) => {
    expectTotal(runScript("test/run.mjs", "--root", root, "passing"), "1 passed, 0 failed, 1 skipped");
    expectTotal(runScript("test/run.mjs", "--root", root, "elsewhere"), "0 passed, 1 failed, 0 skipped");
  });
});

test("no file at all fails", () => {
  withProject({ "test/notes.txt": "" }, (root) => {
    expectTotal(runScript("test/run.mjs", "--root", root), "0 passed, 1 failed, 0 skipped");
  });
});

test("what goes wrong when all tests are through fails", () => {
  const late = `${passing}process.on("beforeExit", () => { process.exitCode = 4; });\ntest.run();`;
  const rejects = `${passing}process.on("beforeExit", () => { Promise.reject(new Error("at the end")); });\ntest.run();`;
  for (const [body, message] of [
    [late, "late.test.ts: exit code 4, after its tests"],
    [rejects, "unhandled rejection: Error: at the end"],
  ] as const) {
    withProject({ "test/late.test.ts": head + body }, (root) => {
      const result = runScript("test/run.mjs", "--root", root);
      expectTotal(result, "1 passed, 1 failed, 0 skipped");
      assert.match(result.output, message);
    });
  }
});

test("a file that keeps its process alive fails, and ends", () => {
  const alive = `${head}${passing}setInterval(() => {}, 1000);\ntest.run();`;
  withProject({ "test/alive.test.ts": alive, "test/next.test.ts": `${head}${passing}test.run();` }, (root) => {
    const result = runScript("test/run.mjs", "--root", root);
    expectTotal(result, "2 passed, 1 failed, 0 skipped");
    assert.match(result.output, "alive.test.ts: still alive 10 s after its tests: Timeout");
  });
});

test("a file that never ends fails", () => {
  withProject({ "test/endless.test.ts": `${head}test("spins", () => { for (;;); });\ntest.run();` }, (root) => {
    const result = runScript("test/run.mjs", "--root", root, "--timeout", "2");
    expectTotal(result, "0 passed, 1 failed, 0 skipped");
    assert.match(result.output, "still running after 2 s of processor time");
  });
});

test("a file that waits without working fails", () => {
  const waits = `test("waits", () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); });\ntest.run();`;
  withProject({ "test/waiting.test.ts": head + waits }, (root) => {
    const result = runScript("test/run.mjs", "--root", root, "--timeout", "1");
    expectTotal(result, "0 passed, 1 failed, 0 skipped");
    assert.match(result.output, "still waiting after 10 s");
  });
});

test.run();
