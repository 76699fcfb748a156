/** The messages of `NETLINK_ROUTE`: interfaces, addresses, routes and neighbours. */

import { IFLA_ALT_IFNAME } from "../constants/generated/door_netlink.js";
import { rangeError } from "../constants/stack.ts";
import { integer, iterable } from "../errors/arguments.ts";
import {
  aligned,
  type Attributes,
  type AttributesInput,
  concat,
  list,
  nested,
  type NestedType,
} from "./attributes.ts";
import {
  type Decoded,
  type Encodable,
  type MessageFormat,
  messageFormat,
} from "./message.ts";
import { byName, type Named } from "./policy.ts";
import {
  be16,
  binary,
  ip,
  object,
  s32,
  struct,
  type StructType,
  text,
  u16,
  u32,
  u64,
  u8,
  type ValueType,
} from "./values.ts";

/**
 * The names of an interface's counters, in the order of `struct rtnl_link_stats64`.
 * @category Netlink
 */
export type LinkCounter =
  | "rx_packets"
  | "tx_packets"
  | "rx_bytes"
  | "tx_bytes"
  | "rx_errors"
  | "tx_errors"
  | "rx_dropped"
  | "tx_dropped"
  | "multicast"
  | "collisions"
  | "rx_length_errors"
  | "rx_over_errors"
  | "rx_crc_errors"
  | "rx_frame_errors"
  | "rx_fifo_errors"
  | "rx_missed_errors"
  | "tx_aborted_errors"
  | "tx_carrier_errors"
  | "tx_fifo_errors"
  | "tx_heartbeat_errors"
  | "tx_window_errors"
  | "rx_compressed"
  | "tx_compressed"
  | "rx_nohandler";

const counters: readonly LinkCounter[] = [
  "rx_packets",
  "tx_packets",
  "rx_bytes",
  "tx_bytes",
  "rx_errors",
  "tx_errors",
  "rx_dropped",
  "tx_dropped",
  "multicast",
  "collisions",
  "rx_length_errors",
  "rx_over_errors",
  "rx_crc_errors",
  "rx_frame_errors",
  "rx_fifo_errors",
  "rx_missed_errors",
  "tx_aborted_errors",
  "tx_carrier_errors",
  "tx_fifo_errors",
  "tx_heartbeat_errors",
  "tx_window_errors",
  "rx_compressed",
  "tx_compressed",
  "rx_nohandler",
];

/**
 * The counters of an interface: a bigint if it is not a safe integer.
 * @category Netlink
 */
export type LinkStatistics = StructType<Record<LinkCounter, typeof u64>>;

/** Older kernels have fewer counters, newer ones more. */
const statistics: LinkStatistics = struct(
  Object.fromEntries(counters.map((name) => [name, u64])) as Record<
    LinkCounter,
    typeof u64
  >,
  8,
);

/**
 * The attributes within `IFLA_LINKINFO`. What `IFLA_INFO_DATA` has depends on the kind.
 * @category Netlink
 */
export type LinkInfoPolicy = Named<{
  IFLA_INFO_KIND: typeof text;
  IFLA_INFO_DATA: typeof binary;
  IFLA_INFO_XSTATS: typeof binary;
  IFLA_INFO_SLAVE_KIND: typeof text;
  IFLA_INFO_SLAVE_DATA: typeof binary;
}>;

/** Attributes as bytes. */
const attributes = { ...binary, nested: true };

const linkInfo: NestedType<LinkInfoPolicy> = nested(byName({
  IFLA_INFO_KIND: text,
  IFLA_INFO_DATA: attributes,
  IFLA_INFO_XSTATS: binary,
  IFLA_INFO_SLAVE_KIND: text,
  IFLA_INFO_SLAVE_DATA: attributes,
}));

/**
 * The attributes of interfaces.
 * @category Netlink
 */
