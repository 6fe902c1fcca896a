/** What the pages need of their document. */
import { messageOf } from "./message.ts";

/** The element that the page's HTML has by this name. */
export function element<Element extends HTMLElement>(id: string, kind: new () => Element): Element {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} named ${id}`);
  return found;
}

/** Waits until the page has been drawn: what comes next may keep it from that for a while. */
export const drawn = (): Promise<void> =>
  new Promise((done) => {
    // A page in the background isn't drawn.
    const late = setTimeout(done, 100);
    requestAnimationFrame(() => {
      clearTimeout(late);
      setTimeout(done);
    });
  });

/** A line that is read aloud when it changes, one that isn't, and the bar below them. */
export class Progress {
  readonly #status = element("status", HTMLParagraphElement);
  readonly #now = element("now", HTMLParagraphElement);
  readonly #bar = element("bar", HTMLProgressElement);

  /** Tells that something begins, and that it has ended. */
  say(text: string): void {
    this.#status.textContent = text;
    this.#now.textContent = "";
    this.#bar.hidden = true;
  }

  /** Tells what is happening, while a fraction of the whole is done. */
  async show(text: string, fraction: number): Promise<void> {
    this.#now.textContent = text;
    this.#bar.hidden = false;
    this.#bar.value = fraction;
    this.#bar.setAttribute("aria-valuetext", `${Math.round(100 * fraction)}%: ${text}`);
    await drawn();
  }
}

/**
 * Runs `work` at each press of the button that isn't during another. A button that is disabled would lose the keyboard's
 * focus, so it only says that it is.
 */
export function onPress(button: HTMLButtonElement, work: () => Promise<void>): void {
  const alert = element("alert", HTMLDivElement);
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    alert.textContent = "";
    try {
      await work();
    } catch (error) {
      alert.textContent = messageOf(error);
    } finally {
      button.ariaDisabled = "false";
    }
  });
}

const UNITS = [
  [1, "s"],
  [1e-3, "ms"],
  [1e-6, "µs"],
] as const;

/** Three digits of a time. */
export function formatTime(seconds: number): string {
  const [size, unit] = UNITS.find(([one]) => seconds >= one) ?? [1e-6, "µs"];
  const count = seconds / size;
  return `${count >= 100 ? count.toFixed(0) : count.toPrecision(3)} ${unit}`;
}

export const seconds = (since: number): number => (performance.now() - since) / 1000;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
