// How a process tells what came of its test files: among what it prints, so that it is known what each file printed.

/** What no test prints. */
const MARK = "\u0000";

/** A report as it is printed. */
export const printed = (report) => `${MARK}${JSON.stringify(report)}${MARK}`;

/** Takes what a process prints, piece by piece, and calls `onReport(report, what was printed before it)` for each report. */
export function readReports(onReport) {
  let text = "";
  let output = "";
  return (piece) => {
    text += piece;
    for (;;) {
      const parts = text.split(MARK, 3);
      output += parts[0];
      text = text.slice(parts[0].length);
      if (parts.length < 3) return;
      text = text.slice(parts[1].length + 2);
      onReport(JSON.parse(parts[1]), output);
      output = "";
    }
  };
}
