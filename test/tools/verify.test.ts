// The verifier of plans must find each kind of fault, and none in what the compiler makes.

import { join } from "node:path";
import { array, grad, lax, makeJaxpr, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Command, KERNEL_BYTES } from "../../assembly/opcodes.ts";
import { bytesOf, type Layout } from "../../src/compile/layout.ts";
import { innerSteps, type Buffer as Room, type Step } from "../../src/compile/program.ts";
import { encode } from "../../src/device/wasm/encode.ts";
import type { WasmPlan } from "../../src/device/wasm/plan.ts";
import { assignRegisters, type MapProgram } from "../../src/device/wasm/registers.ts";
import { runPlan } from "../../src/device/wasm/run.ts";
import { wasmTarget } from "../../src/device/wasm/target.ts";
import { outputAvals } from "../../src/ir/jaxpr.ts";
import type { HostArray } from "../../src/ir/ndarray.ts";
import { KERNEL_COMMANDS } from "../../src/ir/primitive.ts";
import { projectRoot, runScript, withProject } from "../support/command.ts";
import { asHostArray, lowered as loweredOf, planOf } from "../support/plans.ts";
import { randomArray } from "../support/properties.ts";
import { type Anatomy, anatomyOf, buffersOf, faultsOf, planFaults } from "../support/verify/check.ts";
import { verifiedRun } from "../support/verify/run.ts";
import { checkRegisters, checkStep } from "../support/verify/steps.ts";

type Fn = (...args: NDArray[]) => unknown;
type Kind = Step["kind"];
type StepOf<K extends Kind> = Extract<Step, { kind: K }>;

const jaxprOf = (f: Fn, ...args: NDArray[]) => makeJaxpr(f)(...args).jaxpr;
const [MATRIX, SQUARE, VECTOR] = [randomArray([4, 6], 1), randomArray([5, 5], 2), randomArray([7], 3)];
const PLACES = array([3, 0, 2], { dtype: "int32" });

/** Programs with every kind of step, and what they are called with. */
const programs: Record<string, [Fn, NDArray[]]> = {
  map: [(x) => [np.sin(np.add(x, np.multiply(x, 2))), np.cos(x)], [MATRIX]],
  copy: [(x) => np.concatenate([x.T, np.flip(x.T)]), [MATRIX]],
  fill: [(x) => lax.pad(x, 0, { paddingConfig: [[1, 2, 1]] }), [VECTOR]],
  reduce: [(x) => [np.sum(x, { axis: 1 }), np.argmax(x, { axis: 0 })], [MATRIX]],
  contract: [(x, y) => np.matmul(np.sin(x).T, np.matmul(x, y)), [MATRIX, randomArray([6, 3], 4)]],
  loop: [(x) => lax.scan((c: NDArray, v: NDArray) => [np.add(np.sin(c), v), np.multiply(c, v)], x.at(0), x), [MATRIX]],
  "while loop": [
    (x) =>
      lax.whileLoop(
        (v: NDArray) => np.less(np.sum(v), 10),
        (v: NDArray) => np.add(np.flip(np.exp(v)), np.cos(v)),
        x,
      ),
    [VECTOR],
  ],
  branch: [(x) => lax.cond(np.greater(np.sum(x), 0), np.sin, (v: NDArray) => np.cumsum(v), np.exp(x)), [VECTOR]],
  derivative: [
    grad((x: NDArray) => np.sum(lax.scan((c: NDArray, v: NDArray) => [np.sin(np.multiply(c, v)), c], x, MATRIX.T)[1])),
    [randomArray([4], 5)],
  ] as [Fn, NDArray[]],
  GATHER: [(x, i) => np.take(x, i, { axis: 0 }), [MATRIX, PLACES]],
  SCATTER_ADD: [(x, i) => grad((v: NDArray) => np.sum(np.sin(np.take(v, i, { axis: 0 }))))(x), [MATRIX, PLACES]],
  ARGSORT: [(x) => np.sort(x), [MATRIX]],
  CHOLESKY: [(x) => np.linalg.cholesky(np.add(np.matmul(x, x.T), np.eye(5, { dtype: "float64" }))), [SQUARE]],
  LU: [(x, y) => np.linalg.solve(x, y), [SQUARE, randomArray([5, 2], 6)]],
  TRIANGULAR_SOLVE: [
    (x, y) => lax.linalg.triangularSolve(x, y, { leftSide: true, lower: true }),
    [SQUARE, randomArray([5, 2], 6)],
  ],
  HOUSEHOLDER: [(x) => np.linalg.qr(x), [MATRIX]],
  JACOBI: [(x) => np.linalg.svd(x), [MATRIX]],
  EIGEN: [(x) => np.linalg.eigh(x), [randomArray([2, 40, 40], 7)]],
  SVD: [(x) => np.linalg.svd(x), [randomArray([2, 40, 30], 9)]],
  "SVD without vectors": [(x) => np.linalg.svdvals(x), [randomArray([20, 33], 10)]],
  "EIGEN without vectors": [(x) => np.linalg.eigvalsh(x), [randomArray([33, 33], 8)]],
};

