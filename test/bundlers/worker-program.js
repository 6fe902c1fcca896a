// program.js in a worker, which sends what comes of it.

import "./program.js";

const waiting = setInterval(() => {
  if (!globalThis.outcome) return;
  clearInterval(waiting);
  globalThis.postMessage(globalThis.outcome);
}, 10);
