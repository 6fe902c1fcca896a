/** New zip files. */

/** A file on its way into a zip file. */
export interface ZipFile {
  readonly name: string;
  /** 0: as it is; 8: deflated. */
  readonly method: number;
  /** Of the contents, as is `size`, before they are deflated. */
  readonly crc: number;
  readonly size: number;
  readonly stored: readonly Uint8Array[];
}

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES] = [30, 46, 22];
const [VERSION, UTF_8, FIRST_DAY] = [20, 0x800, 0x21];
const [FULL_16, FULL_32] = [0xffff, 0xffffffff];

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

/** What the header in front of a file and its entry in the directory have in common. */
function setCommon(view: DataView, at: number, { name, method, crc, size, stored }: ZipFile): void {
  const words = [VERSION, UTF_8, method, 0, FIRST_DAY];
  for (const [i, word] of words.entries()) view.setUint16(at + 2 * i, word, true);
  for (const [i, long] of [crc, lengthOf(stored), size].entries()) view.setUint32(at + 10 + 4 * i, long, true);
  view.setUint16(at + 22, new TextEncoder().encode(name).length, true);
}

function header(signature: number, size: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, signature, true);
  return view;
}

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer);

/** The parts of a zip file of these files, in order. */
export function zipParts(fn: string, files: readonly ZipFile[]): Uint8Array[] {
  const [parts, directory]: [Uint8Array[], Uint8Array[]] = [[], []];
  let at = 0;
  for (const file of files) {
    const name = new TextEncoder().encode(file.name);
    const [local, central] = [header(LOCAL, LOCAL_BYTES), header(CENTRAL, CENTRAL_BYTES)];
    setCommon(local, 4, file);
    setCommon(central, 6, file);
    central.setUint16(4, VERSION, true);
    central.setUint32(42, at, true);
    directory.push(bytesOf(central), name);
    const own = [bytesOf(local), name, ...file.stored];
    parts.push(...own);
    at += lengthOf(own);
    if (at > FULL_32 || file.size > FULL_32 || files.length >= FULL_16) {
      throw new Error(`${fn}: a file of more than 4 GB or 65,534 arrays; save them in parts, or by saveSafetensors.`);
    }
  }
  const end = header(END, END_BYTES);
  for (const offset of [8, 10]) end.setUint16(offset, files.length, true);
  end.setUint32(12, lengthOf(directory), true);
  end.setUint32(16, at, true);
  return [...parts, ...directory, bytesOf(end)];
}
