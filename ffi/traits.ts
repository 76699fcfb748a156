/** What platforms do differently beyond constants and layouts. */

import { platform, type PlatformName } from "../constants/platform.ts";

/** Facts about a platform's sockets that no constant and no layout tells. */
export interface Traits {
  /** Whether Unix sockets have abstract names, ended by the address's length alone. */
  readonly abstractNames: boolean;
}

const common: Traits = { abstractNames: false };

/** Every platform's facts. */
export const traitsOf: Readonly<Record<PlatformName, Traits>> = {
  linux_x86_64: { ...common, abstractNames: true },
  linux_aarch64: { ...common, abstractNames: true },
  darwin: common,
  freebsd: common,
  windows: common,
  unsupported: common,
};

/** The running platform's facts. */
export const traits: Traits = traitsOf[platform];
