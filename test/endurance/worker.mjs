// For workerd: answers `/?examples=N&features=D` with the trace of a kernel and what this isolate's memories hold.

import { jobOf } from "./job.mjs";
import { wasmMemory } from "./memory.mjs"; // before the library

export default {
  async fetch(request) {
    try {
      const query = new URL(request.url).searchParams;
      const value = await jobOf(Number(query.get("examples")), Number(query.get("features")));
      return Response.json({ value, wasm: wasmMemory() });
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
