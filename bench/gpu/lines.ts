/** Programs that print a line of JSON for each thing they have measured; what they did before they were stopped counts. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ran<Line> {
  readonly lines: readonly Line[];
  /** Why there are no more; `null` if the program came to its end. */
  readonly ended: string | null;
}

/** A program of the bundle, by its name. */
export const bundled = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

export function runLines<Line>(
  command: string,
  args: readonly string[],
  seconds: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Ran<Line>> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    let [out, err, late] = ["", "", false];
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, 1000 * seconds);
    child.stdout.on("data", (text) => {
      out += text;
    });
    child.stderr.on("data", (text) => {
      err += text;
    });
    child.on("error", (error) => {
      err += error.message;
    });
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      // What was being written when it was stopped is no line.
      const whole = out.slice(0, out.lastIndexOf("\n") + 1).split("\n");
      const lines = whole.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line);
      const failed = status === 0 ? null : `ended with ${signal ?? status}: ${lastOf(err)}`;
      resolve({ lines, ended: late ? `not done after ${seconds.toFixed(0)} s` : failed });
    });
  });
}

/** The line of a message that says most: that of the error itself, where there is one. */
function lastOf(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (lines.filter((line) => /error/i.test(line)).at(-1) ?? lines.at(-1) ?? "no message").trim().slice(0, 200);
}
