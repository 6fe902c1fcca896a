// The page `network`: its numbers beside those of plain loops, by keyboard and by mouse, cancelled and asked again.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { check, done, out, text } from "./in-page.mjs";
import { expectedOf } from "./network-oracle.mjs";

/** Of the largest of what is compared: the tables have six digits. */
const TOLERANCE = 1e-5;

const curve = { data: "curve", examples: 8, depth: 2, width: 24, activation: "Sin", steps: 60, seed: 3 };
const moons = { data: "moons", examples: 10, depth: 1, width: 32, activation: "Relu", steps: 40, seed: 1 };
/** Takes minutes. */
const long = { data: "moons", examples: 48, depth: 6, width: 512, activation: "Erf", steps: 5000, seed: 0 };

const FIELDS = ["data", "examples", "depth", "width", "activation", "steps", "seed"];
const focused = (page) => page.evaluate(() => document.activeElement.id);

/** Fills the fields and begins, without a mouse: in the order in which Tab reaches them. */
async function askByKeyboard(page, question) {
  for (const name of FIELDS) {
    await page.keyboard.press("Tab");
    check((await focused(page)) === name, `Tab leads to ${await focused(page)} instead of ${name}`);
    if (typeof question[name] === "number") await page.keyboard.press("ControlOrMeta+a");
    // A list goes to the entry whose beginning is typed.
    await page.keyboard.type(name === "data" ? { curve: "A", moons: "T" }[question.data] : String(question[name]));
  }
  await page.keyboard.press("Tab");
  check((await focused(page)) === "compute", `Tab leads to ${await focused(page)} instead of the button`);
  await page.keyboard.press("Space");
}

async function fill(page, question) {
  for (const name of ["data", "activation"]) await page.selectOption(`#${name}`, question[name]);
  for (const name of FIELDS.filter((field) => typeof question[field] === "number")) {
    await page.fill(`#${name}`, String(question[name]));
  }
}

async function ask(page, question) {
  await fill(page, question);
  await page.getByRole("button", { name: "Compute" }).click();
}

/** The numbers of a figure's table, with each row's name before them. */
const tableOf = (page, id) =>
  page.$eval(`#${id}`, (picture) =>
    [...picture.closest("figure").querySelector("table").tBodies[0].rows].map((row) =>
      [...row.cells].map((cell) => Number(cell.textContent.replace("−", "-"))),
    ),
  );

const column = (rows, j) => rows.map((row) => row[j]);

function near(name, actual, expected) {
  check(actual.length === expected.length, `${name}: ${actual.length} numbers instead of ${expected.length}`);
  const scale = Math.max(...expected.map(Math.abs));
  const apart = Math.max(...actual.map((x, i) => Math.abs(x - expected[i]))) / scale;
  check(scale > 0 && apart <= TOLERANCE, `${name}: ${apart} of the largest number away from what it should be`);
}

/** What every answer shows, whichever its data. */
async function checkCommon(page, question, expected) {
  near(
    "kernel",
    (await tableOf(page, "kernel")).flatMap((row) => row.slice(1)),
    expected.kernel.flat(),
  );
  near("eigenvalues", column(await tableOf(page, "spectrum"), 1), expected.eigenvalues);
  const training = await tableOf(page, "training");
  const steps = column(training, 0);
  check(steps[0] === 1 && steps.at(-1) === question.steps && steps.length > 15, `recorded steps: ${steps}`);
  for (const j of [0, 1, 2, 3]) {
    near(
      `losses ${j}`,
      column(training, j + 1),
      steps.map((step) => expected.losses.get(step)[j]),
    );
  }
  const numbers = Object.fromEntries(
    await page.$$eval("#numbers tbody tr", (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))),
  );
  check(Number(numbers.Parameters) === expected.parameters, `parameters: ${numbers.Parameters}`);
  near("learning rate", [Number(numbers["Learning rate"])], [expected.rate]);
  const departure = Math.max(...expected.trained.map((x, i) => Math.abs(x - expected.predicted[i])));
  near("departure", [Number(numbers["Largest difference of the outputs from the prediction"])], [departure]);
  const told = /test loss is (\S+); its kernel predicts (\S+)\.$/.exec(await text(page, "#status"));
  const [, , testLoss, predictedLoss] = expected.losses.get(question.steps);
  check(told[1] === testLoss.toPrecision(3) && told[2] === predictedLoss.toPrecision(3), `told: ${told[0]}`);
}

async function checkCurve(page) {
  const expected = expectedOf(curve);
  await checkCommon(page, curve, expected);
  const rows = await tableOf(page, "predictions");
  for (const [j, name] of ["mean", "deviation", "trained", "predicted"].entries()) {
    near(name, column(rows, j + 1), expected[name]);
  }
}

