/** What is in a zip file, found by the directory at its end. */

/** A file in a zip file. */
export interface ZipEntry {
  readonly name: string;
  /** 0: as it is; 8: deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly stored: Uint8Array;
  /** How many bytes it claims to be. */
  readonly size: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES, LOCATOR_BYTES, END_64_BYTES] = [30, 46, 22, 20, 56];
const MOST_COMMENT_BYTES = 65535;
const FULL_32 = 0xffffffff;
const ENCRYPTED = 1;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/** The files in a zip file. Nothing of their contents is looked at. */
export function parseZip(fn: string, file: Uint8Array): ZipEntry[] {
  const view = viewOf(file);
  const directory = findDirectory(fn, view);
  const entries: (ZipEntry & Span)[] = [];
  let at = directory.start;
  for (let i = 0; i < directory.count; i++) {
    if (at + CENTRAL_BYTES > directory.end || view.getUint32(at, true) !== CENTRAL) {
      throw new Error(`${fn}: the zip file's directory is damaged at its entry ${i}.`);
    }
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const next = at + CENTRAL_BYTES + lengths.reduce((a, b) => a + b, 0);
    if (next > directory.end) throw new Error(`${fn}: entry ${i} of the zip file's directory ends behind it.`);
    entries.push(parseEntry(fn, file, at, directory.start));
    at = next;
  }
  checkApart(fn, entries);
  return entries;
}

function findDirectory(fn: string, view: DataView): Directory {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MOST_COMMENT_BYTES); at--) {
    if (view.getUint32(at, true) !== END || view.getUint16(at + 20, true) !== last - at) continue;
    return checkDirectory(fn, directoryAt64(view, at) ?? directoryAt(view, at), at);
  }
  throw new Error(`${fn}: the file isn't a zip file, or it is cut: there is no directory at its end.`);
}

function directoryAt(view: DataView, at: number): Directory {
  const [count, size, start] = [
    view.getUint16(at + 10, true),
    view.getUint32(at + 12, true),
    view.getUint32(at + 16, true),
  ];
  return { count, start, end: start + size };
}

/** What stands in front of the end where one of its numbers is too large for it. */
function directoryAt64(view: DataView, end: number): Directory | undefined {
  const locator = end - LOCATOR_BYTES;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) return undefined;
  const at = Number(view.getBigUint64(locator + 8, true));
  if (at + END_64_BYTES > locator || view.getUint32(at, true) !== END_64) return undefined;
  const [count, size, start] = [32, 40, 48].map((offset) => Number(view.getBigUint64(at + offset, true)));
  return count === undefined || size === undefined || start === undefined
    ? undefined
    : { count, start, end: start + size };
}

function checkDirectory(fn: string, directory: Directory, end: number): Directory {
  const { count, start } = directory;
  if (directory.end <= end && count * CENTRAL_BYTES <= directory.end - start) return directory;
  throw new Error(
    `${fn}: the zip file's directory is said to have ${count} entries from byte ${start}, where there is no room.`,
  );
}

interface Span {
  readonly begin: number;
  readonly end: number;
}

function parseEntry(fn: string, file: Uint8Array, at: number, limit: number): ZipEntry & Span {
  const view = viewOf(file);
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const nameBytes = file.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + view.getUint16(at + 28, true));
  const name = new TextDecoder().decode(nameBytes);
  const { size, storedSize, begin } = placeOf(view, at, nameBytes.length);
  const fail = (reason: string): never => {
    throw new Error(`${fn}: "${name}" in the zip file ${reason}.`);
  };
  if (begin + LOCAL_BYTES > limit || view.getUint32(begin, true) !== LOCAL)
    return fail("isn't where its directory says");
  const nameStart = begin + LOCAL_BYTES;
  const nameEnd = nameStart + view.getUint16(begin + 26, true);
  const start = nameEnd + view.getUint16(begin + 28, true);
  const end = start + storedSize;
  if (end > limit) return fail(`is said to have ${storedSize} bytes, more than there are`);
  if (new TextDecoder().decode(file.subarray(nameStart, nameEnd)) !== name)
    return fail("has another name where it begins");
  const stored = file.subarray(start, end);
  return {
    name,
    method,
    encrypted: (flags & ENCRYPTED) !== 0,
    crc: view.getUint32(at + 16, true),
    stored,
    size,
    begin,
    end,
  };
}

/** Sizes and place, which stand in an extra field where they are too large for their own. */
function placeOf(view: DataView, at: number, nameLength: number) {
  const fields = [24, 20, 42].map((offset) => view.getUint32(at + offset, true));
  const extraStart = at + CENTRAL_BYTES + nameLength;
  const extraEnd = extraStart + view.getUint16(at + 30, true);
  let extra = extraStart;
  while (extra + 4 <= extraEnd && view.getUint16(extra, true) !== 1) extra += 4 + view.getUint16(extra + 2, true);
  extra += 4;
  const [size = 0, storedSize = 0, begin = 0] = fields.map((field) => {
    if (field !== FULL_32 || extra + 8 > extraEnd) return field;
    extra += 8;
    return Number(view.getBigUint64(extra - 8, true));
  });
  return { size, storedSize, begin };
}

/** Throws where two files have bytes in common, as in files made to be larger inside than any disk. */
function checkApart(fn: string, entries: readonly (ZipEntry & Span)[]): void {
  let last = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin)) {
    if (begin < last) throw new Error(`${fn}: "${name}" in the zip file begins inside of another file.`);
    last = end;
  }
}