const anatomy = (name: string): Anatomy => anatomyOf(loweredOf(jaxprOf(programs[name][0], ...programs[name][1])));

/** The lowered program with its first step of a kind changed, or replaced by several. */
function change<K extends Kind>({ lowered, layout }: Anatomy, kind: K, edit: (step: StepOf<K>) => Step[]): Anatomy {
  let done = false;
  const inside = (steps: readonly Step[]): Step[] =>
    steps.flatMap((step): Step[] => {
      if (!done && step.kind === kind) {
        done = true;
        return edit(step as StepOf<K>);
      }
      if (step.kind === "loop") return [{ ...step, body: inside(step.body) }];
      return step.kind === "branch" ? [{ ...step, bodies: step.bodies.map(inside) }] : [step];
    });
  const steps = inside(lowered.steps);
  assert.ok(done, `there is no ${kind}`);
  return { lowered: { ...lowered, steps }, layout };
}

/** Asserts that a changed program is faulty, and that the verifier says how. */
function finds(what: string, changed: Anatomy, message: string): void {
  const faults = faultsOf(changed);
  assert.ok(
    faults.some((fault) => fault.includes(message)),
    `${what}: ${message} is not among ${JSON.stringify(faults)}`,
  );
}

type View = { offset: number; shape: readonly number[]; strides: readonly number[] };
const withView = <T extends { view: View }>(operand: T, view: Partial<View>): T => ({
  ...operand,
  view: { ...operand.view, ...view },
});

test("it finds nothing in what the compiler makes, with and without running it", () => {
  const kinds = new Set<string>();
  const collect = (steps: readonly Step[]): void => {
    for (const step of steps) {
      kinds.add(step.kind === "kernel" ? step.command : step.kind);
      innerSteps(step).forEach(collect);
    }
  };
  for (const [name, [f, args]] of Object.entries(programs)) {
    const { jaxpr, consts } = makeJaxpr(f)(...args);
    const parts = anatomyOf(loweredOf(jaxpr));
    const plan = planOf(jaxpr);
    assert.equal(faultsOf(parts), [], name);
    assert.equal(planFaults(plan, outputAvals(jaxpr), parts), [], name);
    assert.equal(verifiedRun(runPlan, plan, parts, [...consts, ...args].map(asHostArray)).faults, [], name);
    collect(parts.lowered.steps);
  }
  const plain = ["copy", "fill", "map", "reduce", "contract", "slice", "loop", "leave", "branch"];
  for (const kind of [...plain, ...KERNEL_COMMANDS]) {
    assert.ok(kinds.has(kind), `no program has a ${kind}`);
  }
});

