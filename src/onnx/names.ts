/** Names of domains and nodes. */
import type { NodeProto } from "./model.ts";

/** The domain of ONNX's own operators, which files also write as "ai.onnx". */
export const DEFAULT_DOMAIN = "";

export const domainOf = (domain: string | undefined): string =>
  domain === undefined || domain === "ai.onnx" ? DEFAULT_DOMAIN : domain;

/** What errors call a node: its name, or else its first output, which every node has. */
export const nodeName = ({ name, output }: NodeProto): string => name || output.find((value) => value !== "") || "";

/** A node's operator with its domain, where that isn't the default one. */
export function operatorName({ domain, opType }: NodeProto): string {
  const own = domainOf(domain);
  return own === DEFAULT_DOMAIN ? (opType ?? "") : `${own}.${opType ?? ""}`;
}

/** Some names in quotes, of many the first. */
export function listed(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).map((name) => JSON.stringify(name));
  return names.length > most ? `${shown.join(", ")} and ${names.length - most} more` : shown.join(", ");
}
