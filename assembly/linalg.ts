/** The decompositions alone, in the memory of the kernels, whose products they call. */
export { linalg } from "./linalg/index";