test("views, axes and slices that leave their buffers", () => {
  const beyond = "reaches from";
  const copy = (edit: (step: StepOf<"copy">) => Step) => change(anatomy("copy"), "copy", (step) => [edit(step)]);
  finds(
    "copy from before",
    copy((s) => ({ ...s, source: withView(s.source, { offset: -1 }) })),
    beyond,
  );
  finds(
    "copy from behind",
    copy((s) => ({ ...s, source: withView(s.source, { offset: 1 }) })),
    beyond,
  );
  finds(
    "copy to behind",
    copy((s) => ({ ...s, target: withView(s.target, { offset: 25 }) })),
    beyond,
  );
  const strides = (operand: StepOf<"copy">["source"]) => operand.view.strides.map((stride) => 2 * stride);
  finds(
    "strides",
    copy((s) => ({ ...s, source: withView(s.source, { strides: strides(s.source) }) })),
    beyond,
  );
  const input = (s: StepOf<"map">) => s.inputs.map((operand) => withView(operand, { offset: 1 }));
  finds(
    "map",
    change(anatomy("map"), "map", (s) => [{ ...s, inputs: input(s) }]),
    beyond,
  );
  const reduced = change(anatomy("reduce"), "reduce", (s) => [{ ...s, source: withView(s.source, { offset: 3 }) }]);
  finds("reduce", reduced, beyond);
  for (const group of ["m", "n", "k"] as const) {
    const longer = (s: StepOf<"contract">) => s[group].map((axis) => ({ ...axis, size: axis.size + 1 }));
    finds(
      group,
      change(anatomy("contract"), "contract", (s) => [{ ...s, [group]: longer(s) }]),
      beyond,
    );
  }
  const moved = change(anatomy("contract"), "contract", (s) => [{ ...s, targetOffset: s.targetOffset + 1 }]);
  finds("the product's place", moved, beyond);
  const slice = (edit: (s: StepOf<"slice">) => Step) => change(anatomy("loop"), "slice", (s) => [edit(s)]);
  finds(
    "slice",
    slice((s) => ({ ...s, source: { ...s.source, start: 1 } })),
    "in trip 3",
  );
  finds(
    "slice's step",
    slice((s) => ({ ...s, source: { ...s.source, step: -6 } })),
    "in trip 3",
  );
});

test("shapes, dtypes and sizes that don't fit", () => {
  const copied = change(anatomy("copy"), "copy", (s) => [{ ...s, target: withView(s.target, { shape: [4, 6] }) }]);
  finds("copy's shape", copied, "the source is [6,4] and the target [4,6]");
  const map = (edit: (s: StepOf<"map">) => Step) => change(anatomy("map"), "map", (s) => [edit(s)]);
  finds(
    "map's shape",
    map((s) => ({ ...s, shape: [4, 5] })),
    "in a program of [4,5]",
  );
  const other = (s: { buffer: Room }) => ({ ...s.buffer, dtype: "float32" as const });
  const retyped = change(anatomy("copy"), "copy", (s) => [{ ...s, target: { ...s.target, buffer: other(s.target) } }]);
  finds("copy's dtype", retyped, "is read as float64 and is float32");
  const reduce = (edit: (s: StepOf<"reduce">) => Step) => change(anatomy("reduce"), "reduce", (s) => [edit(s)]);
  finds(
    "reduce's axes",
    reduce((s) => ({ ...s, axes: [0] })),
    "6 results in a buffer of 4",
  );
  finds(
    "reduce's axes twice",
    reduce((s) => ({ ...s, axes: [1, 1] })),
    "axes [1,1]",
  );
  finds(
    "argmax's dtype",
    reduce((s) => ({ ...s, op: "ARGMAX" })),
    "goes to float64",
  );
  for (const command of ["GATHER", "SCATTER_ADD", "ARGSORT", "CHOLESKY", "LU", "TRIANGULAR_SOLVE", "JACOBI"] as const) {
    const larger = (s: StepOf<"kernel">): Step[] => [
      { ...s, arguments: [s.arguments[0] + 1, ...s.arguments.slice(1)] },
    ];
    finds(command, change(anatomy(command), "kernel", larger), "needs buffers of");
  }
  for (const command of ["SCATTER_ADD", "ARGSORT", "CHOLESKY"] as const) {
    const [step] = anatomy(command).lowered.steps.filter(
      (s) => s.kind === "kernel" && s.command === command,
    ) as StepOf<"kernel">[];
    const faults: string[] = [];
    const inputs = step.inputs.map((x, i) => (i === 0 ? { ...x, dtype: "bool" as const } : x));
    checkStep({ ...step, inputs }, null, (fault) => faults.push(fault));
    assert.equal(faults, [`${command} has no code for bool`]);
  }
  const index = change(anatomy("branch"), "branch", (s) => [{ ...s, index: { dtype: "bool", size: 1 } }]);
  finds("the branches' number", index, "is not one int32");
  const condition: Step = { kind: "leave", condition: { dtype: "bool", size: 1 } };
  finds(
    "leave",
    change(anatomy("map"), "map", (s) => [s, condition]),
    "stands outside of a loop",
  );
});

