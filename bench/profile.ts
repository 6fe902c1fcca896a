// Where a kernel's time goes: every step of its plan by itself, on one thread, from the sources.
//
//   npx tsx bench/profile.ts MLP STRUCTURED_DERIVATIVES      jobs whose names contain the first word, one method
//   npx tsx bench/profile.ts                                 all of them
//
// The steps of a plan run one by one, in order, several times; a step's time is the least CPU time of its runs.

import { makeJaxpr, nt } from "cotangent";
import { Command } from "../assembly/opcodes.ts";
import { lower } from "../src/compile/lower.ts";
import type { ContractAxis, Step } from "../src/compile/program.ts";
import { simplify } from "../src/compile/simplify.ts";
import { reserve } from "../src/device/wasm/kernels.ts";
import { planProgram, type WasmPlan } from "../src/device/wasm/plan.ts";
import { fillIn, runPlan } from "../src/device/wasm/run.ts";
import { wasmTarget } from "../src/device/wasm/target.ts";
import { currentTeam } from "../src/device/wasm/team.ts";
import { outputAvals } from "../src/ir/jaxpr.ts";
import type { HostArray } from "../src/ir/ndarray.ts";
import { JOBS, type KernelJob, setUp } from "./support/jobs.ts";

const RUNS = 15;
/** Steps below this share of the whole are counted, not listed. */
const LISTED = 0.01;

const count = (axes: readonly ContractAxis[]): number => axes.reduce((n, axis) => n * axis.size, 1);
const sizes = (axes: readonly ContractAxis[]): string => axes.map((axis) => axis.size).join("x") || "1";

/** CPU time, which other processes disturb less than they disturb the clock. */
function cpuMilliseconds(call: () => unknown): number {
  const before = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What a step is, and its floating-point operations or elements. */
function describe(step: Step): { readonly text: string; readonly work: number; readonly unit: string } {
  switch (step.kind) {
    case "contract": {
      const { batch, m, n, k } = step;
      const text = `contract batch ${sizes(batch)}  m ${sizes(m)}  n ${sizes(n)}  k ${sizes(k)}`;
      return { text, work: 2 * count(batch) * count(m) * count(n) * count(k), unit: "GFLOP/s" };
    }
    case "map": {
      const text = `map [${step.shape}] ${step.instructions.map((i) => i.op).join(" ")}`;
      return { text, work: step.shape.reduce((n, size) => n * size, 1), unit: "Gelements/s" };
    }
    case "reduce":
      return {
        text: `reduce ${step.op} [${step.source.view.shape}] by ${step.axes}`,
        work: step.source.view.shape.reduce((n, size) => n * size, 1),
        unit: "Gelements/s",
      };
    case "copy":
      return {
        text: `copy [${step.source.view.shape}]`,
        work: step.source.view.shape.reduce((n, size) => n * size, 1),
        unit: "Gelements/s",
      };
    default:
      return { text: step.kind, work: 0, unit: "" };
  }
}

/** The commands of a plan, each as a list of its own; a loop or branch keeps what is inside. */
function singles({ commands }: WasmPlan): Int32Array[] {
  const lists: Int32Array[] = [];
  let at = 2;
  while (commands[at] !== Command.END) {
    let end = at + commands[at + 1]!;
    if (commands[at] === Command.LOOP) end += commands[at + 3]!;
    lists.push(Int32Array.from([...commands.slice(0, 2), ...commands.slice(at, end), Command.END, 2]));
    at = end;
  }
  return lists;
}

function profile(job: KernelJob, method: keyof typeof nt.NtkImplementation): void {
  const { f, x1, x2, params } = setUp(job);
  const kernel = nt.empiricalNtkFn(f, {
    traceAxes: job.traceAxes,
    vmapAxes: 0,
    implementation: nt.NtkImplementation[method],
  });
  const { jaxpr, consts } = makeJaxpr((...inputs: unknown[]) => kernel(...(inputs as Parameters<typeof kernel>)))(
    x1,
    x2,
    params,
  );
  const program = lower(simplify(jaxpr), wasmTarget);
  const plan = planProgram(program, outputAvals(jaxpr));
  const { steps } = program;
  const inputs = [...consts, ...[x1, x2, params].flat(9).filter((x) => x !== null)] as HostArray[];
  const whole = Math.min(...Array.from({ length: RUNS }, () => cpuMilliseconds(() => runPlan(plan, inputs))));
  const { kernels } = currentTeam();
  const lists = singles(plan);
  const at = (plan.memoryBytes + 63) & -64;
  reserve(kernels.memory, at + 65536);
  const best = lists.map(() => Number.POSITIVE_INFINITY);
  for (let run = 0; run < RUNS; run++) {
    fillIn(plan, inputs, kernels.memory.buffer);
    lists.forEach((list, i) => {
      new Int32Array(kernels.memory.buffer, at, list.length).set(list);
      best[i] = Math.min(
        best[i]!,
        cpuMilliseconds(() => kernels.execute(at, 0, 1)),
      );
    });
  }
  const total = best.reduce((a, b) => a + b, 0);
  console.log(`\n${job.name}, ${method}: ${whole.toFixed(1)} ms a run, ${total.toFixed(1)} in ${lists.length} steps`);
  if (steps.length !== lists.length) throw new Error("a plan with loops or branches cannot be profiled by step.");
  let small = 0;
  lists.forEach((_, i) => {
    const ms = best[i]!;
    if (ms < LISTED * total) {
      small += ms;
      return;
    }
    const { text, work, unit } = describe(steps[i]!);
    console.log(
      `${ms.toFixed(2).padStart(8)} ms  ${(work / ms / 1e6).toFixed(2).padStart(6)} ${unit.padEnd(11)}  ${text}`,
    );
  });
  console.log(`${small.toFixed(2).padStart(8)} ms  in the rest`);
}

const [name = "", method] = process.argv.slice(2);
const methods = (method ? [method] : Object.keys(nt.NtkImplementation)) as (keyof typeof nt.NtkImplementation)[];
for (const job of JOBS) for (const m of methods) if (job.name.includes(name)) profile(job, m);
