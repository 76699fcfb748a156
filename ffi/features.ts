/** What platforms do differently beyond constants and layouts. */

import { platform, type PlatformName } from "../constants/platform.ts";

/** Facts about a platform's sockets that no constant and no layout tells. */
export interface Features {
  /** Whether Unix sockets have abstract names, ended by the address's length alone. */
  readonly abstractNames: boolean;
  /**
   * Whether `recvmsg` leaves descriptors open, their numbers told to nobody, that the control buffer
   * has no room for.
   */
  readonly leaksTruncatedRights: boolean;
  /** The family of a pair of sockets, unless told. */
  readonly socketpairFamily: "AF_UNIX" | "AF_INET";
  /** What a call on a descriptor that is not open reports. */
  readonly badDescriptor: "EBADF" | "ENOTSOCK";
  /** What a non-blocking `connect` reports that is on its way. */
  readonly connecting: "EINPROGRESS" | "EWOULDBLOCK";
  /** Whether `getpeername` may answer before the connection stands. */
  readonly peerNameBeforeConnected: boolean;
  /** Whose `sendfile` the C library has; `null` for none. */
  readonly sendfile: "linux" | "darwin" | "freebsd" | null;
}

const common: Features = {
  abstractNames: false,
  leaksTruncatedRights: false,
  socketpairFamily: "AF_UNIX",
  badDescriptor: "EBADF",
  connecting: "EINPROGRESS",
  peerNameBeforeConnected: false,
  sendfile: null,
};

/** Every platform's facts. */
export const featuresOf: Readonly<Record<PlatformName, Features>> = {
  linux_x86_64: { ...common, abstractNames: true, sendfile: "linux" },
  linux_aarch64: { ...common, abstractNames: true, sendfile: "linux" },
  darwin: { ...common, leaksTruncatedRights: true, sendfile: "darwin" },
  freebsd: { ...common, sendfile: "freebsd" },
  windows: {
    ...common,
    socketpairFamily: "AF_INET",
    badDescriptor: "ENOTSOCK",
    connecting: "EWOULDBLOCK",
    peerNameBeforeConnected: true,
  },
  unsupported: common,
};

/** The running platform's facts. */
export const features: Features = featuresOf[platform];
