/** `cotangent/io` for Cloudflare-style Workers. */
import "./workerd.ts";

export * from "../io/index.ts";
