// The example in examples/worker/ in workerd, from the packed package: its kernels, its progress, what it answers to bad
// requests, and its memory over a thousand requests, 16 at a time, and 16 of the largest.

import { once } from "node:events";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { here } from "./install.mjs";
import { withWorkerd } from "./workerd.mjs";

const MIB = 2 ** 20;
/** What the example takes. */
const MAX_BODY = MIB / 2;
const TIMEOUT_MS = 60_000;
/** Of the largest entry, in float32. */
const TOLERANCE = 1e-5;
/** What Cloudflare allows an isolate, beside the process around it. */
const ISOLATE = 128 * MIB;
/** The engine's part of that, in MB; it ends the process rather than take more. WebAssembly's is at most 32. */
const V8_FLAGS = ["--max-heap-size=48", "--expose-gc"];
const [REQUESTS, WARM_UP, AT_ONCE] = [1000, 1000, 16];
/** After as many for warming up, when all is compiled and optimised; 12 KB kept for each request would be too much. */
const MAX_GROWTH = 12 * MIB;

function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** Whole rows of numbers between -1 and 1. */
const wave = (rows, columns, phase) =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => Math.sin(phase + i * columns + j)));
const layer = (inputs, outputs, phase) => ({ w: wave(inputs, outputs, phase), b: wave(1, outputs, phase + 0.5)[0] });
const body = (n1, n2, hidden = 8, options = {}) => ({
  params: [layer(3, hidden, 1), layer(hidden, 2, 2)],
  x1: wave(n1, 3, 3),
  x2: n2 && wave(n2, 3, 4),
  options,
});

const send = (url, init = {}) => fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
const post = (url, question, headers = {}) => {
  const text = typeof question === "string" ? question : JSON.stringify(question);
  return send(`${url}kernel`, { method: "POST", headers, body: text });
};

async function ask(url, question) {
  const response = await post(url, question);
  check(response.ok, `status ${response.status}: ${await response.clone().text()}`);
  return await response.json();
}

/** Compares with a kernel of pairs of outputs in nested loops: entry(i, j, a, b) of outputs a at x1[i] and b at x2[j]. */
function compare({ shape, data }, question, entry) {
  const { x1, x2, options } = question;
  const [n1, n2, width] = [x1.length, (x2 ?? x1).length, 2];
  const expected = [];
  for (let i = 0; i < n1; i++) {
    for (let j = 0; j < n2; j++) {
      const pairs = Array.from({ length: width ** 2 }, (_, p) => entry(i, j, Math.floor(p / width), p % width));
      if (options.outputs === "pairs") expected.push(...pairs);
      else expected.push((pairs[0] + pairs[3]) / width);
    }
  }
  const expectedShape = options.outputs === "pairs" ? [n1, n2, width, width] : [n1, n2];
  check(`${shape}` === `${expectedShape}`, `shape [${shape}] instead of [${expectedShape}]`);
  check(data.length === expected.length, `${data.length} numbers instead of ${expected.length}`);
  const largest = Math.max(...expected.map(Math.abs));
  const difference = Math.max(...data.map((value, i) => Math.abs(value - expected[i])));
  check(difference <= TOLERANCE * largest, `differs by ${difference} where the largest entry is ${largest}`);
}

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const affine = ({ w, b }, x) =>
  b.map(
    (bias, j) =>
      dot(
        x,
        w.map((row) => row[j]),
      ) + bias,
  );

/**
 * The kernels of tanh(x W + b) V + c by hand. By c, V and then b, W the Jacobians' products are
 * [a = b] (1 + h1 h2) + (1 + x1 x2) sum_k V[k, a] V[k, b] (1 - h1[k]^2) (1 - h2[k]^2), where h = tanh(x W + b).
 */
function byHand({ params: [first, second], x1, x2, options }) {
  const hidden = (x) => x.map((row) => affine(first, row).map(Math.tanh));
  const [h1, h2] = [hidden(x1), hidden(x2 ?? x1)];
  if (options.get === "nngp") return (i, j, a, b) => affine(second, h1[i])[a] * affine(second, h2[j])[b];
  return (i, j, a, b) => {
    const through = second.w.map((row, k) => row[a] * row[b] * (1 - h1[i][k] ** 2) * (1 - h2[j][k] ** 2));
    const inner = (1 + dot(x1[i], (x2 ?? x1)[j])) * through.reduce((sum, value) => sum + value);
    return (a === b ? 1 + dot(h1[i], h2[j]) : 0) + inner;
  };
}