export type LinkPolicy = Named<{
  IFLA_ADDRESS: typeof binary;
  IFLA_BROADCAST: typeof binary;
  IFLA_IFNAME: typeof text;
  IFLA_MTU: typeof u32;
  IFLA_LINK: typeof s32;
  IFLA_QDISC: typeof text;
  IFLA_MASTER: typeof u32;
  IFLA_TXQLEN: typeof u32;
  IFLA_OPERSTATE: typeof u8;
  IFLA_LINKMODE: typeof u8;
  IFLA_LINKINFO: NestedType<LinkInfoPolicy>;
  IFLA_NET_NS_PID: typeof u32;
  IFLA_NET_NS_FD: typeof u32;
  IFLA_IFALIAS: typeof text;
  IFLA_STATS64: LinkStatistics;
  IFLA_GROUP: typeof u32;
  IFLA_EXT_MASK: typeof u32;
  IFLA_PROMISCUITY: typeof u32;
  IFLA_NUM_TX_QUEUES: typeof u32;
  IFLA_NUM_RX_QUEUES: typeof u32;
  IFLA_CARRIER: typeof u8;
  IFLA_CARRIER_CHANGES: typeof u32;
  IFLA_CARRIER_UP_COUNT: typeof u32;
  IFLA_CARRIER_DOWN_COUNT: typeof u32;
  IFLA_LINK_NETNSID: typeof s32;
  IFLA_PHYS_PORT_NAME: typeof text;
  IFLA_PROTO_DOWN: typeof u8;
  IFLA_GSO_MAX_SEGS: typeof u32;
  IFLA_GSO_MAX_SIZE: typeof u32;
  IFLA_GRO_MAX_SIZE: typeof u32;
  IFLA_TSO_MAX_SIZE: typeof u32;
  IFLA_TSO_MAX_SEGS: typeof u32;
  IFLA_MIN_MTU: typeof u32;
  IFLA_MAX_MTU: typeof u32;
  IFLA_PROP_LIST: ValueType<string[], Iterable<string>>;
  IFLA_ALT_IFNAME: typeof text;
  IFLA_PERM_ADDRESS: typeof binary;
  IFLA_PARENT_DEV_NAME: typeof text;
  IFLA_PARENT_DEV_BUS_NAME: typeof text;
}>;

const linkPolicy: LinkPolicy = byName({
  IFLA_ADDRESS: binary,
  IFLA_BROADCAST: binary,
  IFLA_IFNAME: text,
  IFLA_MTU: u32,
  IFLA_LINK: s32,
  IFLA_QDISC: text,
  IFLA_MASTER: u32,
  IFLA_TXQLEN: u32,
  IFLA_OPERSTATE: u8,
  IFLA_LINKMODE: u8,
  IFLA_LINKINFO: linkInfo,
  IFLA_NET_NS_PID: u32,
  IFLA_NET_NS_FD: u32,
  IFLA_IFALIAS: text,
  IFLA_STATS64: statistics,
  IFLA_GROUP: u32,
  IFLA_EXT_MASK: u32,
  IFLA_PROMISCUITY: u32,
  IFLA_NUM_TX_QUEUES: u32,
  IFLA_NUM_RX_QUEUES: u32,
  IFLA_CARRIER: u8,
  IFLA_CARRIER_CHANGES: u32,
  IFLA_CARRIER_UP_COUNT: u32,
  IFLA_CARRIER_DOWN_COUNT: u32,
  IFLA_LINK_NETNSID: s32,
  IFLA_PHYS_PORT_NAME: text,
  IFLA_PROTO_DOWN: u8,
  IFLA_GSO_MAX_SEGS: u32,
  IFLA_GSO_MAX_SIZE: u32,
  IFLA_GRO_MAX_SIZE: u32,
  IFLA_TSO_MAX_SIZE: u32,
  IFLA_TSO_MAX_SEGS: u32,
  IFLA_MIN_MTU: u32,
  IFLA_MAX_MTU: u32,
  IFLA_PROP_LIST: list(text, IFLA_ALT_IFNAME),
  IFLA_ALT_IFNAME: text,
  IFLA_PERM_ADDRESS: binary,
  IFLA_PARENT_DEV_NAME: text,
  IFLA_PARENT_DEV_BUS_NAME: text,
});

/**
 * The fields of `struct ifinfomsg`.
 * @category Netlink
 */
export type LinkFields = {
  family: typeof u8;
  type: typeof u16;
  index: typeof s32;
  flags: typeof u32;
  change: typeof u32;
};

const linkFields: LinkFields = {
  family: u8,
  type: u16,
  index: s32,
  flags: u32,
  change: u32,
};

