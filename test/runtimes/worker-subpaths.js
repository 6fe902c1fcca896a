// The same as worker.js, with a namespace by its subpath.

import * as cotangent from "cotangent";
import * as nt from "cotangent/nt";
import { computeKernel } from "./kernel.js";

export default {
  fetch: async () => Response.json(await computeKernel({ ...cotangent, nt })),
};
