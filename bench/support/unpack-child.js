// Unpacks the kernels in a fresh process, as a page does once, and prints the milliseconds of processor time that it took.
import { program, sizes, takeText } from "../../dist/modules/src/entry/packed-kernels.js";
import { unpack } from "../../dist/modules/src/entry/unpack.js";

const before = process.cpuUsage();
unpack(
  Uint8Array.from(atob(program), (c) => c.charCodeAt(0)),
  takeText(),
  sizes.kernels + sizes["kernels-relaxed"],
);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
