/**
 * The library against reference values: `npm run test:conformance [-- family ...] [--device reference|webgpu]`. Prints what failed and what was
 * skipped (and why), one line for each family, and a total; the exit code is 1 when anything failed.
 */
import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { Data, dataFolder } from "./data.ts";
import { openDevice } from "./devices.ts";
import { runDocstring } from "./families/docstring.ts";
import { runDropout } from "./families/dropout.ts";
import { runFunctions } from "./families/functions.ts";
import { runModel } from "./families/models.ts";
import { runNetworks } from "./families/networks.ts";
import { runOperations } from "./families/operations.ts";
import { runRandom } from "./families/random.ts";
import { Report } from "./report.ts";

type Family = (folder: string, report: Report) => Promise<void>;

/** A family with one file of its own name. */
const fromFile =
  (run: (data: Data, report: Report) => void): Family =>
  async (folder, report) => {
    const data = Data.load(folder, report.family);
    if (data !== null) await runAll(data, report, () => run(data, report));
  };

/** Runs the cases of a file; what none of them looks at is skipped, tensor by tensor. */
async function runAll(data: Data, report: Report, run: () => void, prefix = ""): Promise<void> {
  try {
    run();
  } finally {
    await report.settle();
  }
  for (const name of data.unread) report.skip(`${prefix}${name}`, "no case reads the tensor");
}

/** Every file `model_<name>`. */
async function runModels(folder: string, report: Report): Promise<void> {
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  for (const file of files) {
    const name = /^model_(.+)\.safetensors$/.exec(file)?.[1];
    const data = name === undefined ? null : Data.load(folder, `model_${name}`);
    if (data !== null) await runAll(data, report, () => runModel(name as string, data, report), `${name} `);
  }
}

const FAMILIES: Readonly<Record<string, Family>> = {
  operations: fromFile(runOperations),
  functions: fromFile(runFunctions),
  networks: fromFile(runNetworks),
  random: fromFile(runRandom),
  docstring: fromFile(runDocstring),
  dropout: fromFile(runDropout),
  models: runModels,
};

/** Runs one family; finding no cases at all is a failure. */
async function runFamily(name: string, folder: string): Promise<Report> {
  const report = new Report(name, device.lacks);
  const run = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  try {
    if (run === undefined) throw new Error(`there is no such family; there are ${Object.keys(FAMILIES).join(", ")}`);
    await run(folder, report);
    report.close();
    if (report.passed + report.failed + report.skipped === 0) throw new Error(`no data in ${folder}`);
  } catch (error) {
    report.fail("data", error instanceof Error ? error.message : String(error));
  }
  return report;
}

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { device: { type: "string", default: "cpu" } },
});
const device = await openDevice(options.device);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of wanted.length > 0 ? wanted : Object.keys(FAMILIES)) {
  const report = await runFamily(name, dataFolder());
  for (const line of report.lines()) console.log(line);
  for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += report[key];
}
if (device.runs) {
  console.log(`${device.runs()} ${device.unit}`);
  if (device.runs() === 0) total.failed++;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
