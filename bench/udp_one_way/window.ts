/** The sizes that the sender and the receiver of a row agree on. */

/** The maximum number of datagrams in flight, which fit a socket's buffer. */
export const window = (size: number): number => size > 1000 ? 64 : 128;
/** The number of datagrams after which the receiver sends an acknowledgement. */
export const step = (size: number): number => window(size) / 2;
