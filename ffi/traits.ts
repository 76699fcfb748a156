/** What platforms do differently beyond constants and layouts. */

import { platform, type PlatformName } from "../constants/platform.ts";

/** Facts about a platform's sockets that no constant and no layout tells. */
export interface Traits {
  /** Whether Unix sockets have abstract names, ended by the address's length alone. */
  readonly abstractNames: boolean;
  /**
   * Whether `recvmsg` leaves descriptors open, their numbers told to nobody, that the control buffer
   * has no room for.
   */
  readonly leaksCutDescriptors: boolean;
  /** Whose `sendfile` the C library has; `null` for none. */
  readonly sendfile: "linux" | "darwin" | "freebsd" | null;
}

const common: Traits = {
  abstractNames: false,
  leaksCutDescriptors: false,
  sendfile: null,
};

/** Every platform's facts. */
export const traitsOf: Readonly<Record<PlatformName, Traits>> = {
  linux_x86_64: { ...common, abstractNames: true, sendfile: "linux" },
  linux_aarch64: { ...common, abstractNames: true, sendfile: "linux" },
  darwin: { ...common, leaksCutDescriptors: true, sendfile: "darwin" },
  freebsd: { ...common, sendfile: "freebsd" },
  windows: common,
  unsupported: common,
};

/** The running platform's facts. */
export const traits: Traits = traitsOf[platform];