async function checkKernels(url) {
  for (const options of [{}, { outputs: "pairs" }, { get: "nngp" }, { get: "nngp", outputs: "pairs" }]) {
    for (const n2 of [null, 5]) {
      const question = body(7, n2, 8, options);
      compare(await ask(url, question), question, byHand(question));
    }
  }
}

/** A deep network, with the library's own kernel in Node. */
async function checkAgainstNode(url) {
  const { array, numpy: np, nt } = await import("cotangent");
  const { x1, x2 } = body(20, 9);
  const params = [layer(3, 16, 1), layer(16, 12, 2), layer(12, 8, 3), layer(8, 2, 4)];
  const f = (layers, x) => layers.reduce((h, { w, b }, i) => (i ? np.tanh(h) : h).matmul(w).add(b), x);
  const arrays = params.map(({ w, b }) => ({ w: array(w), b: array(b) }));
  const expected = nt.empiricalNtkFn(f, { traceAxes: [], vmapAxes: 0 })(array(x1), array(x2), arrays).dataSync();
  const question = { params, x1, x2, options: { outputs: "pairs" } };
  compare(await ask(url, question), question, (i, j, a, b) => expected[((i * 9 + j) * 2 + a) * 2 + b]);
}

async function readLines(response, onChunk = () => {}) {
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    onChunk(chunk);
    text += chunk;
  }
  return text.trimEnd().split("\n").map(JSON.parse);
}

const streamed = { accept: "application/x-ndjson" };

async function checkProgress(url) {
  const question = body(120, 100, 400);
  const chunks = [];
  const lines = await readLines(await post(url, question, streamed), (chunk) => chunks.push(chunk));
  const kernel = lines.pop();
  const expected = [16, 32, 48, 64, 80, 96, 112, 120].map((done) => ({ done, total: 120 }));
  check(JSON.stringify(lines) === JSON.stringify(expected), `progress: ${JSON.stringify(lines)}`);
  compare(kernel, question, byHand(question));
  check(!chunks[0].includes("data"), "the first line of progress came with the kernel");
}

/** The processor's seconds that a process has used; counted in ticks of 10 ms. */
const cpuSeconds = (pid) => {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / 100;
};

/** For who goes away after the first line no more is computed: with such a one before it, an answer takes hardly longer. */
async function checkCancelled({ url, pid }) {
  const long = body(256, 256, 3000);
  const answer = async () => readLines(await post(url, long, streamed));
  const cpuOf = async (run) => {
    const start = cpuSeconds(pid);
    await run();
    return cpuSeconds(pid) - start;
  };
  await answer(); // compiles
  const alone = await cpuOf(answer);
  const afterAnother = await cpuOf(async () => {
    const reader = (await post(url, long, streamed)).body.getReader();
    const first = new TextDecoder().decode((await reader.read()).value);
    check(first.startsWith('{"done":16,"total":256}'), first);
    await reader.cancel();
    await answer();
  });
  const found = `${afterAnother.toFixed(2)} s of the processor, alone ${alone.toFixed(2)} s`;
  check(afterAnother < 1.5 * alone, found);
  return found;
}

const text = JSON.stringify(body(2, null));
const changed = (change) => {
  const question = body(3, 2);
  change(question);
  return JSON.stringify(question);
};

