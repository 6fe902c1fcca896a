/**
 * Runs plans on the WebAssembly kernels. The memory is an arena that lives for one run: inputs are copied in, outputs
 * copied out, and nothing in it is ever owned by an array.
 */
import { itemSize, viewBuffer } from "../base/dtypes.ts";
import { sizeOf } from "../base/shapes.ts";
import { KERNEL_BYTES, type Plan, type PlannedArray } from "../compile/plan.ts";
import { HostArray } from "../ir/ndarray.ts";

/** Gets the compiled kernels; each runtime has its own way. Called once, at the first computation. */
export type KernelLoader = () => WebAssembly.Module;

interface Kernels {
  readonly memory: WebAssembly.Memory;
  /** Runs a list as one of `threads` threads that all do so. */
  execute(list: number, thread: number, threads: number): void;
  heapBase(): number;
}

const PAGE = 65536;
const MAX_PAGES = 65536;

let loader: KernelLoader | undefined;
let kernels: Kernels | undefined;

/** Tells where the kernels come from. The entry file of each runtime calls it. */
export function setKernelLoader(load: KernelLoader): void {
  loader = load;
  kernels = undefined;
}

function loadKernels(): Kernels {
  if (!loader) throw new Error('cotangent: no kernels are installed; import from "cotangent", not from its parts.');
  const memory = new WebAssembly.Memory({ initial: KERNEL_BYTES / PAGE, maximum: MAX_PAGES });
  const { exports } = new WebAssembly.Instance(loader(), { env: { memory } });
  const loaded = { ...exports, memory } as unknown as Kernels;
  if (loaded.heapBase() > KERNEL_BYTES) throw new Error("cotangent: the kernels do not match this version.");
  return loaded;
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

function reserve(memory: WebAssembly.Memory, bytes: number): void {
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

/** Computes a plan's outputs. `inputs` are the values of the program's constants and inputs, in this order. */
export function runPlan(plan: Plan, inputs: readonly HostArray[]): HostArray[] {
  kernels ??= loadKernels();
  const { memory } = kernels;
  reserve(memory, plan.memoryBytes);
  const { buffer } = memory;
  const write = (address: number, array: HostArray): void =>
    viewBuffer(array.dtype, buffer, address, array.storage.length).set(array.storage);
  plan.inputs.forEach(({ address }, i) => {
    write(address, inputs[i]!);
  });
  for (const { address, array } of plan.constants) write(address, array);
  new Int32Array(buffer, plan.commandsAddress, plan.commands.length).set(plan.commands);
  kernels.execute(plan.commandsAddress, 0, 1);
  return plan.outputs.map((output) => read(buffer, output));
}

function read(buffer: ArrayBuffer, { address, aval }: PlannedArray): HostArray {
  const size = sizeOf(aval.shape);
  const bytes = size * itemSize(aval.dtype);
  return new HostArray(viewBuffer(aval.dtype, buffer.slice(address, address + bytes), 0, size), aval);
}
