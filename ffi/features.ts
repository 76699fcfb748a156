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
  /** The family of a pair of sockets, unless told. */
  readonly pairs: "AF_UNIX" | "AF_INET";
  /** What a call on a descriptor that is not open reports. */
  readonly notOpen: "EBADF" | "ENOTSOCK";
  /** What a non-blocking `connect` reports that is on its way. */
  readonly connecting: "EINPROGRESS" | "EWOULDBLOCK";
  /** Whether `getpeername` may answer before the connection stands. */
  readonly namesPeerEarly: boolean;
  /** Whose `sendfile` the C library has; `null` for none. */
  readonly sendfile: "linux" | "darwin" | "freebsd" | null;
}

const common: Traits = {
  abstractNames: false,
  leaksCutDescriptors: false,
  pairs: "AF_UNIX",
  notOpen: "EBADF",
  connecting: "EINPROGRESS",
  namesPeerEarly: false,
  sendfile: null,
};

/** Every platform's facts. */
export const traitsOf: Readonly<Record<PlatformName, Traits>> = {
  linux_x86_64: { ...common, abstractNames: true, sendfile: "linux" },
  linux_aarch64: { ...common, abstractNames: true, sendfile: "linux" },
  darwin: { ...common, leaksCutDescriptors: true, sendfile: "darwin" },
  freebsd: { ...common, sendfile: "freebsd" },
  windows: {
    ...common,
    pairs: "AF_INET",
    notOpen: "ENOTSOCK",
    connecting: "EWOULDBLOCK",
    namesPeerEarly: true,
  },
  unsupported: common,
};

/** The running platform's facts. */
export const traits: Traits = traitsOf[platform];
