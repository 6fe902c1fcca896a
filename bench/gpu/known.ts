/** What adapters can do at most, by their makers' data sheets: TFLOP/s in float32, without tensor cores. */
const PEAKS: readonly (readonly [name: RegExp, peak: number])[] = [
  [/\bH200\b/, 67],
  [/\bH100\b.*PCIe/, 51],
  [/\bH100\b.*NVL/, 60],
  [/\bH100\b/, 67],
  [/\bA100\b/, 19.5],
  [/\bL40S\b/, 91.6],
  [/\bL4\b/, 30.3],
  [/\bA10G?\b/, 31.2],
  [/\bT4\b/, 8.1],
  [/\bV100\b/, 15.7],
  [/RTX 5090/, 104.8],
  [/RTX 4090/, 82.6],
  [/RTX 4080/, 48.7],
  [/RTX 4070/, 29.1],
  [/RTX 3090/, 35.6],
  [/RTX 3080/, 29.8],
  [/RTX 3060/, 12.7],
  [/Apple M1$/, 2.6],
  [/Apple M2$/, 3.6],
  [/Apple M3$/, 4.1],
  [/Apple M4$/, 4.4],
];

/** Operations a second, if the adapter is known. */
export function knownPeak(name: string): number | null {
  const found = PEAKS.find(([pattern]) => pattern.test(name));
  return found ? found[1] * 1e12 : null;
}
