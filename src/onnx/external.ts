/** Tensors whose bytes lie in files beside the model. */
import { describe } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import { readBytes, type Source } from "../io/source.ts";
import type { TensorProto } from "./model.ts";
import { tensorBytes, tensorName } from "./tensors.ts";

/** What gives the files that hold a model's weights: an object by the names in the model, or a function of a name. */
export type ExternalData = Readonly<Record<string, Source>> | ((name: string) => Source);

/** Where a tensor's bytes lie. */
interface Place {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

const EXTERNAL = 1;

/** Whether the tensor's bytes lie in another file. */
export const isExternal = (tensor: TensorProto): boolean => tensor.dataLocation === EXTERNAL;

/** The bytes of those tensors that lie in other files, each of which is asked for once. */
export async function readExternal(
  tensors: readonly TensorProto[],
  given: ExternalData | undefined,
): Promise<ReadonlyMap<TensorProto, Uint8Array>> {
  const found = new Map<TensorProto, Uint8Array>();
  const files = new Map<string, Promise<Blob | Uint8Array>>();
  const outside = tensors.filter(isExternal);
  const places = outside.map(placeOf);
  checkGiven(places, given);
  for (const [i, tensor] of outside.entries()) {
    const place = places[i];
    if (place === undefined) continue;
    const file = files.get(place.location) ?? open(place.location, given);
    files.set(place.location, file);
    found.set(tensor, await part(tensor, place, await file));
  }
  return found;
}

/** All files that aren't given are one error. */
function checkGiven(places: readonly Place[], given: ExternalData | undefined): void {
  if (typeof given === "function") return;
  const wanted = [...new Set(places.map(({ location }) => location))];
  const missing = wanted.filter((location) => given === undefined || !Object.hasOwn(given, location));
  if (missing.length === 0) return;
  const names = missing.map((location) => JSON.stringify(location)).join(", ");
  throw new Error(
    `onnx.load: the model's weights lie in ${names}, which ${missing.length > 1 ? "aren't" : "isn't"} given; pass ` +
      `{externalData: {${JSON.stringify(missing[0])}: bytes}} or {externalData: (name) => fetch(folder + name)}.`,
  );
}

/** Throws unless `given` is an object or a function. */
export function checkExternalData(given: unknown): void {
  if (given === undefined || typeof given === "function" || isPlainObject(given)) return;
  throw new TypeError(
    `onnx.load: externalData must be an object of sources by file name, or a function that gives one, got ${describe(given)}.`,
  );
}

/** The file as the caller gives it: what can be read in parts is. */
async function open(location: string, given: ExternalData | undefined): Promise<Blob | Uint8Array> {
  const source = await (typeof given === "function" ? given(location) : given?.[location]);
  const name = `externalData of ${JSON.stringify(location)}`;
  if (source === undefined || source === null) throw new Error(`onnx.load: ${name} isn't given.`);
  return isBlob(source) ? source : readBytes("onnx.load", source, name);
}

const isBlob = (x: unknown): x is Blob => typeof Blob !== "undefined" && x instanceof Blob;

async function part(tensor: TensorProto, place: Place, file: Blob | Uint8Array): Promise<Uint8Array> {
  const { location, offset, length } = place;
  const size = isBlob(file) ? file.size : file.byteLength;
  if (offset + length > size) {
    throw new Error(
      `onnx.load: ${tensorName(tensor)} lies in ${JSON.stringify(location)} from byte ${offset} to ${offset + length}, ` +
        `which has ${size} bytes.`,
    );
  }
  if (!isBlob(file)) return file.subarray(offset, offset + length);
  return new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
}

function placeOf(tensor: TensorProto): Place {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key ?? "", value ?? ""]));
  const location = entries.get("location") ?? "";
  checkLocation(tensor, location);
  const expected = tensorBytes(tensor);
  const length = whole(tensor, "length", entries.get("length")) ?? expected;
  if (length !== expected) {
    throw new Error(
      `onnx.load: ${tensorName(tensor)} needs ${expected} bytes; its external data has a length of ${length}.`,
    );
  }
  return { location, offset: whole(tensor, "offset", entries.get("offset")) ?? 0, length };
}

function whole(tensor: TensorProto, name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new Error(`onnx.load: ${tensorName(tensor)}: the ${name} of its external data is ${JSON.stringify(text)}.`);
}

/** Throws for a name that could lead out of the model's folder: an absolute one, one with "..", and Windows' own forms. */
function checkLocation(tensor: TensorProto, location: string): void {
  const parts = location.split("/");
  const staysInside = location !== "" && !parts.some((part) => part === "" || part === "..");
  if (staysInside && !/[\\:\p{Control}]/u.test(location)) return;
  throw new Error(
    `onnx.load: ${tensorName(tensor)} lies in ${JSON.stringify(location)}, which isn't the name of a file in the model's folder.`,
  );
}
