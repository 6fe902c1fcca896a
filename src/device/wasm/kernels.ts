/** The kernels: where they come from, an instance of them, and its memory. */

import { KERNEL_BYTES } from "../../../assembly/opcodes.ts";
import { describe, noMore } from "../../base/errors.ts";
import type { KernelModule } from "../../ir/primitive.ts";
import { relax } from "./relaxed.ts";

/** All of the kernels, or the innermost loops of products once more, with fused multiply-adds. */
export type KernelFile = "kernels" | "kernels-relaxed";

/** A module's bytes, or the compiled module where a runtime gives nothing else. */
export type KernelSource = WebAssembly.Module | Uint8Array<ArrayBuffer>;

/**
 * Gets the kernels, or a module that only some programs need; each runtime has its own way. Called at the first computation
 * that needs them.
 */
export type KernelLoader = (file: KernelFile | KernelModule) => KernelSource;

export interface KernelInstance {
  readonly module: WebAssembly.Module;
  /** What has taken the places of the module's own innermost loops. */
  readonly relaxed: WebAssembly.Module | null;
  readonly memory: WebAssembly.Memory;
  /** What has been added to it. */
  readonly added: Set<KernelModule>;
  readonly exports: WebAssembly.Exports;
  /** Runs a list as one of `threads` threads that all do so. */
  execute(list: number, thread: number, threads: number): void;
  heapBase(): number;
}

/** Sleeps until the word at an address is another value, or fails. */
export type Wait = (address: number, value: number) => void;

const PAGE = 65536;
const MAX_PAGES = 65536;
/** The import of the memory, up to where its limits begin: 1 for a maximum, 3 for a maximum and shared. */
const MEMORY_IMPORT = "\x03env\x06memory\x02";

let loader: KernelLoader | undefined;

/** Tells where the kernels come from. The entry file of each runtime calls it. */
export function setKernelLoader(load: KernelLoader): void {
  loader = load;
}

const loaded = new Map<KernelFile | KernelModule, KernelSource>();

/** What the runtime's loader gives, once. */
export function loadKernels(file: KernelFile | KernelModule): KernelSource {
  const known = loaded.get(file);
  if (known) return known;
  if (!loader) throw new Error('cotangent: no kernels are installed; import from "cotangent", not from its parts.');
  const source = loader(file);
  loaded.set(file, source);
  return source;
}

/** The kernels that are to run, before they are compiled. */
export interface KernelSources {
  readonly kernels: KernelSource;
  /** `null` where the engine has no fused multiply-adds, or results must not depend on it. */
  readonly relaxed: KernelSource | null;
}

/** Loads the kernels; `deterministic` ones give the same bits on every engine. */
export function loadSources(deterministic: boolean): KernelSources {
  const kernels = loadKernels("kernels");
  if (deterministic) return { kernels, relaxed: null };
  const relaxed = loadKernels("kernels-relaxed");
  return { kernels, relaxed: relaxed instanceof Uint8Array && !WebAssembly.validate(relaxed) ? null : relaxed };
}

/** The same kernels with a memory that threads share. */
export function shareMemory(bytes: KernelSource): KernelSource {
  if (!(bytes instanceof Uint8Array)) return bytes;
  const shared = bytes.slice();
  const at = new TextDecoder("latin1").decode(bytes).indexOf(MEMORY_IMPORT);
  shared[at + MEMORY_IMPORT.length] = 3;
  return shared;
}

/** Some engines cannot promise 4 GiB to a memory that threads share: then half of it, and so on. */
function makeMemory(shared: boolean): WebAssembly.Memory {
  for (let maximum = MAX_PAGES; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: KERNEL_BYTES / PAGE, maximum, shared });
    } catch (error) {
      if (!shared || maximum <= MAX_PAGES / 16) throw error;
    }
  }
}

/** Modules by what they were compiled from: an instance that takes another's place runs code that is optimised already. */
const modules = {
  own: new Map<KernelSource, WebAssembly.Module>(),
  shared: new Map<KernelSource, WebAssembly.Module>(),
};

