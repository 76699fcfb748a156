/** Control messages by kind: the types of what {@linkcode decodeControl} returns. */

import type { Bytes } from "../../errors/arguments.ts";
import type { Address } from "../address/types.ts";
import type { ReceivedDescriptors } from "./descriptors.ts";
import type { ExtendedError, Timestamp, Timestamping } from "./ancillary.ts";
import type { Credentials } from "./options.ts";

/**
 * What every control message has. `console.log` shows both numbers by name.
 * @category Messages
 */
export interface ControlBase {
  /** The level, such as `IPPROTO_IP`. */
  readonly level: number;
  /** The type, such as `IP_PKTINFO`. */
  readonly type: number;
}

/**
 * The interface and the address by which a datagram came: `IP_PKTINFO`, `IPV6_PKTINFO`, FreeBSD's
 * `IP_RECVDSTADDR`. Sent back, it makes the answer leave by that interface, from that address.
 * @category Messages
 */
export interface PacketInfoMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "pktinfo";
  /** The index of the interface; 0 where the system does not report it (FreeBSD, IPv4). */
  readonly ifindex: number;
  /** The destination in the datagram's header, which may be a multicast or broadcast address. */
  readonly addr: string;
  /**
   * The local address to answer from. If only `addr` is known and it is a multicast address, this
   * is the address that lets the system choose: `"0.0.0.0"` or `"::"`.
   */
  readonly specDst: string;
}

/**
 * The interface by which a datagram came: `IP_RECVIF` (BSD, macOS, Windows).
 * @category Messages
 */
export interface InterfaceMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "interface";
  /** The index of the interface. */
  readonly ifindex: number;
  /** Its name, where the system reports it; else `""`. */
  readonly name: string;
}

/**
 * The TTL of a datagram, or the hop limit in IPv6.
 * @category Messages
 */
export interface TtlMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "ttl";
  /** How many routers it might still have passed, 0-255. */
  readonly ttl: number;
}

/**
 * The type of service of a datagram, or the traffic class in IPv6: DSCP and ECN.
 * @category Messages
 */
export interface TosMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "tos";
  /** The congestion notification: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE. */
  readonly ecn: number;
  /** The differentiated services code point, 0-63; `null` if only ECN came (Windows). */
  readonly dscp: number | null;
}

/**
 * The size of the datagrams that a received message was merged from, see `segments()`.
 * @category Messages
 */
export interface GroMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "gro";
  /** The size of each but the last, in bytes. */
  readonly size: number;
}

/**
 * The size of the datagrams that a message is to be cut into. Not received.
 * @category Messages
 */
export interface GsoMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "gso";
  /** The size of each but the last, in bytes. */
  readonly size: number;
}

/**
 * How many datagrams the socket has dropped for want of room: `SO_RXQ_OVFL`, Linux.
 * @category Messages
 */
export interface OverflowMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "rxq_ovfl";
  /** How many since the socket was made, modulo 2^32. */
  readonly dropped: number;
}

/**
 * The firewall mark of a datagram: `SO_MARK`, Linux.
 * @category Messages
 */
export interface MarkMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "mark";
  /** The mark, 32 bits. */
  readonly mark: number;
}

/**
 * Where a redirected datagram was going: `IP_ORIGDSTADDR`, `IPV6_ORIGDSTADDR`.
 * @category Messages
 */
export interface OriginalDestinationMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "origdstaddr";
  /** The address. */
  readonly address: Address | null;
}

/**
 * When a datagram came: `SO_TIMESTAMP`, `SO_TIMESTAMPNS` and their kin.
 * @category Messages
 */
export interface TimestampMessage extends ControlBase, Timestamp {
  /** The kind, by which this type is told from the others. */
  readonly kind: "timestamp";
  /** The clock: the time of day, or one that never goes back (FreeBSD's `SCM_MONOTONIC`). */
  readonly clock: "realtime" | "monotonic";
}

/**
 * When a datagram came or went, by software and hardware: `SO_TIMESTAMPING`, Linux.
 * @category Messages
 */
export interface TimestampingMessage extends ControlBase, Timestamping {
  /** The kind, by which this type is told from the others. */
  readonly kind: "timestamping";
}

/**
 * When a datagram is to be sent: `SCM_TXTIME`, Linux. Not received.
 * @category Messages
 */
export interface TransmitTimeMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "txtime";
  /** The time in nanoseconds, on the clock that `SO_TXTIME` names. */
  readonly time: bigint;
}

/**
 * An error or notification of the error queue: `IP_RECVERR`, `IPV6_RECVERR`.
 * @category Messages
 */
