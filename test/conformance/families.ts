/** The families of reference values by name, and running one of them. */
import { Data, type Source } from "./data.ts";
import { runDocstring } from "./families/docstring.ts";
import { runDropout } from "./families/dropout.ts";
import { indexFolder, runElsewhere } from "./families/elsewhere.ts";
import { runFunctions } from "./families/functions.ts";
import { runModel } from "./families/models.ts";
import { runNetworks } from "./families/networks.ts";
import { runOperations } from "./families/operations.ts";
import { runRandom } from "./families/random.ts";
import type { Report } from "./report.ts";

type Family = (source: Source, report: Report) => Promise<void>;

/** A family with one file of its own name. */
const fromFile =
  (run: (data: Data, report: Report) => void): Family =>
  async (source, report) => {
    const data = await Data.load(source, report.family);
    if (data !== null) await runAll(data, report, () => run(data, report));
  };

/** Runs the cases of a file; what none of them looks at is skipped, tensor by tensor. */
async function runAll(data: Data, report: Report, run: () => void, prefix = ""): Promise<void> {
  try {
    run();
  } finally {
    await report.settle();
  }
  if (report.isPart) return;
  for (const name of data.unread) report.skip(`${prefix}${name}`, "no case reads the tensor");
}

/** Every file `model_<name>`. */
async function runModels(source: Source, report: Report): Promise<void> {
  for (const file of source.files) {
    const name = /^model_(.+)\.safetensors$/.exec(file)?.[1];
    const data = name === undefined ? null : await Data.load(source, `model_${name}`);
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
  elsewhere: runElsewhere,
};

export const FAMILY_NAMES = Object.keys(FAMILIES);

/** The families that a folder somewhere else is for: of the two sets of reference values it may have one only. */
export function familiesIn({ files }: Source): string[] {
  const isElsewhere = indexFolder(files) !== undefined;
  const hasOthers = files.some((file) => /^[^/]+\.safetensors$/.test(file));
  if (isElsewhere === hasOthers) return FAMILY_NAMES;
  return FAMILY_NAMES.filter((name) => (name === "elsewhere") === isElsewhere);
}

/** Runs the family that the report is of; finding no cases at all is a failure. */
export async function runFamily(report: Report, source: Source): Promise<void> {
  const run = Object.hasOwn(FAMILIES, report.family) ? FAMILIES[report.family] : undefined;
  try {
    if (run === undefined) throw new Error(`there is no such family; there are ${FAMILY_NAMES.join(", ")}`);
    await run(source, report);
    report.close();
    if (report.passed + report.failed + report.skipped === 0) throw new Error(`no data in ${source.place}`);
  } catch (error) {
    report.fail("data", error instanceof Error ? error.message : String(error));
  }
}
