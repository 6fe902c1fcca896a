// The pages of examples/pages/ as a user has them: opened from files in headless Chromium, without a server or network, on
// a software adapter, by keyboard. Leaves screenshots in examples/out/.
//
//   npm run test:pages [-- a part of a test's name]

import { DAWN_SWITCHES } from "../webgpu/environment.mjs";
import { findChromium, launch } from "./browser.mjs";
import { check, done, inPage, press, text } from "./in-page.mjs";
import { install } from "./install.mjs";

/** Of the largest entry. */
const TOLERANCE = 1e-4;

/** What a browser without WebGPU has, and one that finds no adapter. */
const withoutWebGpu = () => Object.defineProperty(navigator, "gpu", { value: undefined });
const withoutAdapter = () => {
  navigator.gpu.requestAdapter = async () => null;
};

/** The numbers of each heat map's table. */
const tables = (page) =>
  page.$$eval("#maps table", (all) =>
    all.map((table) =>
      [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent))),
    ),
  );

/** How many colours a picture has. */
const colours = (page) =>
  page.$$eval("canvas[role=img][aria-label]", (all) =>
    all.map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }),
  );

async function checkKernels(page) {
  await press(page, "Compute both kernels", "Space");
  await done(page);
  check((await text(page, "#alert")) === "", await text(page, "#alert"));
  const times = await text(page, "#times table");
  check(/WebGPU\s.*\d/.test(times) && /CPU\s.*\d/.test(times), `times: ${times}`);
  const [gpu, cpu, difference] = await tables(page);
  check(gpu.length === 4 && gpu[0].length === 8, `a kernel of ${gpu.length} x ${gpu[0].length}`);
  const largest = Math.max(...cpu.flat().map(Math.abs));
  check(largest > 0.1 && largest < 10, `largest entry ${largest}`);
  // The tables have six digits.
  const apart = Math.max(...gpu.flat().map((x, i) => Math.abs(x - cpu.flat()[i]))) / largest;
  check(apart <= TOLERANCE, `the kernels differ by ${apart} of the largest entry`);
  const told = Number(/differ by (\S+) of/.exec(await text(page, "#status"))[1]);
  check(told > 0 && told <= TOLERANCE && difference.flat().some((x) => x > 0), `the page tells of ${told}`);
  const seen = await colours(page);
  check(seen.length === 3 && seen.every((count) => count > 20), `colours of the pictures: ${seen}`);
}

async function checkAlone(page) {
  await press(page, "Compute both kernels");
  await done(page);
  check(/no WebGPU here.*CPU alone/s.test(await text(page, "[role=alert]")), await text(page, "#alert"));
  const maps = await tables(page);
  check(maps.length === 1 && maps[0].flat().every(Number.isFinite), "the CPU's kernel should stand alone");
}

/** The rows of the report with their sections. */
function rowsOf(report) {
  let section = "";
  return report.split("\n").flatMap((line) => {
    if (line.startsWith("== ")) section = line.slice(3);
    const row = /^(ok {4}|HIGH {2}|WRONG |ERROR | {6})(\S.{34})(.*)$/.exec(line);
    return row ? [{ section, mark: row[1].trim(), name: row[2].trim(), found: row[3], line }] : [];
  });
}

async function checkGpu(page) {
  await press(page, "Check this GPU");
  await done(page);
  const report = await page.getByRole("textbox", { name: "The report" }).inputValue();
  const rows = rowsOf(report);
  const bad = rows.filter(({ mark }) => /HIGH|WRONG|ERROR/.test(mark));
  check(bad.length === 0, bad.map(({ line }) => line).join("\n"));
  const count = (section, mark) => rows.filter((row) => row.section.startsWith(section) && row.mark === mark).length;
  check(count("Accuracy", "ok") === 5, report);
  check(count("NaN", "ok") >= 14, report);
  check(count("Reductions", "ok") >= 4, report);
  check(count("Speed", "") === 3 && count("Kernels", "ok") === 1, report);
  check(
    /GFLOP\/s/.test(report) && /maxStorageBufferBindingSize/.test(report) && /\ncomplete after/.test(report),
    report,
  );
  await press(page, "Copy the report");
  await page.getByRole("status").filter({ hasText: "The report is" }).waitFor();
}

async function checkStopped(page) {
  await press(page, "Check this GPU");
  await press(page, "Stop");
  await done(page);
  const report = await page.locator("#report").inputValue();
  check(/\nstopped by hand after/.test(report), report);
}

async function checkNoAdapter(page) {
  await press(page, "Check this GPU");
  await page.getByRole("alert").filter({ hasText: "finds no adapter" }).waitFor();
  const report = await page.locator("#report").inputValue();
  check(
    rowsOf(report).some(({ mark, found }) => mark === "ERROR" && /adapter/.test(found)),
    report,
  );
}

/** A name, the page, how it is opened, and what is done there. */
const tests = [
  ["kernel, by keyboard", "kernel?size=small", { shot: "kernel.png" }, checkKernels],
  [
    "kernel without WebGPU, in the dark",
    "kernel?size=small",
    { before: withoutWebGpu, colorScheme: "dark" },
    checkAlone,
  ],
  ["gpu-check, by keyboard", "gpu-check?short", { shot: "gpu-check.png" }, checkGpu],
  ["gpu-check, stopped", "gpu-check?short", {}, checkStopped],
  [
    "gpu-check without an adapter, on a phone",
    "gpu-check?short",
    { before: withoutAdapter, width: 360 },
    checkNoAdapter,
  ],
  ["kernel without WebGPU, on a phone", "kernel?size=half", { before: withoutWebGpu, width: 360 }, checkAlone],
];

const wanted = process.argv[2] ?? "";

install();
const { networkTests } = await import("./network-page.mjs");
tests.push(...networkTests);
const total = { passed: 0, failed: 0, skipped: 0 };
const executablePath = findChromium();
if (!executablePath) {
  const how = "set CHROME_PATH, or run as root on a Debian machine, which installs it";
  console.log(`${process.env.CI ? "FAIL" : "skip"} chromium: there is none; ${how}`);
  total[process.env.CI ? "failed" : "skipped"]++;
} else {
  await import("../../examples/pages/build.mjs");
  const browser = await launch(executablePath, ["--enable-unsafe-webgpu", ...DAWN_SWITCHES.map((name) => `--${name}`)]);
  try {
    for (const [name, address, options, work] of tests.filter(([name]) => name.includes(wanted))) {
      const start = performance.now();
      const seconds = () => `(${((performance.now() - start) / 1000).toFixed(1)} s)`;
      try {
        await inPage(browser, address, options, work);
        console.log(`ok   ${name} ${seconds()}`);
        total.passed++;
      } catch (error) {
        console.log(`FAIL ${name}: ${error.message} ${seconds()}`);
        total.failed++;
      }
    }
  } finally {
    await browser.close();
  }
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
