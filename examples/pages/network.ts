/** A network, its kernel, and what the kernel knows of its training: computed in a worker, so that the page stays alive. */
import { ask } from "./network/job.ts";
import {
  ACTIVATIONS,
  DATA,
  FieldError,
  NUMBER_NAMES,
  type Question,
  rangeOf,
  readQuestion,
} from "./network/question.ts";
import { showAnswer, summaryOf } from "./network/results.ts";
import { element, formatTime, onPress, Progress, seconds } from "./page.ts";

const progress = new Progress();
const results = element("results", HTMLDivElement);
const cancel = element("cancel", HTMLButtonElement);

type Field = HTMLInputElement | HTMLSelectElement;
const fieldOf = (name: keyof Question): Field => {
  const found = document.getElementById(name);
  if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
  throw new Error(`the page has no field named ${name}`);
};

for (const [name, label] of Object.entries(DATA)) element("data", HTMLSelectElement).add(new Option(label, name));
for (const name of ACTIVATIONS) element("activation", HTMLSelectElement).add(new Option(name, name));
for (const name of NUMBER_NAMES) {
  const { low, high, first } = rangeOf(name);
  Object.assign(fieldOf(name), { min: String(low), max: String(high), step: "1", value: String(first) });
}

/** What the fields ask; leads to the first that is wrong. */
function read(): Question {
  for (const field of document.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  try {
    return readQuestion((name) => fieldOf(name).value);
  } catch (error) {
    if (error instanceof FieldError) {
      const field = fieldOf(error.field);
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", "alert");
      field.focus();
    }
    throw error;
  }
}

async function compute(): Promise<void> {
  const question = read();
  const started = performance.now();
  const controller = new AbortController();
  const abort = () => controller.abort();
  cancel.addEventListener("click", abort);
  cancel.ariaDisabled = "false";
  results.hidden = true;
  progress.say("Computing.");
  try {
    const answer = await ask(question, {
      signal: controller.signal,
      onProgress: (text, fraction) => progress.show(text, fraction),
    });
    results.hidden = false;
    showAnswer(answer);
    progress.say(`Done in ${formatTime(seconds(started))}. ${summaryOf(answer)}`);
  } catch (error) {
    if (controller.signal.aborted) return progress.say(`Cancelled after ${formatTime(seconds(started))}.`);
    progress.say("Failed.");
    throw error;
  } finally {
    cancel.removeEventListener("click", abort);
    cancel.ariaDisabled = "true";
  }
}

onPress(element("compute", HTMLButtonElement), compute);
