/** The kernel of a convolutional network on WebGPU and on the processor, side by side. */
import { type DeviceInfo, initWebGPU, setDefaultDevice, withDevice } from "cotangent";
import { type HeatMap, type Matrix, showHeatMap } from "./heatmap.ts";
import { messageOf } from "./message.ts";
import { drawn, element, formatTime, median, onPress, Progress, seconds } from "./page.ts";
import { type ConvolutionalSize, convolutional, DOCSTRING, type Problem } from "./problem.ts";
import { tableOf } from "./table.ts";

/** From the largest. `work` is of the kernel, in 10^9 operations. */
const SIZES: Readonly<Record<string, ConvolutionalSize & { readonly work: number }>> = {
  docstring: { ...DOCSTRING, work: 10.4 },
  half: { side: 16, channels: 16, test: 5, train: 20, work: 0.5 },
  small: { side: 8, channels: 8, test: 4, train: 8, work: 0.01 },
};

/** What neural-tangents computes in float64 for the largest: the first entries of the first row. */
const EXPECTED = [0.9478554524765, 0.2897434400563];

const LATER_RUNS = 10;
const LATER_SECONDS = 3;

interface Outcome {
  readonly device: string;
  readonly values: Matrix;
  readonly first: number;
  readonly later: readonly number[];
}

const progress = new Progress();
const select = element("size", HTMLSelectElement);

for (const [name, { side, channels, test, train, work }] of Object.entries(SIZES)) {
  const text = `${test} × ${train} images of ${side}×${side}×3, ${channels} channels (${work} GFLOP a run)`;
  select.add(new Option(text, name));
}
const asked = new URLSearchParams(location.search).get("size");
if (asked && Object.hasOwn(SIZES, asked)) select.value = asked;

/** Computes the kernel several times, the first with all compilations. */
async function measure(device: DeviceInfo["name"], problem: Problem, from: number): Promise<Outcome> {
  const name = device === "cpu" ? "CPU" : "WebGPU";
  const timed = async (kernel: Problem["kernel"]) => {
    const start = performance.now();
    const result = withDevice(device, kernel);
    const elements = await result.data();
    return { elements, shape: result.shape, time: seconds(start) };
  };
  await progress.show(`${name}: the first run, which compiles the kernel …`, from);
  const { elements, shape, time: first } = await timed(problem.kernel);
  const later: number[] = [];
  const start = performance.now();
  while (later.length < LATER_RUNS && (later.length === 0 || seconds(start) < LATER_SECONDS)) {
    const kernel = problem.again(later.length);
    await progress.show(
      `${name}: ${formatTime(first)} for the first run; later run ${later.length + 1} …`,
      from + 0.2 + (0.3 * later.length) / LATER_RUNS,
    );
    later.push((await timed(kernel)).time);
  }
  const columns = shape[1] ?? 1;
  const values = Array.from({ length: shape[0] ?? 0 }, (_, i) =>
    Array.from(elements.subarray(i * columns, (i + 1) * columns)),
  );
  return { device: name, values, first, later };
}

/** Opens WebGPU; where that fails, says why, and the processor computes alone. */
async function open(work: number): Promise<DeviceInfo | null> {
  await progress.show("Opening WebGPU …", 0);
  try {
    const info = await initWebGPU();
    // Each device is asked by its name; what both compute with is the host's.
    setDefaultDevice("cpu");
    const predicted = (work * 1e9) / (info.rates?.contract ?? Number.POSITIVE_INFINITY);
    if (predicted > 5) {
      element("alert", HTMLDivElement).textContent =
        `This adapter is slow (${((info.rates?.contract ?? 0) / 1e9).toPrecision(2)} GFLOP/s, perhaps it is made of software): ` +
        `each run on WebGPU may take about ${formatTime(predicted)}. A smaller size takes less.`;
      await drawn();
    }
    return info;
  } catch (error) {
    element("alert", HTMLDivElement).textContent = `${messageOf(error)} So the CPU alone is shown.`;
    return null;
  }
}

async function compute(): Promise<void> {
  const size = SIZES[select.value];
  if (!size) throw new Error(`there is no size named ${select.value}`);
  const results = element("results", HTMLDivElement);
  results.hidden = true;
  progress.say("Computing.");
  const info = await open(size.work);
  const problem = convolutional(size);
  const cpu = await measure("cpu", problem, 0.05);
  let gpu: Outcome | null = null;
  try {
    if (info) gpu = await measure("webgpu", problem, 0.5);
  } catch (error) {
    element("alert", HTMLDivElement).textContent = messageOf(error);
  }
  show(gpu, cpu, info, size);
  results.hidden = false;
  progress.say(`Done. ${summary(gpu, cpu)}`);
}