test("values and registers that are read too early, overwritten, or that there are none of", () => {
  const edited = (f: (s: StepOf<"map">) => Partial<StepOf<"map">>) =>
    change(anatomy("map"), "map", (s) => [{ ...s, ...f(s) }]);
  const reversed = edited(({ instructions }) => ({ instructions: [...instructions].reverse() }));
  finds("too early", reversed, "before it is there");
  const shorter = edited(({ instructions }) => ({ instructions: instructions.slice(0, -1) }));
  finds("missing", shorter, "no instruction writes the output");
  const [step] = anatomy("map").lowered.steps.filter((s) => s.kind === "map");
  const program = assignRegisters(step);
  const [first, ...rest] = program.instructions;
  const register = program.inputs[0].register;
  const changes: [string, Partial<MapProgram>][] = [
    ["there is no register 64", { instructions: [{ ...first, target: 64 }, ...rest] }],
    ["which is an input's", { instructions: [{ ...first, target: first.operands[0] }, ...rest] }],
    ["which it reads", { instructions: [{ ...first, target: first.operands[0] }, ...rest] }],
    ["again", { instructions: [...program.instructions, program.instructions.at(-1) as typeof first] }],
    ["which nothing has written", { instructions: [...program.instructions].reverse() }],
    ["share registers", { outputs: program.outputs.map((o) => ({ ...o, register })) }],
  ];
  for (const [message, changed] of changes) {
    const faults: string[] = [];
    checkRegisters({ ...program, ...changed }, (fault) => faults.push(fault));
    assert.ok(faults.join().includes(message), `${message} is not among ${faults}`);
  }
});

test("what is written twice, or never", () => {
  for (const kind of ["map", "reduce", "contract"] as const) {
    finds(
      `${kind} twice`,
      change(anatomy(kind), kind, (s) => [s, s]),
      "writes a buffer twice",
    );
  }
  finds(
    "a piece twice",
    change(anatomy("copy"), "copy", (s) => [s, s]),
    "twice",
  );
  const flat = change(anatomy("copy"), "copy", (s) => [{ ...s, target: withView(s.target, { strides: [4, 0] }) }]);
  finds("a copy's target", flat, "share places");
  const axis = (s: StepOf<"contract">) => s.n.map((a) => ({ ...a, c: 0 }));
  finds(
    "a product's columns",
    change(anatomy("contract"), "contract", (s) => [{ ...s, n: axis(s) }]),
    "share places",
  );
  for (const name of Object.keys(programs)) {
    const { lowered, layout } = anatomy(name);
    lowered.steps.forEach((step, i) => {
      // Without these there is what was before: a fill's zeros, the carry's first values.
      if (step.kind === { fill: "copy", "while loop": "loop", derivative: "loop" }[name]) return;
      const steps = lowered.steps.filter((_step, k) => k !== i);
      const faults = faultsOf({ lowered: { ...lowered, steps }, layout });
      assert.ok(
        faults.some(
          (fault) => fault.includes("that nothing has written") || fault.includes("what nothing has written"),
        ),
        `${name} without step ${i}: ${faults}`,
      );
    });
  }
});

