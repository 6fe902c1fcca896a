/** EIGEN alone, in the memory of the kernels, whose products it calls. */
export { eigen } from "./linalg/eigen";
