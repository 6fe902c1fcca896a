// For workerd: answers a request with the kernel, computed in the handler, where Workers forbid to compile code.

import * as cotangent from "cotangent";
import * as nt from "cotangent/nt";
import { computeKernel } from "./kernel.js";

export default {
  async fetch() {
    try {
      return Response.json(await computeKernel({ ...cotangent, nt }));
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
