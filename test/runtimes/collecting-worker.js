// For workerd with --expose-gc: the example, which collects its garbage when it is asked to.

import example from "./worker-example/worker.ts";

export default {
  async fetch(request) {
    if (new URL(request.url).pathname !== "/collect") return example.fetch(request);
    globalThis.gc();
    return new Response();
  },
};