async function checkMoons(page) {
  const expected = expectedOf(moons);
  await checkCommon(page, moons, expected);
  for (const [id, name] of Object.entries({ predictions: "mean", deviation: "deviation", trained: "trained" })) {
    // The tables have the highest row first.
    const rows = (await tableOf(page, id)).reverse();
    near(
      name,
      rows.flatMap((row) => row.slice(1)),
      expected[name],
    );
  }
}

/** How much of each section isn't its background, by the pixels of a picture of the whole page. */
async function shapesIn(page, png) {
  const boxes = await page.$$eval("#results section", (all) =>
    all.map((section) => {
      const { left, top, width, height } = section.getBoundingClientRect();
      return [left + scrollX, top + scrollY, width, height].map(Math.round);
    }),
  );
  const other = await page.context().newPage();
  return other.evaluate(
    async ([address, all]) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
      pen.drawImage(image, 0, 0);
      return all.map((box) => {
        const pixels = new Uint32Array(pen.getImageData(...box).data.buffer);
        const ground = pixels[8 * box[2] + 8];
        return pixels.filter((pixel) => pixel !== ground).length / pixels.length;
      });
    },
    [`data:image/png;base64,${png.toString("base64")}`, boxes],
  );
}

async function checkPictures(page, file, count) {
  const path = join(out, file);
  await page.screenshot({ path, fullPage: true });
  check(statSync(path).size > 20_000, `${file} has ${statSync(path).size} bytes`);
  const shapes = await shapesIn(page, readFileSync(path));
  check(shapes.length === count && shapes.every((share) => share > 0.02), `drawn shares of the sections: ${shapes}`);
}

/** What a screen reader is told. */
async function checkNames(page) {
  const tree = await page.locator("main").ariaSnapshot();
  const wanted = [
    /heading "A network and its kernel" \[level=1\]/,
    /combobox "Data"/,
    /spinbutton "Examples"/,
    /spinbutton "Hidden layers"/,
    /spinbutton "Width"/,
    /combobox "Activation"/,
    /spinbutton "Steps of training"/,
    /spinbutton "Seed"/,
    /button "Compute"/,
    /button "Cancel" \[disabled\]/,
    /status: Done in/,
    /region "Training"/,
    /img "Plot: Predictions\. The mean runs from .* its deviation is .*"/,
    /img "Plot: Training\. In 60 steps: the network, training loss from \S+ to .*"/,
    /img "Plot: Its spectrum\. 8 eigenvalues fall from \S+ to \S+\. .*"/,
    /img "Heat map: The kernel of the training examples\. 8 rows .*"/,
    /rowheader "Learning rate"/,
  ];
  const missing = wanted.filter((pattern) => !pattern.test(tree));
  check(missing.length === 0, `the accessibility tree lacks ${missing}:\n${tree}`);
  const unnamed = tree
    .split("\n")
    .filter((line) => /^\s*- (img|button|combobox|spinbutton|region|progressbar)(:|$)/.test(line));
  check(unnamed.length === 0, `without a name: ${unnamed}`);
}

/** Texts stand out from what is behind them, by WCAG's ratio. */
async function checkContrast(page) {
  const poor = await page.evaluate(() => {
    const light = (colour) => {
      const [r, g, b] = colour
        .match(/[\d.]+/g)
        .map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      const { backgroundColor } = getComputedStyle(element);
      return /, 0\)$/.test(backgroundColor) && element.parentElement ? behind(element.parentElement) : backgroundColor;
    };
    const texts = [
      ...document.querySelectorAll("h1, h2, p, label, input, select, th, td, li, summary, figcaption, button"),
    ];
    return texts
      .filter((element) => element.ariaDisabled !== "true" && element.checkVisibility())
      .map((element) => {
        const pair = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
        return [element.outerHTML.slice(0, 60), (pair[0] + 0.05) / (pair[1] + 0.05)];
      })
      .filter(([, ratio]) => ratio < 4.5);
  });
  check(poor.length === 0, `too little contrast: ${poor.join("; ")}`);
}

