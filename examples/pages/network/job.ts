/** The page's side of its worker. */
import { element } from "../page.ts";
import type { Answer, Message } from "./messages.ts";
import type { Question } from "./question.ts";

/** The worker, kept for the next question: it has compiled its programs. */
let idle: Worker | null = null;

/**
 * Starts the program that stands in the page. From a file no worker may be loaded by its address; what the page itself
 * makes, a blob, it may run, as a classic script.
 */
function start(): Worker {
  const program = element("worker", HTMLScriptElement).text;
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  return new Worker(address);
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (text: string, fraction: number) => void;
}

/**
 * Asks the worker. It computes without a pause, in which it reads no message; so aborting ends the whole worker, at once,
 * and the next question starts another.
 */
export function ask(question: Question, { signal, onProgress }: AskOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = idle ?? start();
    idle = null;
    const end = (error: unknown) => {
      worker.terminate();
      reject(error);
    };
    const cancel = () => end(signal.reason);
    signal.addEventListener("abort", cancel);
    // What keeps a worker from starting has no message.
    worker.onerror = ({ message = "it can't be started here" }) => end(new Error(`The worker failed: ${message}.`));
    worker.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind === "progress") onProgress(data.text, data.fraction);
      else if (data.kind === "error") end(new Error(data.message));
      else {
        signal.removeEventListener("abort", cancel);
        idle = worker;
        resolve(data.answer);
      }
    };
    worker.postMessage(question);
  });
}