/**
 * An interface: the fields of `struct ifinfomsg`, and `IFLA_` attributes.
 * @category Netlink
 */
export type LinkMessage = Decoded<LinkFields, LinkPolicy>;
/**
 * An interface to encode.
 * @category Netlink
 */
export type LinkMessageInput = Encodable<LinkFields, LinkPolicy>;

/**
 * `struct ifinfomsg` with `IFLA_` attributes: the messages `RTM_NEWLINK`, `RTM_DELLINK`,
 * `RTM_GETLINK` and `RTM_SETLINK`. Its fields are `family`, `type` (`ARPHRD_`), `index`, `flags`
 * (`IFF_`) and `change` (which of the flags to set).
 * @category Netlink
 */
export const ifinfomsg: MessageFormat<LinkMessage, LinkMessageInput> =
  messageFormat("ifinfomsg", struct(linkFields), linkPolicy);

/**
 * `struct ifa_cacheinfo`: lifetimes in seconds, and times in hundredths of a second.
 * @category Netlink
 */
export type AddressCacheInfo = StructType<{
  ifa_prefered: typeof u32;
  ifa_valid: typeof u32;
  cstamp: typeof u32;
  tstamp: typeof u32;
}>;

const addressCache: AddressCacheInfo = struct({
  ifa_prefered: u32,
  ifa_valid: u32,
  cstamp: u32,
  tstamp: u32,
});

/**
 * The attributes of addresses.
 * @category Netlink
 */
export type AddressPolicy = Named<{
  IFA_ADDRESS: typeof ip;
  IFA_LOCAL: typeof ip;
  IFA_LABEL: typeof text;
  IFA_BROADCAST: typeof ip;
  IFA_ANYCAST: typeof ip;
  IFA_CACHEINFO: AddressCacheInfo;
  IFA_MULTICAST: typeof ip;
  IFA_FLAGS: typeof u32;
  IFA_RT_PRIORITY: typeof u32;
  IFA_TARGET_NETNSID: typeof s32;
  IFA_PROTO: typeof u8;
}>;

const addressPolicy: AddressPolicy = byName({
  IFA_ADDRESS: ip,
  IFA_LOCAL: ip,
  IFA_LABEL: text,
  IFA_BROADCAST: ip,
  IFA_ANYCAST: ip,
  IFA_CACHEINFO: addressCache,
  IFA_MULTICAST: ip,
  IFA_FLAGS: u32,
  IFA_RT_PRIORITY: u32,
  IFA_TARGET_NETNSID: s32,
  IFA_PROTO: u8,
});

/**
 * The fields of `struct ifaddrmsg`.
 * @category Netlink
 */
export type AddressFields = {
  family: typeof u8;
  prefixlen: typeof u8;
  flags: typeof u8;
  scope: typeof u8;
  index: typeof u32;
};

const addressFields: AddressFields = {
  family: u8,
  prefixlen: u8,
  flags: u8,
  scope: u8,
  index: u32,
};

/**
 * An address: the fields of `struct ifaddrmsg`, and `IFA_` attributes.
 * @category Netlink
 */
export type AddressMessage = Decoded<AddressFields, AddressPolicy>;
/**
 * An address to encode.
 * @category Netlink
 */
export type AddressMessageInput = Encodable<
  AddressFields,
  AddressPolicy
>;

/**
 * `struct ifaddrmsg` with `IFA_` attributes: the messages `RTM_NEWADDR`, `RTM_DELADDR` and
 * `RTM_GETADDR`. Its fields are `family`, `prefixlen`, `flags` (the lower 8 of `IFA_FLAGS`),
 * `scope` (`RT_SCOPE_`) and `index`, of the interface.
 * @category Netlink
 */
export const ifaddrmsg: MessageFormat<AddressMessage, AddressMessageInput> =
  messageFormat("ifaddrmsg", struct(addressFields), addressPolicy);

/**
 * The metrics of a route.
 * @category Netlink
 */