function compileOnce(source: KernelSource, shared: boolean): WebAssembly.Module {
  if (!(source instanceof Uint8Array)) return source;
  const known = modules[shared ? "shared" : "own"];
  const module =
    known.get(source) ?? new WebAssembly.Module(shared ? (shareMemory(source) as Uint8Array<ArrayBuffer>) : source);
  known.set(source, module);
  return module;
}

/** A new instance with a memory of its own. */
export function instantiate(
  sources: KernelSources,
  makeWait: ((memory: WebAssembly.Memory) => Wait) | null,
): KernelInstance {
  const memory = makeMemory(makeWait !== null);
  const compile = (source: KernelSource): WebAssembly.Module => compileOnce(source, makeWait !== null);
  const module = compile(sources.kernels);
  const relaxed = sources.relaxed && compile(sources.relaxed);
  // What a list adds is for the workers: this thread has added it.
  const env = { memory, wait: makeWait?.(memory) ?? (() => {}), add: () => {} };
  const { exports } = new WebAssembly.Instance(module, { env });
  if (relaxed) relax(exports, new WebAssembly.Instance(relaxed, { env }).exports);
  const instance = { ...exports, exports, module, relaxed, memory, added: new Set() } as unknown as KernelInstance;
  if (instance.heapBase() > KERNEL_BYTES) throw new Error("cotangent: the kernels do not match this version.");
  return instance;
}

/** Puts kernels of another module in the places that are kept for them, and returns the module as this thread has it. */
export function addKernels({ added, exports, memory }: KernelInstance, own: KernelModule): KernelSource {
  const source = loadKernels(own);
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const env = { memory, contract: exports.contract! };
  relax(exports, new WebAssembly.Instance(compileOnce(source, shared), { env }).exports);
  added.add(own);
  return shared ? shareMemory(source) : source;
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

let memoryLimit = MAX_PAGES * PAGE;

/** The bytes of WebAssembly memory that a computation may take. */
export const currentMemoryLimit = (): number => memoryLimit;

/**
 * Sets the most WebAssembly memory, in bytes, that a computation may take: one that needs more is an error before it runs,
 * and NTKs of kernel functions made afterwards are computed in parts that take less. The limit to begin with is 4 GiB, the
 * most that WebAssembly has; a lower one keeps room for the rest of a page or Worker. See `releaseMemory` for memory that
 * has been used.
 * @throws RangeError for anything but a positive number.
 * @example setMemoryLimit(64 * 2 ** 20); // in a Worker with 128 MB
 */
export function setMemoryLimit(bytes: number, ...rest: never[]): void {
  noMore("setMemoryLimit", rest);
  if (typeof bytes !== "number" || !(bytes > 0)) {
    throw new RangeError(`setMemoryLimit: bytes must be a positive number, got ${describe(bytes)}.`);
  }
  memoryLimit = Math.min(bytes, MAX_PAGES * PAGE);
}

/** Makes a memory at least so large. */
export function reserve(memory: WebAssembly.Memory, bytes: number): void {
  if (bytes > memoryLimit && memoryLimit < MAX_PAGES * PAGE) {
    throw new RangeError(
      `cotangent: this computation needs ${mebibytes(bytes)} of WebAssembly memory, more than the ` +
        `${Math.floor(memoryLimit / 2 ** 20)} MiB that setMemoryLimit allows; use smaller batches.`,
    );
  }
  const missing = Math.ceil(bytes / PAGE) - memory.buffer.byteLength / PAGE;
  if (missing <= 0) return;
  const fail = (why: string): never => {
    throw new RangeError(
      `cotangent: this computation needs ${mebibytes(bytes)} of WebAssembly memory, ${why}; use smaller batches.`,
    );
  };
  if (Math.ceil(bytes / PAGE) > MAX_PAGES) fail(`more than the ${mebibytes(MAX_PAGES * PAGE)} that it can have`);
  try {
    memory.grow(missing);
  } catch {
    fail("which the system refused");
  }
}
