/** Operators whose attributes are graphs. */
import { entry } from "../../base/lists.ts";
import type { Operator, Operators } from "../operator.ts";

/** The condition must be known, so that only one branch is a part of the program. */
const branch: Operator = (node) => node.run(entry(node.known(0), 0) ? "then_branch" : "else_branch");

export const control: Operators = { If: branch };
