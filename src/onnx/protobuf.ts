/**
 * Protocol buffers as far as ONNX needs them: messages by tables of their fields. Bytes are views of the file. Source:
 * https://protobuf.dev/programming-guides/encoding/.
 */

/** What a field holds: numbers by their encoding, bytes, text, or a message. */
export type Kind = "int" | "float" | "double" | "bytes" | "text" | (() => MessageType);

export type Field = readonly [name: string, kind: Kind, many?: "many"];

/** A message's name and its fields by number. Others are passed over. */
export interface MessageType {
  readonly name: string;
  readonly fields: Readonly<Record<number, Field>>;
}

/** Deeper than any graph inside of graphs; protobuf's own limit. */
const MAX_DEPTH = 100;

const WIRE_TYPES = { int: 0, float: 5, double: 1, bytes: 2, text: 2, message: 2 } as const;
const SIZES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

const wireTypeOf = (kind: Kind): number => WIRE_TYPES[typeof kind === "function" ? "message" : kind];

/** The number of a varint's 64 bits, as two's complement, in parts of 28, 28 and 8 bits. */
function signed(low: number, middle: number, high: number): number {
  if (high < 128) return low + middle * 2 ** 28 + high * 2 ** 56;
  return -(0xfffffff - low + (0xfffffff - middle) * 2 ** 28 + (255 - high) * 2 ** 56) - 1;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** The part of the file that is being read, as errors name it. */
  #where = "the file";

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(type: MessageType, end: number, depth: number): Record<string, unknown> {
    if (depth > MAX_DEPTH) this.#fail(`messages are nested more than ${MAX_DEPTH} deep`);
    const message: Record<string, unknown> = {};
    for (const [name, , many] of Object.values(type.fields)) if (many) message[name] = [];
    while (this.#at < end) {
      this.#where = `${type.name}, byte ${this.#at}`;
      const tag = this.#varint(end);
      const [number, wireType] = [Math.floor(tag / 8), tag & 7];
      if (number < 1 || tag > 0xffffffff) this.#fail(`there is no field ${number}`);
      const field = Object.hasOwn(type.fields, number) ? type.fields[number] : undefined;
      this.#where = `${type.name}, field ${number}${field ? ` (${field[0]})` : ""}, byte ${this.#at}`;
      if (field) this.#field(message, field, wireType, end, depth);
      else this.#skip(wireType, end);
    }
    return message;
  }

  #field(message: Record<string, unknown>, field: Field, wireType: number, end: number, depth: number): void {
    const [name, kind, many] = field;
    const expected = wireTypeOf(kind);
    const before = message[name];
    const list = (many ? before : []) as unknown[];
    if (many && wireType === 2 && expected !== 2) {
      const length = this.#length(end);
      const last = this.#at + length;
      while (this.#at < last) list.push(this.#value(kind, last, depth));
      return;
    }
    if (wireType !== expected) this.#fail(`wire type ${wireType} in the place of ${expected}`);
    if (!many && typeof kind === "function" && before) this.#fail("it is there twice");
    const value = this.#value(kind, end, depth);
    if (many) list.push(value);
    else message[name] = value;
  }

  #value(kind: Kind, end: number, depth: number): unknown {
    if (kind === "int") return this.#varint(end);
    if (kind === "float") return this.#view.getFloat32(this.#take(4, end), true);
    if (kind === "double") return this.#view.getFloat64(this.#take(8, end), true);
    const length = this.#length(end);
    if (typeof kind === "function") return this.message(kind(), this.#at + length, depth + 1);
    const start = this.#take(length, end);
    const bytes = this.#bytes.subarray(start, start + length);
    return kind === "bytes" ? bytes : this.#text(bytes);
  }

  #skip(wireType: number, end: number): void {
    const size = SIZES[wireType];
    if (wireType === 0) this.#varint(end);
    else if (wireType === 2) this.#take(this.#length(end), end);
    else if (size !== undefined) this.#take(size, end);
    else this.#fail(`wire type ${wireType}, which isn't in use`);
  }

  #varint(end: number): number {
    const parts = [0, 0, 0] as [number, number, number];
    for (let i = 0; i < 10; i++) {
      const byte = this.#view.getUint8(this.#take(1, end));
      // Ten bytes have seven bits each, of which the last one's single bit completes 64.
      if (i === 9 && byte > 1) break;
      const part = i < 4 ? 0 : i < 8 ? 1 : 2;
      parts[part] += (byte & 127) * 2 ** (7 * (i - 4 * part));
      if (byte < 128) return signed(...parts);
    }
    return this.#fail("a varint of more than 64 bits");
  }

  #length(end: number): number {
    const length = this.#varint(end);
    if (length < 0 || length > end - this.#at) {
      this.#fail(`its length is ${length}, where ${end - this.#at} bytes are left`);
    }
    return length;
  }

  /** Passes over `size` bytes, and gives where they begin. */
  #take(size: number, end: number): number {
    const start = this.#at;
    if (size > end - start) this.#fail(`it ends after ${end - start} of ${size} bytes`);
    this.#at += size;
    return start;
  }

  #text(bytes: Uint8Array): string {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return this.#fail("its text isn't UTF-8");
    }
  }

  #fail(reason: string): never {
    throw new Error(`onnx.load: the file is damaged or no ONNX file: ${this.#where}: ${reason}.`);
  }
}

/** The message in `bytes`. Fields that occur many times are lists; what is missing is `undefined`. */
export const decode = <Message>(type: MessageType, bytes: Uint8Array): Message =>
  new Reader(bytes).message(type, bytes.byteLength, 0) as Message;
