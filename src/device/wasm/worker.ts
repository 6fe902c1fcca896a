/** A worker: an instance of the kernels that does its part of every run. Node's workers and the web's, as one. */
import { FAILED } from "../../../assembly/opcodes.ts";
import { relax } from "./relaxed.ts";

export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly relaxed: WebAssembly.Module | null;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly threads: number;
}

/** The parts of `node:worker_threads` and `node:os` that are used. Deno and Bun have them too. */
export interface NodeWorkers {
  readonly Worker: new (
    code: string,
    options: { eval: boolean; workerData: WorkerData; execArgv: string[] },
  ) => {
    on(event: string, listener: (value: unknown) => void): unknown;
    unref(): void;
    terminate(): unknown;
  };
  availableParallelism(): number;
}

/** Ends a worker, whatever it is doing. */
export type Terminate = () => void;

/**
 * A text and no file, so that it travels in the bundle. A worker that has failed says so in memory too: the first thread
 * may be waiting for it, and then hears no message.
 */
const PROGRAM = `const relax=${relax},run=({module,relaxed,memory,thread,threads},say)=>{
const words=new Int32Array(memory.buffer),wait=(a,v)=>{Atomics.wait(words,a>>2,v)},
add=(a,n)=>relax(exports,new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(memory.buffer,a,n).slice()),
{env:{memory,contract:exports.contract}}).exports);let exports;
try{const env={memory,wait,add};({exports}=new WebAssembly.Instance(module,{env}));
if(relaxed)relax(exports,new WebAssembly.Instance(relaxed,{env}).exports);say("");exports.work(thread,threads)}
catch(e){Atomics.store(words,${FAILED >> 2},1);say(String(e))}};
`;
const NODE_PROGRAM = `${PROGRAM}const t=require("node:worker_threads");run(t.workerData,m=>t.parentPort.postMessage(m))`;
const WEB_PROGRAM = `${PROGRAM}onmessage=e=>run(e.data,m=>postMessage(m))`;

/** A worker that is ready; `onFailure` is called when it fails later. */
export function startWorker(
  data: WorkerData,
  node: NodeWorkers | undefined,
  onFailure: (reason: string) => void,
): Promise<Terminate> {
  return new Promise((resolve, reject) => {
    let ready = false;
    const fail = (reason: unknown): void => {
      const text = String((reason as ErrorEvent | undefined)?.message ?? reason);
      if (ready) onFailure(text);
      else reject(new Error(`initThreads: a worker could not be started (${text}); everything runs on one thread.`));
    };
    const hear = (message: unknown, terminate: Terminate): void => {
      if (message) fail(message);
      else resolve(terminate);
      ready ||= !message;
    };
    if (node) {
      const worker = new node.Worker(NODE_PROGRAM, { eval: true, workerData: data, execArgv: [] });
      worker.on("message", (message) => {
        // The program may end while workers wait for more to do.
        worker.unref();
        hear(message, () => worker.terminate());
      });
      worker.on("error", fail);
      worker.on("exit", (code) => fail(`it ended with exit code ${code}`));
    } else {
      const url = URL.createObjectURL(new Blob([WEB_PROGRAM], { type: "text/javascript" }));
      const worker = new Worker(url, { type: "module" });
      worker.onmessage = ({ data: message }) => {
        URL.revokeObjectURL(url);
        hear(message, () => worker.terminate());
      };
      worker.onerror = fail;
      worker.onmessageerror = () => fail("it cannot be given the kernels");
      worker.postMessage(data);
    }
  });
}
