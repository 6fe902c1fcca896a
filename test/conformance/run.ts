/**
 * The library against reference values: `npm run test:conformance [-- family ...] [--device reference|webgpu]`. Prints what failed and what was
 * skipped (and why), one line for each family, and a total; the exit code is 1 when anything failed.
 */
import { parseArgs } from "node:util";
import { openDevice } from "./devices.ts";
import { FAMILY_NAMES, familiesIn, runFamily } from "./families.ts";
import { dataFolder, fromFolder, isOwnData } from "./folder.ts";
import { Report } from "./report.ts";

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { device: { type: "string", default: "cpu" } },
});
const device = await openDevice(options.device);
const total = { passed: 0, failed: 0, skipped: 0 };
const source = fromFolder(dataFolder());
const all = isOwnData() ? FAMILY_NAMES : familiesIn(source);
for (const name of wanted.length > 0 ? wanted : all) {
  const report = new Report(name, device.lacks);
  await runFamily(report, source);
  for (const line of report.lines()) console.log(line);
  for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += report[key];
}
if (device.runs) {
  console.log(`${device.runs()} ${device.unit}`);
  if (device.runs() === 0) total.failed++;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
