/** What was made by other programs: networks, checkpoints and files that must be refused; the README beside the data tells the format. */
import type { Source } from "../data.ts";
import type { Report } from "../report.ts";
import { type CheckpointEntry, runCheckpoints } from "./elsewhere-checkpoints.ts";
import { type MalformedEntry, runMalformed } from "./elsewhere-malformed.ts";
import { type ModelEntry, runModels } from "./elsewhere-onnx.ts";

interface Index {
  readonly models: readonly ModelEntry[];
  readonly checkpoints: readonly CheckpointEntry[];
  readonly malformed: readonly MalformedEntry[];
}

const INDEX = "index.json";

/** Where the index lies: in a folder of the family's name, or at the top of a folder that holds nothing else. */
const folders = ["elsewhere/", ""];

export const indexFolder = (files: readonly string[]): string | undefined =>
  folders.find((name) => files.includes(name + INDEX));

export async function runElsewhere(source: Source, report: Report): Promise<void> {
  const folder = indexFolder(source.files);
  if (folder === undefined) return;
  const below = source.files.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length));
  const files: Source = { place: source.place, files: below, read: (file) => source.read(folder + file) };
  const index = JSON.parse(new TextDecoder().decode(await files.read(INDEX))) as Partial<Index>;
  await runCheckpoints(files, index.checkpoints ?? [], report);
  await runMalformed(files, index.malformed ?? [], report);
  await runModels(files, index.models ?? [], report);
}
