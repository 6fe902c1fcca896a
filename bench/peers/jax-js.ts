// One kernel of jobs.ts in jax-js, by the number of the job.
import { defaultDevice, init } from "@jax-js/jax";
import { problem, reportFastest } from "../support/peer.ts";
import { kernelWays } from "./jax-js-ways.ts";

await init("wasm");
defaultDevice("wasm");

const ways = Object.entries(kernelWays(problem()));
reportFastest(Object.fromEntries(ways.map(([name, way]) => [name, () => way().dataSync() as Float32Array])));
