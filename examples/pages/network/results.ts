/** An answer as pictures, sentences and tables. */
import { type HeatMap, showHeatMap } from "../heatmap.ts";
import { element } from "../page.ts";
import { showField } from "../plots/field.ts";
import { type Line, showPlot } from "../plots/plot.ts";
import { tableOf } from "../table.ts";
import type { Answer } from "./messages.ts";
import { DATA } from "./question.ts";

const digits = (value: number): string => (Number.isFinite(value) ? value.toPrecision(6) : "not finite");
const short = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : "no finite number");
const lastOf = (values: ArrayLike<number>): number => values[values.length - 1] ?? Number.NaN;

/** The columns of a matrix that lies row by row. */
const columnsOf = (values: Float64Array, count: number): number[][] =>
  Array.from({ length: count }, (_, j) => Array.from(values).filter((_, i) => i % count === j));

const rowsOf = (values: Float64Array, count: number): number[][] =>
  Array.from({ length: values.length / count }, (_, i) => Array.from(values.subarray(i * count, (i + 1) * count)));

/** Eigenvalues up to this one are 0 but for rounding. */
const roundingOf = ({ eigenvalues }: Answer): number => eigenvalues.length * 2 ** -52 * (eigenvalues[0] ?? 0);

/** How far the trained network is from what its first kernel predicts of it. */
const departureOf = ({ trained, predicted }: Answer): number =>
  Math.max(...trained.map((value, i) => Math.abs(value - (predicted[i] ?? Number.NaN))));

/** The answer in a sentence. */
export function summaryOf(answer: Answer): string {
  const { byNetwork, byKernel, steps } = answer;
  return (
    `After ${lastOf(steps)} steps the network's test loss is ${short(lastOf(byNetwork.test))}; ` +
    `its kernel predicts ${short(lastOf(byKernel.test))}.`
  );
}

function showNumbers(answer: Answer): void {
  const { parameters, learningRate, eigenvalues, byNetwork, byKernel } = answer;
  const smallest = lastOf(eigenvalues);
  const two = (name: string, network: number, kernel: number) => [name, digits(network), digits(kernel)];
  element("numbers", HTMLDivElement).replaceChildren(
    tableOf(
      ["After training", "the network", "its kernel's prediction"],
      [
        two("Training loss", lastOf(byNetwork.train), lastOf(byKernel.train)),
        two("Test loss", lastOf(byNetwork.test), lastOf(byKernel.test)),
      ],
    ),
    tableOf(
      ["The network and its kernel", ""],
      [
        ["Parameters", String(parameters)],
        ["Learning rate", digits(learningRate)],
        ["Largest eigenvalue", digits(eigenvalues[0] ?? Number.NaN)],
        ["Smallest eigenvalue", smallest > roundingOf(answer) ? digits(smallest) : "0 but for rounding"],
        ["Largest difference of the outputs from the prediction", digits(departureOf(answer))],
      ],
    ),
  );
}

function heatMapOf({ kernel, y, question }: Answer): HeatMap {
  const order = question.data === "curve" ? "Examples from left to right." : "First the upper moon, then the lower.";
  return {
    title: "The kernel of the training examples",
    caption: `How much a step for one example moves the output for another, before training. ${order}`,
    values: rowsOf(kernel, y.length),
    range: [Math.min(...kernel), Math.max(...kernel)],
    rowAxis: "example",
    columnAxis: "example",
  };
}

function showSpectrum(answer: Answer, into: HTMLElement): void {
  const eigenvalues = Array.from(answer.eigenvalues);
  const rounding = roundingOf(answer);
  const above = eigenvalues.filter((value) => value > rounding);
  const lost = eigenvalues.length - above.length;
  const x = eigenvalues.map((_, i) => i + 1);
  const note = lost > 0 ? ` ${lost} of them are 0 but for rounding and aren't drawn.` : "";
  showPlot(
    {
      title: "Its spectrum",
      caption: `Each direction of the outputs is learnt at the rate of its eigenvalue: large ones soon, small ones late.${note}`,
      summary: `${eigenvalues.length} eigenvalues fall from ${short(eigenvalues[0] ?? 0)} to ${short(lastOf(above))}.${note}`,
      x: { label: "number" },
      y: { label: "eigenvalue", log: true },
      lines: [{ name: "eigenvalues", colour: "first", style: "rings", x: x.slice(0, above.length), y: above }],
      table: { columns: ["number", "eigenvalue"], rows: eigenvalues.map((value, i) => [String(i + 1), digits(value)]) },
    },
    "spectrum",
    into,
  );
}