export type MetricsPolicy = Named<{
  RTAX_LOCK: typeof u32;
  RTAX_MTU: typeof u32;
  RTAX_WINDOW: typeof u32;
  RTAX_RTT: typeof u32;
  RTAX_RTTVAR: typeof u32;
  RTAX_SSTHRESH: typeof u32;
  RTAX_CWND: typeof u32;
  RTAX_ADVMSS: typeof u32;
  RTAX_REORDERING: typeof u32;
  RTAX_HOPLIMIT: typeof u32;
  RTAX_INITCWND: typeof u32;
  RTAX_FEATURES: typeof u32;
  RTAX_RTO_MIN: typeof u32;
  RTAX_INITRWND: typeof u32;
  RTAX_QUICKACK: typeof u32;
  RTAX_CC_ALGO: typeof text;
  RTAX_FASTOPEN_NO_COOKIE: typeof u32;
}>;

const metrics: NestedType<MetricsPolicy> = nested(byName({
  RTAX_LOCK: u32,
  RTAX_MTU: u32,
  RTAX_WINDOW: u32,
  RTAX_RTT: u32,
  RTAX_RTTVAR: u32,
  RTAX_SSTHRESH: u32,
  RTAX_CWND: u32,
  RTAX_ADVMSS: u32,
  RTAX_REORDERING: u32,
  RTAX_HOPLIMIT: u32,
  RTAX_INITCWND: u32,
  RTAX_FEATURES: u32,
  RTAX_RTO_MIN: u32,
  RTAX_INITRWND: u32,
  RTAX_QUICKACK: u32,
  RTAX_CC_ALGO: text,
  RTAX_FASTOPEN_NO_COOKIE: u32,
}));

/**
 * The address of a next hop of the other family: `struct rtvia`.
 * @category Netlink
 */
export interface Via {
  /** `AF_INET` or `AF_INET6`. */
  readonly family: number;
  /** The address as text; bytes if its length is that of neither. */
  readonly address: string | Uint8Array<ArrayBuffer>;
}

const via: ValueType<Via> = {
  encode(value, name) {
    const { family, address } = object(name, value);
    return concat([u16.encode(family, "family"), ip.encode(address, name)]);
  },
  decode: (data, name) => ({
    family: u16.decode(data, name),
    address: ip.decode(data.subarray(2), name),
  }),
};

/**
 * The attributes of a next hop.
 * @category Netlink
 */
export type NexthopPolicy = Named<{
  RTA_GATEWAY: typeof ip;
  RTA_VIA: ValueType<Via>;
  RTA_FLOW: typeof u32;
  RTA_ENCAP_TYPE: typeof u16;
  RTA_ENCAP: typeof binary;
}>;

const nexthopPolicy: NexthopPolicy = byName({
  RTA_GATEWAY: ip,
  RTA_VIA: via,
  RTA_FLOW: u32,
  RTA_ENCAP_TYPE: u16,
  RTA_ENCAP: attributes,
});

const nexthopAttributes = nested(nexthopPolicy);

/**
 * One of the next hops of a route: `struct rtnexthop`.
 * @category Netlink
 */
export interface Nexthop {
  /** Bits of the `RTNH_F_` constants. */
  readonly flags: number;
  /** The weight, less 1. */
  readonly hops: number;
  /** The index of the interface. */
  readonly ifindex: number;
  /** The attributes by their names in C. */
  readonly attributes: Attributes<NexthopPolicy>;
}

/**
 * A next hop to encode.
 * @category Netlink
 */
export interface NexthopInput {
  /** Bits of the `RTNH_F_` constants. */
  readonly flags?: number | undefined;
  /** The weight, less 1. */
  readonly hops?: number | undefined;
  /** The index of the interface. */
  readonly ifindex: number;
  /** The attributes by their names in C. */
  readonly attributes?: AttributesInput<NexthopPolicy> | undefined;
}

const rtnexthop = struct({ len: u16, flags: u8, hops: u8, ifindex: s32 });