async function byKeyboard(page) {
  await askByKeyboard(page, curve);
  await done(page);
  check((await focused(page)) === "compute", `the focus has gone to ${await focused(page)}`);
  check((await text(page, "#alert")) === "", await text(page, "#alert"));
  await checkCurve(page);
  await checkNames(page);
  await checkContrast(page);
  await checkPictures(page, "network.png", 5);
  // What opens is reached and opened by the keyboard as well.
  const fold = page.locator("details", { has: page.getByRole("region", { name: "Table: Predictions" }) });
  for (let i = 0; i < 2; i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Table: Predictions" }).waitFor();
  check((await fold.getAttribute("open")) !== null, "the table of the predictions is shut");
}

async function byMouse(page) {
  await ask(page, moons);
  await done(page);
  await checkMoons(page);
  await checkContrast(page);
  await checkPictures(page, "network-moons.png", 7);
  check((await page.evaluate(() => document.getAnimations().length)) === 0, "something moves");
}

/** Waits until the job is there, looks whether the page is alive, and cancels. */
async function cancelDuring(page, stage) {
  await page.locator("#now", { hasText: stage }).waitFor();
  const bar = page.getByRole("progressbar", { name: "Progress" });
  const before = await bar.evaluate((element) => element.value);
  check(before > 0 && before < 1, `the bar is at ${before}`);
  const frames = await page.evaluate(async () => {
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < 500) {
      await new Promise((next) => setTimeout(next));
      count++;
    }
    return count;
  });
  check(frames > 20, `the page ran ${frames} times in half a second`);
  const valueText = await bar.getAttribute("aria-valuetext");
  check(/^\d+%/.test(valueText), `the bar says ${valueText}`);
  check(page.workers().length === 1, `${page.workers().length} workers`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page
    .getByRole("status")
    .filter({ hasText: /^Cancelled after/ })
    .waitFor({ timeout: 2000 });
  // A worker that is in the midst of something gets two seconds from Chromium, and is ended then.
  for (let i = 0; i < 50 && page.workers().length > 0; i++) await page.waitForTimeout(100);
  check(page.workers().length === 0, "the worker computes on");
  check(await page.locator("#results").isHidden(), "there are results of what was cancelled");
}

async function cancelled(page) {
  await ask(page, long);
  await cancelDuring(page, /^The kernel: block/);
  await ask(page, { ...long, data: "curve", examples: 16 });
  await cancelDuring(page, /^Training the network: step/);
  await ask(page, curve);
  await done(page);
  await checkCurve(page);
  // The next question finds the same worker, which has all compiled.
  await ask(page, { ...curve, data: "moons" });
  await done(page);
  check(page.workers().length === 1, `${page.workers().length} workers`);
}

const wrong = [
  ["examples", "3", "Examples must be a whole number from 4 to 48, got 3."],
  ["width", "", "Width must be a whole number from 1 to 512, got no number."],
  ["steps", "2.5", "Steps of training must be a whole number from 1 to 5000, got 2.5."],
  ["seed", "-1", "Seed must be a whole number from 0 to 4294967295, got -1."],
];

async function wrongFields(page) {
  for (const [field, value, message] of wrong) {
    await ask(page, { ...curve, [field]: value });
    await page.fill(`#${field}`, value);
    await page.getByRole("button", { name: "Compute" }).click();
    const alert = await page.getByRole("alert").innerText();
    check(alert === message, `the page says "${alert}" instead of "${message}"`);
    check((await focused(page)) === field, `the focus is at ${await focused(page)}, not at ${field}`);
    const invalid = await page.$$eval("[aria-invalid=true]", (all) => all.map((element) => element.id));
    check(`${invalid}` === field, `marked as wrong: ${invalid}`);
  }
  await ask(page, curve);
  await done(page);
  check((await text(page, "#alert")) === "", await text(page, "#alert"));
  check((await page.locator("[aria-invalid]").count()) === 0, "a field is still marked as wrong");
  await checkCurve(page);
}

/** A worker that the browser refuses to start. */
const withoutWorker = () => {
  globalThis.Worker = class {
    postMessage() {
      setTimeout(() => this.onerror(new Event("error")));
    }
    terminate() {}
  };
};

async function refused(page) {
  await ask(page, curve);
  await page.getByRole("alert").filter({ hasText: "The worker failed: it can't be started here." }).waitFor();
  check((await text(page, "#status")) === "Failed.", await text(page, "#status"));
  check((await page.locator("#cancel").getAttribute("aria-disabled")) === "true", "there is something to cancel");
  check((await page.locator("#compute").getAttribute("aria-disabled")) === "false", "one can't ask again");
}

/** Names, the page, how it is opened, and what is done there. */
export const networkTests = [
  ["network, by keyboard", "network", {}, byKeyboard],
  ["network, by mouse, in the dark", "network", { colorScheme: "dark" }, byMouse],
  ["network, cancelled and asked again", "network", {}, cancelled],
  ["network without a worker", "network", { before: withoutWorker }, refused],
  ["network, wrong fields, on a phone", "network", { width: 360, shot: "network-phone.png" }, wrongFields],
];
