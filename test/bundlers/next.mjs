// Next's server build: a route that runs the program, built by `next build` and asked over HTTP.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { installIn } from "./bundle.mjs";

const home = fileURLToPath(new URL("next/", import.meta.url));
const cli = join(home, "node_modules/next/dist/bin/next");
const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };

/** Calls `use` with a project that has the packed package; it lies beside Next's packages, where Next finds them. */
async function inFixture(program, use) {
  const folder = mkdtempSync(join(home, "project-"));
  try {
    cpSync(join(home, "fixture"), folder, { recursive: true });
    cpSync(program, join(folder, basename(program)));
    const installed = "node_modules/cotangent";
    cpSync(join(dirname(program), installed), join(folder, installed), { recursive: true });
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The address of a started server, which it prints, or an error with all that it printed. */
function addressOf(server) {
  return new Promise((done, fail) => {
    let output = "";
    createInterface({ input: server.stdout }).on("line", (line) => {
      output += `${line}\n`;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
      if (address) done(address[0]);
    });
    server.on("close", (code) => fail(new Error(`next start ended with ${code}:\n${output}`)));
  });
}

/** What the route answers in a server that was built for production. */
export async function inNext(program) {
  installIn(home, "Next");
  return await inFixture(program, async (cwd) => {
    execFileSync(process.execPath, [cli, "build"], { cwd, env: environment, stdio: "pipe" });
    const server = spawn(process.execPath, [cli, "start", "--hostname", "127.0.0.1", "--port", "0"], {
      cwd,
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const response = await fetch(`${await addressOf(server)}/kernel`);
      return await response.text();
    } finally {
      server.kill();
    }
  });
}