function showTraining({ steps, byNetwork, byKernel }: Answer, into: HTMLElement): void {
  const line = (name: string, colour: Line["colour"], style: Line["style"], y: Float64Array): Line => ({
    name,
    colour,
    style,
    x: steps,
    y: Array.from(y),
  });
  const lines = [
    line("training", "first", "line", byNetwork.train),
    line("training, predicted", "first", "dashes", byKernel.train),
    line("test", "second", "line", byNetwork.test),
    line("test, predicted", "second", "dashes", byKernel.test),
  ];
  const fall = ({ train, test }: Answer["byNetwork"]) =>
    `training loss from ${short(train[0] ?? 0)} to ${short(lastOf(train))}, test loss from ${short(test[0] ?? 0)} to ${short(lastOf(test))}`;
  showPlot(
    {
      title: "Training",
      caption: "Gradient descent on the network itself, and what its first kernel predicts of it without any training.",
      summary: `In ${lastOf(steps)} steps: the network, ${fall(byNetwork)}; as predicted, ${fall(byKernel)}.`,
      x: { label: "step of gradient descent", log: true },
      y: { label: "half the mean square error", log: true },
      lines,
      table: {
        columns: ["step", ...lines.map(({ name }) => name)],
        rows: steps.map((step, i) => [String(step), ...lines.map(({ y }) => digits(y[i] ?? Number.NaN))]),
      },
    },
    "training",
    into,
  );
}

const OUTPUTS = ["mean", "deviation", "the trained network", "as predicted"] as const;

function showCurve(answer: Answer, into: HTMLElement): void {
  const [x, mean, deviation, trained, predicted] = [
    answer.places,
    answer.mean,
    answer.deviation,
    answer.trained,
    answer.predicted,
  ].map((values) => Array.from(values)) as [number[], number[], number[], number[], number[]];
  const off = (sign: number) => mean.map((value, i) => value + sign * 2 * (deviation[i] ?? 0));
  const [widest, narrowest] = [Math.max(...deviation), Math.min(...deviation)];
  const at = (value: number) => short(x[deviation.indexOf(value)] ?? 0);
  showPlot(
    {
      title: "Predictions",
      caption:
        "The posterior of the linearized network, mean and twice its deviation, beside the network that was trained.",
      summary:
        `The mean runs from ${short(Math.min(...mean))} to ${short(Math.max(...mean))}; its deviation is ` +
        `${short(narrowest)} at ${at(narrowest)}, where it is least, and ${short(widest)} at ${at(widest)}, where it is most.`,
      x: { label: "input" },
      y: { label: "output" },
      band: { name: "mean ± 2 deviations", colour: "first", x, low: off(-1), high: off(1) },
      lines: [
        { name: "mean", colour: "first", style: "line", x, y: mean },
        { name: "the trained network", colour: "second", style: "line", x, y: trained },
        { name: "as predicted", colour: "second", style: "dashes", x, y: predicted },
        { name: "examples", colour: "ink", style: "points", x: Array.from(answer.x), y: Array.from(answer.y) },
      ],
      table: {
        columns: ["input", ...OUTPUTS],
        rows: x.map((place, i) => [
          short(place),
          ...[mean, deviation, trained, predicted].map((list) => digits(list[i] ?? Number.NaN)),
        ]),
      },
    },
    "predictions",
    into,
  );
}

function showMoons(answer: Answer, into: HTMLElement): void {
  const [across, up] = columnsOf(answer.places, 2) as [number[], number[]];
  const [x, y] = [[...new Set(across)], [...new Set(up)]];
  const [first, second] = columnsOf(answer.x, 2) as [number[], number[]];
  const pick = (name: string, style: "light" | "dark", target: number) => {
    const chosen = first.map((_, i) => i).filter((i) => answer.y[i] === target);
    return { name, style, x: chosen.map((i) => first[i] ?? 0), y: chosen.map((i) => second[i] ?? 0) };
  };
  const points = [pick("examples of 1", "light", 1), pick("of −1", "dark", -1)];
  const show = (title: string, caption: string, values: Float64Array, id: string) =>
    showField({ title, caption, x, y, values: Array.from(values), points }, id, into);
  show("Predictions: the mean", "The posterior of the linearized network.", answer.mean, "predictions");
  show("Predictions: the deviation", "How unsure that is: least where examples are.", answer.deviation, "deviation");
  show("The trained network", `Trained for ${lastOf(answer.steps)} steps.`, answer.trained, "trained");
}

export function showAnswer(answer: Answer): void {
  const { data, examples, depth, width, activation, seed } = answer.question;
  element("setting", HTMLParagraphElement).textContent =
    `${DATA[data]}, ${examples} examples; hidden layers: ${depth} of ${width}, ${activation}; seed ${seed}.`;
  const plots = element("plots", HTMLDivElement);
  plots.replaceChildren();
  if (data === "curve") showCurve(answer, plots);
  else showMoons(answer, plots);
  showTraining(answer, plots);
  showSpectrum(answer, plots);
  const kernel = showHeatMap(heatMapOf(answer), "kernel");
  kernel.style.flexBasis = "24rem";
  plots.append(kernel);
  showNumbers(answer);
}