function summary(gpu: Outcome | null, cpu: Outcome): string {
  if (!gpu) return "The CPU computed alone.";
  const ratio = median(cpu.later) / median(gpu.later);
  const speed = ratio >= 1 ? `${ratio.toPrecision(2)} times faster` : `${(1 / ratio).toPrecision(2)} times slower`;
  return `WebGPU is ${speed} than the CPU; the kernels differ by ${largest(gpu, cpu).toExponential(1)} of the largest entry.`;
}

/** The differences as parts of the largest entry. */
function differences(gpu: Outcome, cpu: Outcome): number[][] {
  const scale = Math.max(...cpu.values.flat().map(Math.abs));
  return gpu.values.map((row, i) => row.map((x, j) => Math.abs(x - (cpu.values[i]?.[j] ?? Number.NaN)) / scale));
}

const largest = (gpu: Outcome, cpu: Outcome): number => Math.max(...differences(gpu, cpu).flat());

const superscript = (whole: number): string =>
  String(whole).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)] ?? c);

function show(gpu: Outcome | null, cpu: Outcome, info: DeviceInfo | null, size: ConvolutionalSize): void {
  const outcomes = gpu ? [gpu, cpu] : [cpu];
  element("times", HTMLDivElement).replaceChildren(timesOf(outcomes), ...notes(gpu, cpu, info, size));
  // One scale for both kernels.
  const all = outcomes.flatMap(({ values }) => values.flat());
  const range = [Math.min(...all), Math.max(...all)] as const;
  const axes = { rowAxis: "test image", columnAxis: "train image" };
  const maps: HeatMap[] = outcomes.map(({ device, values }) => ({
    title: `The kernel, computed on ${device === "CPU" ? "the CPU" : device}`,
    caption: "The mean over the ten logits.",
    values,
    range,
    ...axes,
  }));
  if (gpu) {
    const parts = differences(gpu, cpu);
    const most = largest(gpu, cpu);
    const exponent = most > 0 ? Math.floor(Math.log10(most)) : 0;
    maps.push({
      title: "Their difference",
      caption: `In units of 10${superscript(exponent)} of the largest entry; the largest difference is ${most.toExponential(2)}.`,
      values: parts.map((row) => row.map((x) => x / 10 ** exponent)),
      range: [0, most / 10 ** exponent],
      ...axes,
    });
  }
  element("maps", HTMLDivElement).replaceChildren(...maps.map((map, i) => showHeatMap(map, `map-${i}`)));
}

function timesOf(outcomes: readonly Outcome[]): HTMLElement {
  return tableOf(
    ["", "first run", "later runs, median", "fastest", "runs"],
    outcomes.map(({ device, first, later }) => [
      device,
      ...[first, median(later), Math.min(...later)].map(formatTime),
      String(later.length),
    ]),
  );
}

function notes(gpu: Outcome | null, cpu: Outcome, info: DeviceInfo | null, size: ConvolutionalSize): HTMLElement[] {
  const texts = ["First runs trace and compile; later ones have other weights. One thread of the CPU computes."];
  if (gpu && info) {
    const names = [info.vendor, info.architecture, info.description].filter(Boolean).join(", ");
    texts.push(`The adapter: ${names || "the browser doesn't tell its name"}.`);
  }
  const isDocstring = size.side === DOCSTRING.side && size.channels === DOCSTRING.channels;
  if (isDocstring) {
    const error = Math.max(
      ...[gpu, cpu].flatMap((outcome) => EXPECTED.map((want, j) => Math.abs((outcome?.values[0]?.[j] ?? want) - want))),
    );
    texts.push(
      `neural-tangents has ${EXPECTED.map((x) => x.toFixed(6)).join(", ")} as the first entries, in float64; ` +
        `those here are within ${error.toExponential(1)} of them.`,
    );
  }
  return texts.map((text) => {
    const line = document.createElement("p");
    line.className = "soft";
    line.textContent = text;
    return line;
  });
}

onPress(element("compute", HTMLButtonElement), compute);
