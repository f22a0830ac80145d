import { existsSync } from 'node:fs';

/** The software Vulkan driver of Debian's `chromium`, and beside it the loader; Mesa's of Debian 12 is not enough for WebGPU. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Whether a graphics processor in software can be had; under CI it must be (`.ci/run` installs it). */
export const HAS_SOFTWARE_GPU = existsSync(DRIVER) || process.env['CI'] === 'true';

/** Lets processes that are started from now on find it, and no other. */
export function useSoftwareGpu(): void {
  process.env['VK_DRIVER_FILES'] = DRIVER;
  process.env['LD_LIBRARY_PATH'] = '/usr/lib/chromium';
}