/** The outputs of a program whose buffers lie where a layout says. */
function runAt({ lowered, layout }: Anatomy, plan: WasmPlan, args: readonly HostArray[]): HostArray[] {
  const at = <T extends object>(list: readonly T[], buffers: Iterable<Room>): T[] => {
    const order = [...buffers];
    return list.map((entry, i) => ({ ...entry, address: layout.addressOf.get(order[i]) as number }));
  };
  const own: WasmPlan = {
    ...plan,
    inputs: lowered.inputs.map((buffer) => layout.addressOf.get(buffer) as number),
    constants: at(plan.constants, lowered.constants.keys()),
    outputs: at(plan.outputs, lowered.outputs),
    commands: encode(lowered.steps, layout.addressOf),
  };
  return runPlan(own, args);
}

test("every array in every other one's place: found, or of no consequence", () => {
  let [found, harmless] = [0, 0];
  for (const [name, [f, args]] of Object.entries(programs)) {
    const { jaxpr, consts } = makeJaxpr(f)(...args);
    const { lowered, layout } = anatomyOf(loweredOf(jaxpr));
    const plan = planOf(jaxpr);
    const inputs = [...consts, ...args].map(asHostArray);
    const expected = runPlan(plan, inputs).map((x) => [...x.dataSync()]);
    const buffers = [...buffersOf(lowered)].filter(({ size }) => size > 0);
    for (const moved of buffers) {
      for (const place of buffers) {
        const address = layout.addressOf.get(place) as number;
        if (moved === place || address === layout.addressOf.get(moved)) continue;
        const changed: Layout = { ...layout, addressOf: new Map([...layout.addressOf, [moved, address]]) };
        if (address + bytesOf(moved, wasmTarget) > layout.end) continue;
        const faults = faultsOf({ lowered, layout: changed });
        if (faults.length > 0) found++;
        else {
          harmless++;
          const result = runAt({ lowered, layout: changed }, plan, inputs).map((x) => [...x.dataSync()]);
          assert.equal(result, expected, `${name}: ${moved.dtype}[${moved.size}] in the place of [${place.size}]`);
        }
      }
    }
  }
  assert.ok(found > 200 && harmless > 20, `${found} found and ${harmless} harmless`);
});

test("addresses that are missing, crooked or outside of the arena", () => {
  const { lowered, layout } = anatomy("contract");
  const [buffer] = lowered.outputs;
  const at = (address: number): Layout => ({ ...layout, addressOf: new Map([...layout.addressOf, [buffer, address]]) });
  const place = layout.addressOf.get(buffer) as number;
  const without = new Map([...layout.addressOf].filter(([b]) => b !== buffer));
  finds("missing", { lowered, layout: { ...layout, addressOf: without } }, "has no address");
  finds("crooked", { lowered, layout: at(place + 4) }, "lies at");
  finds("before", { lowered, layout: at(KERNEL_BYTES) }, "lies at");
  finds("behind", { lowered, layout: at(layout.end) }, "lies at");
});

test("carries, slices and branches whose places are taken in between", () => {
  const { lowered, layout } = anatomy("loop");
  const loop = lowered.steps.find((s) => s.kind === "loop") as StepOf<"loop">;
  const inner = loop.body.find((s) => s.kind === "map") as StepOf<"map">;
  const [temporary] = inner.outputs;
  for (const kept of loop.kept) {
    const addressOf = new Map([...layout.addressOf, [temporary.buffer, layout.addressOf.get(kept) as number]]);
    finds("a stacked result", { lowered, layout: { ...layout, addressOf } }, "overwritten");
  }
  const forgotten = change(anatomy("branch"), "branch", (s) => [{ ...s, bodies: [s.bodies[0], []] }]);
  finds("a branch", forgotten, "a branch leaves an output out");
});

