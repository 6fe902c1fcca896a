// What processes need to find a software adapter: Chromium, Debian's or Google's, brings SwiftShader and a loader for it,
// which serve Node (Dawn), Deno and Chromium alike. Where the environment names an adapter of its own, that one is used.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const FOLDERS = ["/usr/lib/chromium", "/opt/google/chrome"];
const DRIVER = "vk_swiftshader_icd.json";

/** Environment variables for a process that opens an adapter; a loader reads them when the process begins. */
export function adapterEnvironment() {
  const folder = FOLDERS.find((path) => existsSync(`${path}/${DRIVER}`));
  if (process.env.VK_DRIVER_FILES || process.env.GPU_ADAPTER === "machine" || !folder) return {};
  return { VK_DRIVER_FILES: `${folder}/${DRIVER}`, LD_LIBRARY_PATH: folder, NODEVICE_SELECT: "1" };
}

/** Begins this process again, if it was begun without what an adapter needs. */
export function restartWithAdapter() {
  const environment = adapterEnvironment();
  if (Object.keys(environment).length === 0) return;
  const command = [...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync(process.execPath, command, {
    env: { ...process.env, ...environment },
    stdio: "inherit",
  });
  process.exit(status ?? 1);
}

/**
 * Switches of Dawn. SwiftShader unrolls the zeros that workgroup memory begins with, which takes it 5 ms an element to
 * compile; nothing of ours reads memory that it hasn't written.
 */
export const DAWN_SWITCHES = ["disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension"];
