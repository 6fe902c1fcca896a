// For workerd: answers a request with what came of the suite.

import { run } from "./suite.js";

export default {
  async fetch() {
    try {
      return Response.json(await run());
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
