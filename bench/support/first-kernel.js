// The docstring's network from nothing to its first kernel. Plain JavaScript on the built package: nothing but the
// library itself has to be loaded. Prints how long after the process's start each stage was reached, in milliseconds.
//
//   node first-kernel.js [number of threads]

const started = performance.now();
const { initThreads, nt, random, stax } = await import("cotangent");
const loaded = performance.now();
const threads = Number(process.argv[2] ?? 1);
// They start while the rest is prepared.
const ready = threads > 1 ? initThreads({ threads }) : threads;

const keys = random.split(random.key(1), 3);
const x1 = random.normal(keys.at(0), [5, 32, 32, 3]);
const x2 = random.normal(keys.at(0), [20, 32, 32, 3]);
const conv = () => stax.Conv(32, [3, 3]);
const [initFn, f] = stax.serial(conv(), stax.Relu(), conv(), stax.Relu(), conv(), stax.Flatten(), stax.Dense(10));
const [, params] = initFn(keys.at(2), x2.shape);
const drawn = performance.now();

if ((await ready) !== threads) throw new Error(`expected ${threads} threads, got ${await ready}`);
const kernel = nt.empiricalNtkFn(f, { vmapAxes: 0 })(x1, x2, params);
const computed = performance.now();
const { user, system } = process.cpuUsage();
if (kernel.shape.join() !== "5,20") throw new Error(`expected a kernel of shape (5, 20), got (${kernel.shape})`);

const cpu = (user + system) / 1000;
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ started, loaded, drawn, computed, cpu, peakBytes }));
