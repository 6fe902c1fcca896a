/** Places and labels on an axis. */

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Round numbers in few round steps: from the last one up to `low` to the first one from `high`. */
export function roundTicks(low: number, high: number): Tick[] {
  const rough = (high - low) / 4 || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((n) => n * power >= rough) ?? 10) * power;
  const [first, last] = [Math.floor(low / step), Math.max(Math.ceil(high / step), Math.floor(low / step) + 1)];
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return { value, label: value.toFixed(decimals).replace("-", "−") };
  });
}

export const escapeText = (text: string): string => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
