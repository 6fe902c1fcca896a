/** Some of the random calls of `npm run fuzz`, always the same ones. */
import { test } from "uvu";
import { fuzz } from "./fuzz.ts";
import { none } from "./judge.ts";

test("random calls, right and wrong, are made or refused by name, and change nothing for later ones", () => {
  none(fuzz({ seed: 1, calls: 2000 }).findings);
});

test.run();
