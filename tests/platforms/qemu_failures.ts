/**
 * What qemu-user 7.2 lacks, by the test that needs it. A C program that makes the same calls,
 * natively and under qemu, confirmed each.
 */

const tcpInfo = "TCP_INFO is cut to 4 bytes";
const multicast = "no IP_MULTICAST_IF, IP_MULTICAST_ALL or MCAST_JOIN_GROUP";
const multicast6 = "no IPV6_MULTICAST_IF or MCAST_JOIN_GROUP";

/** Test names and reasons. */
export const qemuFailures: Readonly<Record<string, string>> = {
  // Messages: qemu translates each item, and truncates by itself, after the kernel has.
  "no buffers and empty buffers are what they are to Python":
    "a message without buffers is neither sent nor received",
  "an item that the buffer cuts is kept with what fits of it":
    "MSG_CTRUNC is not told",
  "descriptors that do not fit are closed, and MSG_CTRUNC tells":
    "neither is done",
  "sendmsg() with more descriptors than a message ever has room for sends nothing":
    "ancillary data is copied to its stack, which overflows",

  // Options.
  "a filter decides no more once it is detached": "no SO_DETACH_FILTER",
  "a filter of no instructions is refused by the system": "it is EFAULT there",
  "the error queue is not behind those who wait for data": "no SO_TIMESTAMPING",
  "create_server()'s backlog is the listener's": tcpInfo,
  "TCP_INFO of a live connection counts what was sent": tcpInfo,
  "the example in socket/structures/tcp_info.ts": tcpInfo,
  "the example in socket/zero_copy.ts": "no SO_ZEROCOPY",
  "AF_INET6: flow information goes to the kernel and comes back":
    "no IPV6_FLOWINFO_SEND",
  "SO_TIMESTAMPNS tells when a datagram came": "no SO_TIMESTAMPNS",
  "SO_INCOMING_CPU of tcp is set and read back": "SO_INCOMING_CPU is not set",
  "IP_RECVTTL of udp is set and read back": "IP_RECVTTL is not read",
  "IP_BIND_ADDRESS_NO_PORT of udp is set and read back":
    "no IP_BIND_ADDRESS_NO_PORT",
  "an option's unsigned integer goes to its 32 bits": "SO_MARK is not set",
  "a datagram that is too long is an error (poller)": "no IPV6_DONTFRAG",
  "a string is set as bytes, and nothing with a length":
    "SO_BINDTODEVICE is read as an int",
  "null with length 0 takes the interface of a socket away":
    "SO_BINDTODEVICE is not set from NULL",
  "options that are set here read alike to CPython's table":
    "IP_RECVTTL and IP_BIND_ADDRESS_NO_PORT are not read",

  // Multicast.
  "a group that was not joined cannot be left": "no MCAST_LEAVE_GROUP",
  "an IPv4 group is received from joining to leaving": multicast,
  "an IPv4 group is received from the source asked for alone": multicast,
  "an IPv4 group is joined by the interface's address": multicast,
  "IPv6 groups are received in a network namespace": multicast6,
  "multicast_sender.ts sets the TTL": multicast,
  "multicast_receiver and multicast_sender: ours with ours": multicast,
  "multicast_receiver and multicast_sender: Python's with ours": multicast,
  "multicast_receiver and multicast_sender over IPv6: ours with ours":
    multicast6,
  "multicast_receiver and multicast_sender over IPv6: ours with Python's":
    multicast6,
  "multicast_receiver and multicast_sender over IPv6: Python's with ours":
    multicast6,
  "netlink sockets address each other by port id":
    "netlink of other protocols than routing, uevents and audit",
};