test("plans that differ from their programs", () => {
  const [f, args] = programs.contract;
  const jaxpr = jaxprOf(f, ...args);
  const plan = planOf(jaxpr);
  const parts = anatomyOf(loweredOf(jaxpr));
  const faults = (changed: Partial<WasmPlan>): string =>
    planFaults({ ...plan, ...changed }, outputAvals(jaxpr), parts).join();
  assert.match(faults({ commands: plan.commands.map((w, i) => (i === 5 ? w + 4 : w)) }), "are not those of the steps");
  assert.match(faults({ commandsAddress: plan.commandsAddress - 64 }), "among the arrays");
  assert.match(faults({ memoryBytes: plan.memoryBytes - 4 }), "have no room");
  assert.match(faults({ outputs: plan.outputs.map((o) => ({ ...o, address: o.address + 64 })) }), "outputs lie at");
  assert.match(faults({ inputs: [...plan.inputs].reverse() }), "inputs lie at");
});

test("runs that write beyond their memory or arrays, over their commands, or read what they haven't written", () => {
  const faultsOfRun = (
    name: string,
    edit: (parts: Anatomy) => Anatomy,
    added: (plan: WasmPlan) => number[] = () => [],
  ) => {
    const [f, args] = programs[name];
    const { jaxpr, consts } = makeJaxpr(f)(...args);
    const parts = edit(anatomyOf(loweredOf(jaxpr)));
    const plan = planOf(jaxpr);
    const words = [...encode(parts.lowered.steps, parts.layout.addressOf).slice(0, -2), ...added(plan)];
    const commands = Int32Array.of(...words, Command.END, 2);
    const own = { ...plan, commands, memoryBytes: plan.commandsAddress + commands.byteLength };
    return verifiedRun(runPlan, own, parts, [...consts, ...args].map(asHostArray)).faults.join();
  };
  const same = (parts: Anatomy): Anatomy => parts;
  const fill = (address: number): number[] => [Command.FILL, 7, 4, address, 1, 7, 0];
  assert.is(faultsOfRun("reduce", same), "");
  const behind = ({ commandsAddress, commands }: WasmPlan): number[] =>
    fill(Math.ceil((commandsAddress + commands.byteLength + 28) / 64) * 64);
  assert.match(faultsOfRun("reduce", same, behind), "writes beyond its memory");
  const onCommands = ({ commandsAddress }: WasmPlan): number[] => fill(commandsAddress + 8);
  assert.match(faultsOfRun("reduce", same, onCommands), "writes over its own commands");
  const more = (s: StepOf<"kernel">): Step[] => [{ ...s, arguments: [s.arguments[0] + 1, ...s.arguments.slice(1)] }];
  assert.match(
    faultsOfRun("ARGSORT", (parts) => change(parts, "kernel", more)),
    "writes beyond an array's end",
  );
  assert.match(
    faultsOfRun("fill", (parts) => change(parts, "fill", () => [])),
    "depends on where arrays lie, or on what was there before",
  );
});

test("an option of the test runner verifies what test files compile, and fails where there are faults", () => {
  const { code, output } = runScript("test/run.mjs", "compile/fold", "--verify");
  assert.is(code, 0);
  assert.match(output, /\nverified [1-9]\d* plans and [1-9]\d* runs\n/);
  const record = join(projectRoot, "test/support/verify/record.ts");
  const source = `import { test } from "uvu"; import { record } from ${JSON.stringify(record)};
    test("passes", () => { record.faults.push("planted"); }); test.run();`;
  const failed = withProject({ "test/planted.test.ts": source }, (root) =>
    runScript("test/run.mjs", "--root", root, "--verify"),
  );
  assert.is(failed.code, 1);
  assert.match(failed.output, "planted.test.ts: the verifier: planted");
});

test.run();