/** What is sent, the status, and what the message says. */
const badBodies = [
  ["", 400, /the body is no JSON/],
  [text.slice(0, -1), 400, /the body is no JSON/],
  [text.replace(/"x1":\[\[[^,]*/, '"x1":[[NaN'), 400, /the body is no JSON/],
  ["null", 422, /the body must be an object with the fields params, x1, x2, options, got null/],
  ["[".repeat(250_000) + "]".repeat(250_000), 422, /the body must be an object/],
  ['{"__proto__": {"x1": [[1]]}}', 422, /no field "__proto__"/],
  [changed((q) => (q.x3 = 1)), 422, /the body has no field "x3"/],
  [changed((q) => delete q.params), 422, /params must be a list that isn't empty, got nothing/],
  [changed((q) => (q.params = [])), 422, /params must be a list that isn't empty/],
  [changed((q) => delete q.params[1].b), 422, /params\[1\]\.b must be a list/],
  [changed((q) => q.params[1].b.push(1)), 422, /params\[1\]\.b must have a number for each of the 2 columns/],
  [changed((q) => q.params[1].w.pop()), 422, /x1 and params don't fit together: .*\(3, 8\).*\(7, 2\)/],
  [changed((q) => (q.x1 = [])), 422, /x1 must be a list that isn't empty/],
  [changed((q) => (q.x1 = [[]])), 422, /x1\[0\] must be a list that isn't empty/],
  [changed((q) => q.x1[2].pop()), 422, /x1 is ragged: x1\[2\] has 2 numbers, x1\[0\] 3/],
  [changed((q) => (q.x1[1][2] = null)), 422, /x1\[1\]\[2\] must be a finite number .*got null/],
  [changed((q) => (q.x2[1][0] = "1")), 422, /x2\[1\]\[0\] must be a finite number .*got "1"/],
  [changed((q) => (q.x2[1][0] = [1])), 422, /x2\[1\]\[0\] must be a finite number .*got \[1\]/],
  [changed((q) => (q.x1[0][0] = 1e39)), 422, /x1\[0\]\[0\] must be a finite number .*got 1e\+39/],
  [text.replace(/"x1":\[\[[^,]*/, '"x1":[[1e999'), 422, /x1\[0\]\[0\] must be a finite number/],
  [changed((q) => (q.x2 = wave(2, 4, 0))), 422, /x2 and params don't fit together: .*\(2, 4\).*\(3, 8\)/],
  [changed((q) => (q.options.get = "toString")), 422, /options\.get must be "ntk" or "nngp", got "toString"/],
  [changed((q) => (q.options.outputs = 1)), 422, /options\.outputs must be "mean" or "pairs", got 1/],
  [changed((q) => (q.options = [])), 422, /options must be an object/],
  [changed((q) => (q.params[1].w[0][0] = 1e30)), 422, /the kernel isn't finite/],
  [JSON.stringify(body(300, 300)), 413, /300 x 300 = 90000 entries, more than 65536/],
  [JSON.stringify(body(200, 100, 8, { outputs: "pairs" })), 413, /200 x 100 x 2 x 2 = 80000 entries/],
  [`${" ".repeat(MAX_BODY)}${text}`, 413, /the body is larger than 524288 bytes/],
];

async function checkFailure(response, status, message) {
  const answer = await response.text();
  check(response.status === status, `status ${response.status} instead of ${status}: ${answer.slice(0, 200)}`);
  const { error } = JSON.parse(answer);
  check(message.test(error), `message: ${error}`);
}

async function checkBadRequests(url) {
  for (const [question, status, message] of badBodies) {
    await checkFailure(await post(url, question), status, message).catch((error) => {
      throw new Error(`${question.slice(0, 60)}: ${error.message}`);
    });
  }
  // In a stream whose status has gone already, the failure is its last line.
  const tooLarge = changed((q) => (q.params[1].w[0][0] = 1e30));
  const last = (await readLines(await post(url, tooLarge, streamed))).pop();
  check(/the kernel isn't finite/.test(last.error), JSON.stringify(last));
  await ask(url, body(2, null));
}

/** A body whose length isn't told and whose end doesn't come: it is answered as soon as it is too large. */
async function checkUnending(url) {
  const outgoing = request(`${url}kernel`, { method: "POST" });
  try {
    outgoing.write(" ".repeat(MAX_BODY + 1));
    const [incoming] = await once(outgoing, "response", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer = new Response(Readable.toWeb(incoming), { status: incoming.statusCode });
    await checkFailure(answer, 413, /the body is larger/);
  } finally {
    outgoing.destroy();
  }
}

async function checkRoutes(url) {
  const usage = await (await send(url)).text();
  const [question, answer] = usage.match(/(?<=^ {2})\{.*/gm);
  const said = await (await post(url, question)).text();
  check(said === answer, `to what the usage shows it answers ${said}`);
  await checkFailure(await send(`${url}kernels`), 404, /there is no \/kernels/);
  for (const [path, method, allow] of [
    ["", "POST", "GET"],
    ["kernel", "GET", "POST"],
    ["kernel", "DELETE", "POST"],
  ]) {
    const response = await send(url + path, { method });
    check(response.headers.get("allow") === allow, `Allow: ${response.headers.get("allow")}`);
    await checkFailure(response, 405, new RegExp(`answers ${allow} only`));
  }
}

const residentBytes = (pid) => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);

async function load(requests, ask) {
  let next = 0;
  const client = async () => {
    while (next < requests) await ask(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

/** Of changing shapes, some streamed and some bad. */
async function askOne(url, i) {
  if (i % 10 === 9) return checkFailure(await post(url, "{"), 400, /no JSON/);
  const question = body(1 + (i % 7), 1 + (i % 3));
  if (i % 10 !== 8) return compare(await ask(url, question), question, byHand(question));
  return compare((await readLines(await post(url, question, streamed))).pop(), question, byHand(question));
}

/** About as much as a body and a kernel may be. */
async function askLargest(url, i) {
  const question = JSON.stringify({ params: [layer(60, 150, 1), layer(150, 2, 2)], x1: wave(256, 60, 3) });
  check(question.length > 0.9 * MAX_BODY && question.length <= MAX_BODY, `a body of ${question.length}`);
  const { shape, data } = (await readLines(await post(url, question, i % 2 ? streamed : {}))).pop();
  check(`${shape}` === "256,256" && data.length === 256 ** 2, `shape [${shape}], ${data.length} numbers`);
}

const mib = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;

/** What an empty worker takes after requests. */
const measureEmpty = () =>
  withWorkerd(
    join(here, "empty-worker.js"),
    async ({ url, pid }) => {
      await load(WARM_UP, async () => (await send(url)).text());
      return residentBytes(pid);
    },
    { v8Flags: V8_FLAGS, wasm: false },
  );

/** Returns a line about what the processes took. */
async function checkMemory({ url, pid }) {
  const bare = await measureEmpty();
  const collected = async () => {
    const response = await send(`${url}collect`);
    check(response.ok, `/collect: status ${response.status}: ${await response.text()}`);
    return residentBytes(pid);
  };
  let largest = 0;
  const run = (requests, ask = askOne) =>
    load(requests, async (i) => {
      await ask(url, i);
      largest = Math.max(largest, residentBytes(pid));
    });
  await run(WARM_UP);
  const warm = await collected();
  await run(REQUESTS);
  const after = await collected();
  await run(AT_ONCE, askLargest);
  const found = `${mib(warm)} warm, ${mib(after)} after, ${mib(largest)} at most, an empty worker ${mib(bare)}`;
  check(after - warm <= MAX_GROWTH, `it grew: ${found}`);
  check(largest - bare <= ISOLATE, `it is too large: ${found}`);
  return found;
}

const answers = {
  "its kernels by hand": checkKernels,
  "its kernel is Node's": checkAgainstNode,
  progress: checkProgress,
  "bad requests": checkBadRequests,
  "a body without an end": checkUnending,
  "its other answers": checkRoutes,
};

/** Adds what passed, failed and was skipped to `total`. `project` has the package installed. */
export async function runWorkerExample(project, total) {
  const report = async (name, run) => {
    try {
      const found = await run();
      console.log(`ok   workerd, the example: ${name}${found ? `: ${found}` : ""}`);
      total.passed++;
    } catch (error) {
      console.log(`FAIL workerd, the example: ${name}: ${error.message}`);
      total.failed++;
    }
  };
  const hasProc = existsSync("/proc/self/stat");
  cpSync(join(here, "../../examples/worker"), join(project, "worker-example"), { recursive: true });
  cpSync(join(here, "collecting-worker.js"), join(project, "collecting-worker.js"));
  await withWorkerd(join(project, "worker-example/worker.ts"), async (server) => {
    for (const [name, run] of Object.entries(answers)) await report(name, () => run(server.url));
    if (hasProc) await report("who goes away", () => checkCancelled(server));
  });
  if (hasProc) {
    await report(`${REQUESTS} requests, ${AT_ONCE} at a time, and the largest`, () =>
      withWorkerd(join(project, "collecting-worker.js"), checkMemory, { v8Flags: V8_FLAGS }),
    );
  } else {
    console.log("skip workerd, the example: its memory and who goes away; there is no /proc to measure them by");
    total.skipped += 2;
  }
}