export interface ExtendedErrorMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "recverr";
  /** The error or notification. */
  readonly error: ExtendedError;
}

/**
 * The sender's process: `SCM_CREDENTIALS` (Linux), `SCM_CREDS`, `SCM_CREDS2` (FreeBSD).
 * @category Messages
 */
export interface CredentialsMessage extends ControlBase, Credentials {
  /** The kind, by which this type is told from the others. */
  readonly kind: "credentials";
}

/**
 * A descriptor of the sender's process: `SCM_PIDFD`, Linux.
 * @category Messages
 */
export interface PidfdMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "pidfd";
  /** The descriptor; empty if the system could not make one. */
  readonly fds: ReceivedDescriptors;
}

/**
 * Descriptors of open files: `SCM_RIGHTS`.
 * @category Messages
 */
export interface RightsMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "rights";
  /** The descriptors, which this object closes unless they are taken from it. */
  readonly fds: ReceivedDescriptors;
}

/**
 * The type of a kernel TLS record: `TLS_GET_RECORD_TYPE`, Linux.
 * @category Messages
 */
export interface TlsRecordMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "tls_record";
  /** 21 for an alert, 22 for a handshake message, 23 for data. */
  readonly recordType: number;
}

/**
 * Any other control message, and one that was cut short (`MSG_CTRUNC`).
 * @category Messages
 */
export interface UnknownMessage extends ControlBase {
  /** The kind, by which this type is told from the others. */
  readonly kind: "unknown";
  /** Its bytes. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * A decoded control message: its `kind` decides what else it has.
 * @category Messages
 */
export type ControlMessage =
  | PacketInfoMessage
  | InterfaceMessage
  | TtlMessage
  | TosMessage
  | GroMessage
  | GsoMessage
  | OverflowMessage
  | MarkMessage
  | OriginalDestinationMessage
  | TimestampMessage
  | TimestampingMessage
  | TransmitTimeMessage
  | ExtendedErrorMessage
  | CredentialsMessage
  | PidfdMessage
  | RightsMessage
  | TlsRecordMessage
  | UnknownMessage;

/**
 * The kind of a control message.
 * @category Messages
 */
export type ControlKind = ControlMessage["kind"];

/**
 * The control message of a kind.
 * @category Messages
 */
export type ControlMessageOf<K extends ControlKind> = Extract<
  ControlMessage,
  { readonly kind: K }
>;

/**
 * A control message to send: what was received may be sent as it is.
 * @category Messages
 */
export type ControlInput =
  | {
    readonly kind: "pktinfo";
    /** The interface to send by; the system chooses if it is 0 or left out. */
    readonly ifindex?: number;
    /** The local address to send from; `"0.0.0.0"` or `"::"` lets the system choose. */
    readonly specDst: string;
  }
  | {
    readonly kind: "ttl";
    /** `IPPROTO_IP` or `IPPROTO_IPV6`. */
    readonly level: number;
    /** The TTL or hop limit, 0-255. */
    readonly ttl: number;
  }
  | {
    readonly kind: "tos";
    /** `IPPROTO_IP` or `IPPROTO_IPV6`. */
    readonly level: number;
    /** The congestion notification, 0-3; 0 if left out. */
    readonly ecn?: number;
    /** The differentiated services code point, 0-63; 0 if left out. */
    readonly dscp?: number | null;
  }
  | {
    readonly kind: "gso";
    /** The size of each datagram in bytes. */
    readonly size: number;
  }
  | {
    readonly kind: "mark";
    /** The firewall mark, 32 bits. */
    readonly mark: number;
  }
  | {
    readonly kind: "txtime";
    /** The time in nanoseconds, on the clock that `SO_TXTIME` names. */
    readonly time: number | bigint;
  }
  | {
    readonly kind: "timestamping";
    /** Which timestamps to take of this message: `SOF_TIMESTAMPING_TX_…`. */
    readonly flags: number;
  }
  | {
    readonly kind: "credentials";
    /** The process id. FreeBSD fills all three in itself. */
    readonly pid: number | null;
    /** The user id. */
    readonly uid: number;
    /** The group id. */
    readonly gid: number | null;
  }
  | {
    readonly kind: "rights";
    /** The descriptors, which stay open here. */
    readonly fds: Iterable<number>;
  }
  | {
    readonly kind: "tls_record";
    /** 21 for an alert, 22 for a handshake message, 23 for data. */
    readonly recordType: number;
  }
  | {
    readonly kind: "unknown";
    /** The level. */
    readonly level: number;
    /** The type. */
    readonly type: number;
    /** Its bytes. */
    readonly data: Bytes;
  };
