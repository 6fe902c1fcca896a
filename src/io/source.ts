/** Where bytes come from. */
import { describe } from "../base/errors.ts";

/** What gives all of its bytes when it is asked: a `Blob` or `File`, a `Response`. */
export interface BytesHolder {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A `ReadableStream` of bytes. */
export interface BytesStream {
  readonly locked: boolean;
  getReader(...options: never[]): unknown;
}

/** A file's bytes, or what gives them: all that browsers and servers hand out. */
export type ByteSource = ArrayBufferLike | ArrayBufferView | BytesHolder | BytesStream;

/** A source, or a promise of one, such as `fetch(url)`. */
export type Source = ByteSource | PromiseLike<ByteSource>;

const has = <Name extends string>(x: unknown, name: Name): x is Record<Name, unknown> =>
  typeof x === "object" && x !== null && name in x;

/** Buffers of whichever realm. */
const isBuffer = (x: unknown): x is ArrayBufferLike =>
  /^\[object (?:Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(x));

/** The bytes, not copied where they are at hand. `fn` and `name` are what errors call the function and its argument. */
export async function readBytes(fn: string, source: unknown, name = "source"): Promise<Uint8Array> {
  const given = await source;
  if (ArrayBuffer.isView(given)) return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  if (isBuffer(given)) return new Uint8Array(given);
  if (has(given, "ok") && !given.ok) {
    const { status, url } = given as Response;
    throw new Error(`${fn}: ${name} is a response with status ${status}${url ? ` of ${url}` : ""}, which has no file.`);
  }
  if (has(given, "bodyUsed") && given.bodyUsed)
    throw new Error(`${fn}: the body of ${name}, a response, was read before.`);
  if (has(given, "getReader")) return new Uint8Array(await new Response(given as ReadableStream).arrayBuffer());
  if (has(given, "arrayBuffer") && typeof given.arrayBuffer === "function") {
    return new Uint8Array(await (given as BytesHolder).arrayBuffer());
  }
  throw new TypeError(
    `${fn}: ${name} must be bytes (a Uint8Array, an ArrayBuffer), a Blob, a Response or a ReadableStream, got ${describe(given)}.`,
  );
}