const multipath: ValueType<Nexthop[], Iterable<NexthopInput>> = {
  encode(values, name) {
    const all = [...iterable(name, values) as Iterable<NexthopInput>];
    return concat(all.map((hop) => {
      const { attributes = {}, ...fields } = object(name, hop);
      const content = nexthopAttributes.encode(attributes, name);
      const len = integer("len", rtnexthop.size + content.length, 0, 0xffff);
      return concat([rtnexthop.encode({ ...fields, len }, name), content]);
    }));
  },
  decode(data, name) {
    const hops: Nexthop[] = [];
    for (let at = 0; at + rtnexthop.size <= data.length;) {
      const { len, ...fields } = rtnexthop.decode(data.subarray(at), name);
      if (len < rtnexthop.size || at + len > data.length) {
        throw rangeError(
          `${name}: the next hop at byte ${at} has a length of ${len}`,
        );
      }
      const content = data.subarray(at + rtnexthop.size, at + len);
      const attributes = nexthopAttributes.decode(content, name);
      hops.push({ ...fields, attributes });
      at += aligned(len);
    }
    return hops;
  },
};

/**
 * `struct rta_cacheinfo`.
 * @category Netlink
 */
export type RouteCacheInfo = StructType<{
  rta_clntref: typeof u32;
  rta_lastuse: typeof u32;
  rta_expires: typeof s32;
  rta_error: typeof u32;
  rta_used: typeof u32;
  rta_id: typeof u32;
  rta_ts: typeof u32;
  rta_tsage: typeof u32;
}>;

const routeCache: RouteCacheInfo = struct({
  rta_clntref: u32,
  rta_lastuse: u32,
  rta_expires: s32,
  rta_error: u32,
  rta_used: u32,
  rta_id: u32,
  rta_ts: u32,
  rta_tsage: u32,
});

/**
 * The attributes of routes.
 * @category Netlink
 */
export type RoutePolicy = Named<{
  RTA_DST: typeof ip;
  RTA_SRC: typeof ip;
  RTA_IIF: typeof u32;
  RTA_OIF: typeof u32;
  RTA_GATEWAY: typeof ip;
  RTA_PRIORITY: typeof u32;
  RTA_PREFSRC: typeof ip;
  RTA_METRICS: NestedType<MetricsPolicy>;
  RTA_MULTIPATH: ValueType<Nexthop[], Iterable<NexthopInput>>;
  RTA_FLOW: typeof u32;
  RTA_CACHEINFO: RouteCacheInfo;
  RTA_TABLE: typeof u32;
  RTA_MARK: typeof u32;
  RTA_VIA: ValueType<Via>;
  RTA_PREF: typeof u8;
  RTA_ENCAP_TYPE: typeof u16;
  RTA_ENCAP: typeof binary;
  RTA_EXPIRES: typeof u32;
  RTA_UID: typeof u32;
  RTA_TTL_PROPAGATE: typeof u8;
  RTA_IP_PROTO: typeof u8;
  RTA_SPORT: typeof be16;
  RTA_DPORT: typeof be16;
  RTA_NH_ID: typeof u32;
}>;

const routePolicy: RoutePolicy = byName({
  RTA_DST: ip,
  RTA_SRC: ip,
  RTA_IIF: u32,
  RTA_OIF: u32,
  RTA_GATEWAY: ip,
  RTA_PRIORITY: u32,
  RTA_PREFSRC: ip,
  RTA_METRICS: metrics,
  RTA_MULTIPATH: multipath,
  RTA_FLOW: u32,
  RTA_CACHEINFO: routeCache,
  RTA_TABLE: u32,
  RTA_MARK: u32,
  RTA_VIA: via,
  RTA_PREF: u8,
  RTA_ENCAP_TYPE: u16,
  RTA_ENCAP: attributes,
  RTA_EXPIRES: u32,
  RTA_UID: u32,
  RTA_TTL_PROPAGATE: u8,
  RTA_IP_PROTO: u8,
  RTA_SPORT: be16,
  RTA_DPORT: be16,
  RTA_NH_ID: u32,
});

/**
 * The fields of `struct rtmsg`.
 * @category Netlink
 */
export type RouteFields = {
  family: typeof u8;
  dst_len: typeof u8;
  src_len: typeof u8;
  tos: typeof u8;
  table: typeof u8;
  protocol: typeof u8;
  scope: typeof u8;
  type: typeof u8;
  flags: typeof u32;
};

const routeFields: RouteFields = {
  family: u8,
  dst_len: u8,
  src_len: u8,
  tos: u8,
  table: u8,
  protocol: u8,
  scope: u8,
  type: u8,
  flags: u32,
};

