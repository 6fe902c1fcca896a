/** uvu's `test` where there is neither a process nor a console to draw on: it collects, and the suite runs. */

export interface Collected {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

const collected: Collected[] = [];

/** The tests that the modules loaded since the last call have declared. */
export const takeTests = (): Collected[] => collected.splice(0);

export function test(name: string, run: Collected["run"]): void {
  collected.push({ name, run });
}

/** uvu's files end with it. */
test.run = (): void => {};
