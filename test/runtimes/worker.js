// For workerd: answers a request with the kernel, computed in the handler, where Workers forbid to compile code.

import * as cotangent from "cotangent";
import { computeKernel } from "./kernel.js";

export default {
  async fetch() {
    try {
      return Response.json(await computeKernel(cotangent));
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
