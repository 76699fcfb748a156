/** Platform differences beyond constants and layouts. */

import { platform, type PlatformName } from "../constants/platform.ts";

/** How a platform's sockets behave, where no constant and no layout says it. */
export interface Features {
  /** Whether Unix sockets have abstract names, which only the address length terminates. */
  readonly abstractNames: boolean;
  /**
   * Whether `recvmsg` opens passed descriptors that do not fit the control buffer, without
   * reporting their numbers.
   */
  readonly leaksTruncatedRights: boolean;
  /** The default address family of `socketpair`. */
  readonly socketpairFamily: "AF_UNIX" | "AF_INET";
  /** The error of a call on a descriptor that is not open. */
  readonly badDescriptor: "EBADF" | "ENOTSOCK";
  /** The error of sending after `shutdown`. */
  readonly sendingShutDown: "EPIPE" | "ESHUTDOWN";
  /** The error of a non-blocking `connect` that is in progress. */
  readonly connecting: "EINPROGRESS" | "EWOULDBLOCK";
  /** Whether `getpeername` may succeed before the connection is established. */
  readonly peerNameBeforeConnected: boolean;
  /**
   * Whether a connection that failed while nobody was in `connect` must be dissolved before the
   * socket can connect again.
   */
  readonly failedConnectionStays: boolean;
  /** Whether `getaddrinfo` finds the protocol of a type of socket. */
  readonly addrinfoProtocol: boolean;
  /** Whose macros make the request numbers of `ioctl(2)`; `null` if there is no `ioctl(2)`. */
  readonly ioctlMacros: "linux" | "bsd" | null;
  /** Which system's `sendfile` the C library has; `null` if it has none. */
  readonly sendfile: "linux" | "darwin" | "freebsd" | null;
}

const common: Features = {
  abstractNames: false,
  leaksTruncatedRights: false,
  socketpairFamily: "AF_UNIX",
  badDescriptor: "EBADF",
  sendingShutDown: "EPIPE",
  connecting: "EINPROGRESS",
  peerNameBeforeConnected: false,
  failedConnectionStays: false,
  addrinfoProtocol: true,
  ioctlMacros: null,
  sendfile: null,
};

const linux: Features = {
  ...common,
  abstractNames: true,
  failedConnectionStays: true,
  ioctlMacros: "linux",
  sendfile: "linux",
};

/** The features of every platform. */
export const featuresOf: Readonly<Record<PlatformName, Features>> = {
  linux_x86_64: linux,
  linux_aarch64: linux,
  darwin: {
    ...common,
    leaksTruncatedRights: true,
    ioctlMacros: "bsd",
    sendfile: "darwin",
  },
  freebsd: { ...common, ioctlMacros: "bsd", sendfile: "freebsd" },
  windows: {
    ...common,
    socketpairFamily: "AF_INET",
    badDescriptor: "ENOTSOCK",
    sendingShutDown: "ESHUTDOWN",
    connecting: "EWOULDBLOCK",
    peerNameBeforeConnected: true,
    addrinfoProtocol: false,
  },
  unsupported: common,
};

/** The features of the running platform. */
export const features: Features = featuresOf[platform];
