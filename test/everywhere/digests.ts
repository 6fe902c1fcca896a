/** The bits of every result that is read, digested piece by piece. */
import { array, type NDArray } from "cotangent";

/** Two chains of 32 bits in the manner of FNV-1a, over words: quick, and nobody means to fool it. */
class Digest {
  #a = 0x811c9dc5;
  #b = 0x9747b28c;
  isEmpty = true;

  add(word: number): void {
    this.isEmpty = false;
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b ^ word, 0x85ebca6b);
    this.#b ^= this.#b >>> 13;
  }

  get hex(): string {
    return [this.#a, this.#b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

/** What the numbers are in memory; WebAssembly leaves a NaN's sign and payload open, so that all of them count as one. */
function addNumbers(digest: Digest, data: ArrayLike<number>, isDouble: boolean): void {
  const buffer = new ArrayBuffer(8);
  const [float, double, words] = [new Float32Array(buffer), new Float64Array(buffer), new Uint32Array(buffer)];
  for (let i = 0; i < data.length; i++) {
    if (isDouble) double[0] = data[i];
    else float[0] = data[i];
    const isNumber = !Number.isNaN(data[i]);
    digest.add(isNumber ? words[0] : 0x7fc00000);
    if (isDouble && isNumber) digest.add(words[1]);
  }
}

/** The prototype whose `dataSync` reads an array that has been computed. */
function ownerOfRead(): NDArray {
  let owner: NDArray = Object.getPrototypeOf(array(0));
  while (!Object.hasOwn(owner, "dataSync")) owner = Object.getPrototypeOf(owner);
  return owner;
}

/** Digests all that is read of arrays from its making on; each result belongs to the piece that began last. */
export class Digests {
  readonly #pieces = new Map<string, Digest>();
  #current: Digest | null = null;

  constructor() {
    const owner = ownerOfRead();
    const read = owner.dataSync;
    const add = (x: NDArray, data: ArrayLike<number>): void => this.#add(x, data);
    owner.dataSync = function (this: NDArray) {
      const data = read.call(this);
      add(this, data);
      return data;
    };
  }

  /** Begins a piece, or goes on with it; `null` for what follows to belong to none. */
  begin(piece: string | null): void {
    this.#current = piece === null ? null : (this.#pieces.get(piece) ?? new Digest());
    if (piece !== null && this.#current) this.#pieces.set(piece, this.#current);
  }

  #add({ shape, dtype }: NDArray, data: ArrayLike<number>): void {
    if (this.#current === null) return;
    for (const size of [shape.length, ...shape]) this.#current.add(size);
    addNumbers(this.#current, data, dtype !== "float32");
  }

  /** Every piece of which something was read, and its digest. */
  get all(): Record<string, string> {
    const read = [...this.#pieces].filter(([, digest]) => !digest.isEmpty);
    return Object.fromEntries(read.map(([piece, digest]) => [piece, digest.hex]));
  }
}