/**
 * A route: the fields of `struct rtmsg`, and `RTA_` attributes.
 * @category Netlink
 */
export type RouteMessage = Decoded<RouteFields, RoutePolicy>;
/**
 * A route to encode.
 * @category Netlink
 */
export type RouteMessageInput = Encodable<RouteFields, RoutePolicy>;

/**
 * `struct rtmsg` with `RTA_` attributes: the messages `RTM_NEWROUTE`, `RTM_DELROUTE` and
 * `RTM_GETROUTE`. Its fields are `family`, `dst_len` and `src_len` (lengths of prefixes), `tos`,
 * `table` (`RT_TABLE_`, the lower 8 bits of `RTA_TABLE`), `protocol` (`RTPROT_`), `scope`
 * (`RT_SCOPE_`), `type` (`RTN_`) and `flags` (`RTM_F_`).
 * @category Netlink
 */
export const rtmsg: MessageFormat<RouteMessage, RouteMessageInput> =
  messageFormat("rtmsg", struct(routeFields), routePolicy);

/**
 * `struct nda_cacheinfo`: ages in hundredths of a second.
 * @category Netlink
 */
export type NeighbourCacheInfo = StructType<{
  ndm_confirmed: typeof u32;
  ndm_used: typeof u32;
  ndm_updated: typeof u32;
  ndm_refcnt: typeof u32;
}>;

const neighbourCache: NeighbourCacheInfo = struct({
  ndm_confirmed: u32,
  ndm_used: u32,
  ndm_updated: u32,
  ndm_refcnt: u32,
});

/**
 * The attributes of neighbours.
 * @category Netlink
 */
export type NeighbourPolicy = Named<{
  NDA_DST: typeof ip;
  NDA_LLADDR: typeof binary;
  NDA_CACHEINFO: NeighbourCacheInfo;
  NDA_PROBES: typeof u32;
  NDA_VLAN: typeof u16;
  NDA_PORT: typeof be16;
  NDA_VNI: typeof u32;
  NDA_IFINDEX: typeof u32;
  NDA_MASTER: typeof u32;
  NDA_LINK_NETNSID: typeof s32;
  NDA_PROTOCOL: typeof u8;
  NDA_NH_ID: typeof u32;
  NDA_FLAGS_EXT: typeof u32;
}>;

const neighbourPolicy: NeighbourPolicy = byName({
  NDA_DST: ip,
  NDA_LLADDR: binary,
  NDA_CACHEINFO: neighbourCache,
  NDA_PROBES: u32,
  NDA_VLAN: u16,
  NDA_PORT: be16,
  NDA_VNI: u32,
  NDA_IFINDEX: u32,
  NDA_MASTER: u32,
  NDA_LINK_NETNSID: s32,
  NDA_PROTOCOL: u8,
  NDA_NH_ID: u32,
  NDA_FLAGS_EXT: u32,
});

/**
 * The fields of `struct ndmsg`.
 * @category Netlink
 */
export type NeighbourFields = {
  family: typeof u8;
  ifindex: typeof s32;
  state: typeof u16;
  flags: typeof u8;
  type: typeof u8;
};

const neighbourFields: NeighbourFields = {
  family: u8,
  ifindex: s32,
  state: u16,
  flags: u8,
  type: u8,
};

/**
 * A neighbour: the fields of `struct ndmsg`, and `NDA_` attributes.
 * @category Netlink
 */
export type NeighbourMessage = Decoded<NeighbourFields, NeighbourPolicy>;
/**
 * A neighbour to encode.
 * @category Netlink
 */
export type NeighbourMessageInput = Encodable<
  NeighbourFields,
  NeighbourPolicy
>;

/**
 * `struct ndmsg` with `NDA_` attributes: the messages `RTM_NEWNEIGH`, `RTM_DELNEIGH` and
 * `RTM_GETNEIGH`. Its fields are `family`, `ifindex`, `state` (`NUD_`), `flags` (`NTF_`) and `type`
 * (`RTN_`).
 * @category Netlink
 */
export const ndmsg: MessageFormat<NeighbourMessage, NeighbourMessageInput> =
  messageFormat("ndmsg", struct(neighbourFields), neighbourPolicy);
