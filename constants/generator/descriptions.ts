/**
 * The documentation of the most used constants: a sentence each, for options with level, argument
 * type and unit. The other constants have a sentence by prefix.
 */
export const descriptions: Readonly<Record<string, string>> = {
  // Address families.
  AF_UNSPEC: "No particular address family: any that fits.",
  AF_INET: "IPv4; an address is `[host, port]`.",
  AF_INET6: "IPv6; an address is `[host, port, flowinfo, scope_id]`.",
  AF_UNIX:
    "Sockets of one machine; an address is a path, or bytes that begin with NUL in Linux's abstract namespace.",
  AF_LOCAL: "POSIX's other name for `AF_UNIX`.",
  AF_FILE: "Linux's old name for `AF_UNIX`.",
  AF_NETLINK: "Messages from and to the kernel; an address is `[pid, groups]`.",
  AF_ROUTE:
    "Routing messages of the kernel; on Linux the same as `AF_NETLINK`.",
  AF_PACKET:
    "Frames of a network interface; an address is `[ifname, proto, pkttype, hatype, addr]`.",
  AF_VSOCK:
    "Between a virtual machine and its host; an address is `[cid, port]`.",
  AF_CAN:
    "The CAN bus of vehicles and machines; an address is `[interface]`, with more for ISO-TP and J1939.",
  AF_ALG:
    "The kernel's cryptography; an address is `[type, name, feat, mask]`.",
  AF_TIPC:
    "Transparent Inter-Process Communication; an address is `[addr_type, v1, v2, v3, scope]`.",
  AF_RDS: "Reliable Datagram Sockets; an address is `[host, port]`.",
  AF_QIPCRTR:
    "Qualcomm's IPC router, to co-processors; an address is `[node, port]`.",
  AF_BLUETOOTH: "Bluetooth; the address depends on the protocol.",
  AF_BTH: "Winsock's name for `AF_BLUETOOTH`.",
  AF_SYSTEM: "macOS kernel controls and events; an address is `[id, unit]`.",
  AF_LINK: "Link-layer addresses, as BSD systems list interfaces.",
  AF_HYPERV:
    "Between a Hyper-V machine and its host; an address is `[vm_id, service_id]`.",
  AF_DIVERT: "Packets that a FreeBSD firewall diverts; an address is a port.",
  AF_XDP: "Frames through a ring shared with the driver (`AF_XDP`).",
  AF_KEY: "IPsec key management.",
  AF_SMC: "Shared Memory Communications, which replace TCP over RDMA.",
  AF_APPLETALK: "AppleTalk.",
  AF_AX25: "Amateur packet radio AX.25.",
  AF_X25: "ITU-T X.25.",
  AF_IPX: "Novell IPX.",
  AF_IRDA: "Infrared IrDA.",
  AF_DECnet: "DECnet.",
  AF_SNA: "IBM SNA.",
  AF_LLC: "IEEE 802.2 logical link control.",
  AF_PPPOX: "Point-to-point protocol over something, such as PPPoE.",
  AF_NFC: "Near-field communication.",
  AF_MPLS: "Multiprotocol label switching.",
  AF_KCM: "Kernel Connection Multiplexor: messages over TCP.",
  AF_NETBIOS: "NetBIOS names.",
  AF_ISDN: "ISDN.",

  // Socket types.
  SOCK_STREAM: "A stream of bytes, in order and reliable (TCP).",
  SOCK_DGRAM: "Datagrams: whole messages that may get lost or reordered (UDP).",
  SOCK_RAW: "Raw packets below the transport protocol; needs privileges.",
  SOCK_RDM: "Reliable datagrams, in no order.",
  SOCK_SEQPACKET: "Whole messages, in order and reliable.",
  SOCK_DCCP: "Datagrams with congestion control (DCCP).",
  SOCK_PACKET: "Obsolete: frames of an interface; use `AF_PACKET`.",
  SOCK_CLOEXEC:
    "Flag to `|` to a socket type: close the descriptor when a program is executed.",
  SOCK_NONBLOCK: "Flag to `|` to a socket type: calls do not block.",
  SOCK_CLOFORK:
    "Flag to `|` to a socket type: close the descriptor in a forked child.",

  // shutdown().
  SHUT_RD: "For `shutdown()`: nothing more is received.",
  SHUT_WR: "For `shutdown()`: nothing more is sent; the peer reads the end.",
  SHUT_RDWR: "For `shutdown()`: nothing more is received or sent.",

  // Message flags.
  MSG_OOB: "Send or receive urgent (out-of-band) data.",
  MSG_PEEK: "Receive data and leave it in the queue.",
  MSG_DONTROUTE:
    "Send to directly connected hosts only, not through a gateway.",
  MSG_CTRUNC:
    "Returned by `recvmsg()`: ancillary data was cut off for lack of space.",
  MSG_TRUNC:
    "Returned: the datagram was longer than the buffer. Passed on Linux: return its true length.",
  MSG_DONTWAIT: "Do not block in this one call.",
  MSG_EOR: "The end of a record.",
  MSG_WAITALL: "Wait until the whole buffer is filled.",
  MSG_CONFIRM: "The peer answered: its link-layer address is still good.",
  MSG_ERRQUEUE: "Receive from the queue of errors and timestamps.",
  MSG_NOSIGNAL: "Send without `SIGPIPE` when the peer is gone.",
  MSG_MORE: "More data follows at once: hold back a partial packet.",
  MSG_FASTOPEN: "Connect and send the first data in the SYN (TCP Fast Open).",
  MSG_CMSG_CLOEXEC:
    "Received descriptors are closed when a program is executed.",
  MSG_CMSG_CLOFORK: "Received descriptors are closed in a forked child.",
  MSG_WAITFORONE: "`recvmmsg()` blocks for the first message only.",
  MSG_ZEROCOPY: "Send straight from the buffer, without a copy in the kernel.",
  MSG_BATCH: "More messages follow in this `sendmmsg()`.",
  MSG_EOF: "Send, and then end the stream.",
  MSG_BCAST: "Returned: the datagram came by broadcast.",
  MSG_MCAST: "Returned: the datagram came by multicast.",
  MSG_NBIO: "FreeBSD's non-blocking mode for one call.",
  MSG_NOTIFICATION: "Returned: the message is an event of SCTP, not data.",
  MSG_PARTIAL: "Part of a message (Winsock).",
  MSG_PUSH_IMMEDIATE: "Winsock: do not wait to fill the buffer further.",
  MSG_PROXY: "The address is that of a proxied peer (packet sockets).",
  MSG_NEEDSA: "Kernel use: the address is needed.",
  MSG_INTERRUPT: "Winsock: send or receive in an interrupt.",
  MSG_SYN: "Kernel use: a TCP SYN.",
  MSG_FIN: "Kernel use: a TCP FIN.",
  MSG_RST: "Kernel use: a TCP RST.",
  MSG_TRYHARD: "DECnet's name for `MSG_DONTROUTE`.",
  MSG_MAXIOVLEN: "The maximum number of buffers in one Winsock message.",

  // getaddrinfo().
  AI_PASSIVE:
    "For `getaddrinfo()`: an address to bind, all interfaces by default.",
  AI_CANONNAME: "For `getaddrinfo()`: also the canonical name of the host.",
  AI_NUMERICHOST:
    "For `getaddrinfo()`: the host is an address; look nothing up.",
  AI_NUMERICSERV: "For `getaddrinfo()`: the service is a port number.",
  AI_V4MAPPED:
    "For `getaddrinfo()`: IPv4 addresses in IPv6 form if there is no IPv6 one.",
  AI_ALL: "For `getaddrinfo()`, with `AI_V4MAPPED`: IPv6 and mapped IPv4 both.",
  AI_ADDRCONFIG:
    "For `getaddrinfo()`: only families for which this host has an address.",
  AI_DEFAULT: "For `getaddrinfo()`: `AI_V4MAPPED_CFG | AI_ADDRCONFIG`.",
  AI_MASK: "All flags that `getaddrinfo()` takes.",
  AI_V4MAPPED_CFG:
    "For `getaddrinfo()`: `AI_V4MAPPED` if the kernel supports mapping.",
  AI_IDN: "For `getaddrinfo()`: encode an international name (IDNA).",
  AI_CANONIDN: "For `getaddrinfo()`: decode the canonical name (IDNA).",
  AI_UNUSABLE: "For `getaddrinfo()`: addresses that cannot be used, too.",
  AI_FQDN: "For `getaddrinfo()`: also the fully qualified name.",

  // getaddrinfo() errors.
  EAI_ADDRFAMILY: "`gaierror`: the host has no address of that family.",
  EAI_AGAIN: "`gaierror`: the name server failed for now; try again.",
  EAI_BADFLAGS: "`gaierror`: the flags are wrong.",
  EAI_BADHINTS: "`gaierror`: the hints are wrong.",
  EAI_FAIL: "`gaierror`: the name server failed for good.",
  EAI_FAMILY: "`gaierror`: the address family is not supported.",
  EAI_MAX: "One more than the highest `EAI_` number.",
  EAI_MEMORY: "`gaierror`: out of memory.",
  EAI_NODATA: "`gaierror`: the host has no address.",
  EAI_NONAME: "`gaierror`: the host or service is unknown.",
  EAI_OVERFLOW: "`gaierror`: the buffer for an answer was too small.",
  EAI_PROTOCOL: "`gaierror`: the protocol is unknown.",
  EAI_SERVICE: "`gaierror`: the service is unknown for that socket type.",
  EAI_SOCKTYPE: "`gaierror`: the socket type is not supported.",
  EAI_SYSTEM: "`gaierror`: a system error; `errno` says which.",
  EAI_INPROGRESS: "`getaddrinfo_a()`: the request is being processed.",
  EAI_CANCELED: "`getaddrinfo_a()`: the request was cancelled.",
  EAI_NOTCANCELED: "`getaddrinfo_a()`: the request was not cancelled.",
  EAI_ALLDONE: "`getaddrinfo_a()`: all requests are done.",
  EAI_INTR: "`gaierror`: interrupted by a signal.",
  EAI_IDN_ENCODE: "`gaierror`: the international name cannot be encoded.",
  HOST_NOT_FOUND: "`herror`: the host is unknown.",
  TRY_AGAIN: "`herror`: the name server failed for now; try again.",
  NO_RECOVERY: "`herror`: the name server failed for good.",
  NO_DATA: "`herror`: the host exists and has no address.",
  NO_ADDRESS: "`herror`: the same as `NO_DATA`.",
  NETDB_INTERNAL: "`herror`: a system error; `errno` says which.",
  NETDB_SUCCESS: "`herror`: no error.",

  // getnameinfo().
  NI_NUMERICHOST: "For `getnameinfo()`: the address, not the host's name.",
  NI_NUMERICSERV: "For `getnameinfo()`: the port, not the service's name.",
  NI_NOFQDN: "For `getnameinfo()`: a local host's name without its domain.",
  NI_NAMEREQD: "For `getnameinfo()`: an error if the host has no name.",
  NI_DGRAM: "For `getnameinfo()`: the service is one of datagrams (UDP).",
  NI_IDN: "For `getnameinfo()`: decode an international name (IDNA).",
  NI_NUMERICSCOPE: "For `getnameinfo()`: the scope as a number.",
  NI_WITHSCOPEID: "For `getnameinfo()`: the scope along with the address.",
  NI_MAXHOST: "Bytes that hold every host name for `getnameinfo()`.",
  NI_MAXSERV: "Bytes that hold every service name for `getnameinfo()`.",

  // Addresses and ports.
  INADDR_ANY: "0.0.0.0, every interface, as an integer.",
  INADDR_BROADCAST: "255.255.255.255, the local network, as an integer.",
  INADDR_LOOPBACK: "127.0.0.1, this host, as an integer.",
  INADDR_NONE: "What `inet_addr()` returns for an error.",
  INADDR_UNSPEC_GROUP: "224.0.0.0, no group, as an integer.",
  INADDR_ALLHOSTS_GROUP: "224.0.0.1, all hosts of the network, as an integer.",
  INADDR_ALLRTRS_GROUP: "224.0.0.2, all routers of the network, as an integer.",
  INADDR_MAX_LOCAL_GROUP: "224.0.0.255, the last local group, as an integer.",
  INADDR_DUMMY: "192.0.0.8, the source of ICMP errors without an address.",
  IPPORT_RESERVED: "Ports below this one need privileges.",
  IPPORT_USERRESERVED: "Ports below this one are reserved for servers.",
  INET_ADDRSTRLEN: "Bytes that hold an IPv4 address as text, with its NUL.",
  INET6_ADDRSTRLEN: "Bytes that hold an IPv6 address as text, with its NUL.",
  IFNAMSIZ: "Bytes that hold an interface name, with its NUL.",
  IF_NAMESIZE: "Bytes that hold an interface name, with its NUL.",
  SOMAXCONN: "The longest queue of connections for `listen()`.",
  IOV_MAX: "The maximum number of buffers in one `sendmsg()` or `recvmsg()`.",
  UIO_MAXIOV:
    "The maximum number of buffers in one `sendmsg()` or `recvmsg()`.",
  MAXHOSTNAMELEN: "Bytes that hold the host's name, with its NUL.",

  // Option levels.
  SOL_SOCKET: "Option level of every socket: the `SO_` names.",
  SOL_IP: "Option level of IPv4: the `IP_` names.",
  SOL_IPV6: "Option level of IPv6: the `IPV6_` names.",
  SOL_TCP: "Option level of TCP: the `TCP_` names.",
  SOL_UDP: "Option level of UDP: the `UDP_` names.",
  SOL_PACKET: "Option level of packet sockets: the `PACKET_` names.",
  SOL_ALG: "Option level of `AF_ALG`: the `ALG_` names.",
  SOL_TIPC: "Option level of TIPC: the `TIPC_` names.",
  SOL_NETLINK: "Option level of netlink: the `NETLINK_` names.",
  SOL_CAN_BASE: "Option levels of CAN are this plus the protocol.",
  SOL_CAN_RAW: "Option level of raw CAN: the `CAN_RAW_` names.",
  SOL_CAN_ISOTP: "Option level of CAN ISO-TP: the `CAN_ISOTP_` names.",
  SOL_CAN_J1939: "Option level of CAN J1939: the `SO_J1939_` names.",
  SOL_BLUETOOTH: "Option level of Bluetooth: the `BT_` names.",
  SOL_HCI: "Option level of Bluetooth HCI: the `HCI_` names.",
  SOL_L2CAP: "Option level of Bluetooth L2CAP: the `L2CAP_` names.",
  SOL_RFCOMM: "Option level of Bluetooth RFCOMM: the `RFCOMM_` names.",
  SOL_SCO: "Option level of Bluetooth SCO: the `SCO_` names.",
  SOL_RDS: "Option level of RDS: the `RDS_` names.",
  SOL_TLS: "Option level of kernel TLS: the `TLS_` names.",
  SOL_MPTCP: "Option level of Multipath TCP.",
  SOL_XDP: "Option level of `AF_XDP`.",
  SOL_VSOCK: "Level of the ancillary data of `AF_VSOCK`.",
  SOL_LOCAL: "Option level of `AF_UNIX` on BSD systems: the `LOCAL_` names.",
  SOL_RAW: "Option level of raw sockets.",
  SOL_ICMPV6: "Option level of ICMPv6.",

  // Protocols.
  IPPROTO_IP: "The default protocol of IPv4, and the level of its options.",
  IPPROTO_ICMP: "ICMP, the control messages of IPv4.",
  IPPROTO_IGMP: "IGMP, group membership of IPv4.",
  IPPROTO_IPIP: "IPv4 in IPv4.",
  IPPROTO_TCP: "TCP, and the level of its options.",
  IPPROTO_UDP: "UDP, and the level of its options.",
  IPPROTO_IPV6: "IPv6, and the level of its options.",
  IPPROTO_IPV4: "IPv4 in IP.",
  IPPROTO_ICMPV6: "ICMPv6, the control messages of IPv6.",
  IPPROTO_HOPOPTS: "IPv6 hop-by-hop options.",
  IPPROTO_ROUTING: "IPv6 routing header.",
  IPPROTO_FRAGMENT: "IPv6 fragment header.",
  IPPROTO_DSTOPTS: "IPv6 destination options.",
  IPPROTO_NONE: "No next header in IPv6.",
  IPPROTO_ESP: "IPsec's encryption (ESP).",
  IPPROTO_AH: "IPsec's authentication header (AH).",
  IPPROTO_GRE: "GRE, Cisco's tunnel protocol.",
  IPPROTO_SCTP: "SCTP, streams of messages.",
  IPPROTO_DCCP: "DCCP, datagrams with congestion control.",
  IPPROTO_UDPLITE: "UDP-Lite, datagrams with a partial checksum.",
  IPPROTO_MPTCP:
    "Multipath TCP: `new Socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP)`.",
  IPPROTO_RAW: "Raw IP packets, whose header the sender supplies.",
  IPPROTO_PIM: "PIM, multicast routing.",
  IPPROTO_RSVP: "RSVP, resource reservation.",
  IPPROTO_VRRP: "VRRP, router redundancy.",
  IPPROTO_MAX: "The upper bound of protocol numbers.",

  // Options of every socket.
  SO_DEBUG: "Records debugging facts of the protocol (int).",
  SO_REUSEADDR:
    "Lets `bind()` take an address still in use by old connections (int).",
  SO_REUSEPORT:
    "Lets several sockets bind one port and share its traffic (int).",
  SO_REUSEPORT_LB:
    "`SO_REUSEPORT` with the load balanced among the sockets (int).",
  SO_EXCLUSIVEADDRUSE: "Keeps others from binding this socket's address (int).",
  SO_TYPE: "The socket type, `SOCK_STREAM` and its kin (int, read only).",
  SO_DOMAIN: "The address family (int, read only).",
  SO_PROTOCOL: "The protocol (int, read only).",
  SO_PROTOTYPE: "The protocol (int, read only).",
  SO_ERROR: "The pending error, cleared by reading (int, read only).",
  SO_DONTROUTE: "Sends to directly connected hosts only, by no gateway (int).",
  SO_BROADCAST: "Allows datagrams to broadcast addresses (int).",
  SO_SNDBUF: "Bytes of the send buffer (int; Linux doubles what is set).",
  SO_RCVBUF: "Bytes of the receive buffer (int; Linux doubles what is set).",
  SO_SNDBUFFORCE:
    "`SO_SNDBUF` beyond the system's limit, with privileges (int).",
  SO_RCVBUFFORCE:
    "`SO_RCVBUF` beyond the system's limit, with privileges (int).",
  SO_KEEPALIVE:
    "Probes an idle connection to see whether the peer lives (int).",
  SO_OOBINLINE: "Leaves urgent data in the stream (int).",
  SO_LINGER:
    "How long `close()` waits for unsent data (`struct linger`: on or off, and seconds; on macOS ticks).",
  SO_LINGER_SEC: "`SO_LINGER` in seconds on macOS (`struct linger`).",
  SO_DONTLINGER: "`close()` does not wait for unsent data (int).",
  SO_PASSCRED: "Receives the sender's credentials as `SCM_CREDENTIALS` (int).",
  SO_PEERCRED: "Credentials of the connected peer (`struct ucred`, read only).",
  SO_PEERGROUPS:
    "Supplementary groups of the connected peer (gid_t each, read only).",
  SO_PEERSEC: "Security label of the connected peer (bytes, read only).",
  SO_PASSSEC: "Receives the sender's security label as `SCM_SECURITY` (int).",
  SO_PASSPIDFD: "Receives a pidfd of the sender as `SCM_PIDFD` (int).",
  SO_PASSRIGHTS: "Whether descriptors may be received by `SCM_RIGHTS` (int).",
  SO_PEERPIDFD: "A pidfd of the connected peer (int, read only).",
  SO_RCVLOWAT: "Bytes that make the socket readable (int).",
  SO_SNDLOWAT: "Free bytes that make the socket writable (int).",
  SO_RCVTIMEO:
    "Time limit of a receive (`struct timeval`; Windows: int milliseconds).",
  SO_SNDTIMEO:
    "Time limit of a send (`struct timeval`; Windows: int milliseconds).",
  SO_ACCEPTCONN: "Whether the socket listens (int, read only).",
  SO_BINDTODEVICE: "Binds to a network interface by name (bytes).",
  SO_BINDTOIFINDEX: "Binds to a network interface by index (int).",
  SO_ATTACH_FILTER: "Attaches a classic BPF filter (`struct sock_fprog`).",
  SO_ATTACH_BPF: "Attaches an eBPF filter by its descriptor (int).",
  SO_DETACH_FILTER: "Removes the attached filter (int, ignored).",
  SO_LOCK_FILTER: "Keeps the attached filter from being changed (int).",
  SO_PRIORITY: "Priority of sent packets, 0 to 6 without privileges (int).",
  SO_MARK: "Mark of sent packets, for routing and firewalls (int).",
  SO_TIMESTAMP:
    "Receives the time of arrival as `SCM_TIMESTAMP`, in microseconds (int).",
  SO_TIMESTAMPNS:
    "Receives the time of arrival as `SCM_TIMESTAMPNS`, in nanoseconds (int).",
  SO_TIMESTAMPING:
    "Timestamps by software and hardware (int of `SOF_TIMESTAMPING_` flags).",
  SO_RXQ_OVFL: "Receives the count of dropped packets as ancillary data (int).",
  SO_PEEK_OFF: "Where `MSG_PEEK` begins; -1 turns it off (int).",
  SO_NOFCS: "Leaves the frame's checksum to the user (int).",
  SO_BUSY_POLL: "Microseconds of busy polling before a receive blocks (int).",
  SO_PREFER_BUSY_POLL: "Prefers busy polling to interrupts (int).",
  SO_INCOMING_CPU: "The CPU on which packets arrive (int).",
  SO_INCOMING_NAPI_ID: "The receive queue of the last packet (int, read only).",
  SO_MAX_PACING_RATE: "Bytes per second at most (unsigned int or 64 bits).",
  SO_MEMINFO: "Memory use of the socket (unsigned ints, read only).",
  SO_COOKIE: "A number unique to the socket (64 bits, read only).",
  SO_NETNS_COOKIE:
    "A number unique to the network namespace (64 bits, read only).",
  SO_ZEROCOPY: "Allows `MSG_ZEROCOPY` (int).",
  SO_TXTIME:
    "Lets packets carry the time at which to be sent (`struct sock_txtime`).",
  SO_NOSIGPIPE: "No `SIGPIPE` when the peer is gone (int).",
  SO_USELOOPBACK: "A routing socket receives its own messages (int).",
  SO_SETFIB: "The routing table to use (int).",
  SO_USER_COOKIE: "A number that the firewall sees (unsigned int).",
  SO_ACCEPTFILTER:
    "Delays `accept()` until data came (`struct accept_filter_arg`).",
  SO_NREAD: "Bytes ready to be read (int, read only).",
  SO_NWRITE: "Bytes not yet sent (int, read only).",
  SO_LISTENQLIMIT: "The length of the `listen()` queue (int, read only).",
  SO_LISTENQLEN: "Connections waiting for `accept()` (int, read only).",
  SO_CONDITIONAL_ACCEPT: "The program decides whether to accept (int).",
  SO_CONNECT_TIME: "Seconds since the connection was made (int, read only).",
  SO_MAX_MSG_SIZE: "The longest message (unsigned int, read only).",
  SO_RESERVE_MEM: "Bytes of memory kept for the socket (int).",
  SO_TXREHASH: "Whether a lost packet takes another path (int).",
  SO_BUF_LOCK: "Keeps the kernel from resizing the buffers (int).",
  SO_ORIGINAL_DST:
    "The destination before a firewall redirected it (SOL_IP, `struct sockaddr_in`).",
  IP6T_SO_ORIGINAL_DST:
    "The destination before a firewall redirected it (SOL_IPV6, `struct sockaddr_in6`).",
  SO_UPDATE_ACCEPT_CONTEXT: "Completes a socket made by `AcceptEx` (SOCKET).",
  SO_UPDATE_CONNECT_CONTEXT: "Completes a socket connected by `ConnectEx`.",

  // Ancillary data.
  SCM_RIGHTS: "Ancillary data: descriptors (ints), as `send_fds()` sends them.",
  SCM_CREDENTIALS: "Ancillary data: the sender's `struct ucred`.",
  SCM_CREDS: "Ancillary data: the sender's credentials, BSD's.",
  SCM_CREDS2: "Ancillary data: the sender's credentials, `struct sockcred2`.",
  SCM_PIDFD: "Ancillary data: a pidfd of the sender (int).",
  SCM_SECURITY: "Ancillary data: the sender's security label.",
  SCM_TIMESTAMP: "Ancillary data: time of arrival (`struct timeval`).",
  SCM_TIMESTAMPNS: "Ancillary data: time of arrival (`struct timespec`).",
  SCM_TIMESTAMPING:
    "Ancillary data: software and hardware times (three `struct timespec`).",
  SCM_TXTIME: "Ancillary data: when to send (64-bit nanoseconds).",
  SCM_BINTIME: "Ancillary data: time of arrival (`struct bintime`).",

  // IPv4 options.
  IP_TOS: "Type of service of sent packets (IPPROTO_IP, int).",
  IP_TTL: "Time to live of sent packets, 1 to 255 hops (IPPROTO_IP, int).",
  IP_NAT__XXX:
    "Option for `setsockopt(IPPROTO_IP, …)`: address translation; so named by macOS's own header, which deprecates it.",
  IP_HDRINCL: "Sent data begins with the IP header (IPPROTO_IP, int).",
  IP_OPTIONS: "IP options of sent packets (IPPROTO_IP, bytes).",
  IP_RECVOPTS: "Receives IP options as ancillary data (IPPROTO_IP, int).",
  IP_RETOPTS:
    "Receives unprocessed IP options as ancillary data (IPPROTO_IP, int).",
  IP_RECVRETOPTS:
    "Receives IP options for a reply as ancillary data (IPPROTO_IP, int).",
  IP_PKTINFO:
    "Receives interface and destination as ancillary data, or sets them for a send (IPPROTO_IP, int).",
  IP_RECVTOS:
    "Receives the type of service as ancillary data (IPPROTO_IP, int).",
  IP_RECVTTL: "Receives the time to live as ancillary data (IPPROTO_IP, int).",
  IP_RECVERR: "Queues errors for `MSG_ERRQUEUE` (IPPROTO_IP, int).",
  IP_RECVDSTADDR:
    "Receives the destination address as ancillary data (IPPROTO_IP, int).",
  IP_RECVIF: "Receives the interface as ancillary data (IPPROTO_IP, int).",
  IP_RECVORIGDSTADDR:
    "Receives the destination before redirection as ancillary data (IPPROTO_IP, int).",
  IP_SENDSRCADDR:
    "Ancillary data: the source address of a send (`struct in_addr`).",
  IP_MULTICAST_IF:
    "Interface of sent multicasts (IPPROTO_IP, `struct in_addr` or `ip_mreqn`).",
  IP_MULTICAST_TTL:
    "Time to live of sent multicasts, 0 to 255 (IPPROTO_IP, int).",
  IP_MULTICAST_LOOP:
    "Whether this host receives its own multicasts (IPPROTO_IP, int).",
  IP_MULTICAST_ALL:
    "Receives the groups that any socket joined (IPPROTO_IP, int).",
  IP_ADD_MEMBERSHIP:
    "Joins a multicast group (IPPROTO_IP, `struct ip_mreq` or `ip_mreqn`).",
  IP_DROP_MEMBERSHIP:
    "Leaves a multicast group (IPPROTO_IP, `struct ip_mreq` or `ip_mreqn`).",
  IP_ADD_SOURCE_MEMBERSHIP:
    "Joins a multicast group for one source (IPPROTO_IP, `struct ip_mreq_source`).",
  IP_DROP_SOURCE_MEMBERSHIP:
    "Leaves a multicast group for one source (IPPROTO_IP, `struct ip_mreq_source`).",
  IP_BLOCK_SOURCE:
    "Stops data of one source of a group (IPPROTO_IP, `struct ip_mreq_source`).",
  IP_UNBLOCK_SOURCE:
    "Receives a blocked source again (IPPROTO_IP, `struct ip_mreq_source`).",
  IP_MTU:
    "Path MTU of the connected socket, in bytes (IPPROTO_IP, int, read only).",
  IP_MTU_DISCOVER:
    "Path MTU discovery, an `IP_PMTUDISC_` value (IPPROTO_IP, int).",
  IP_FREEBIND:
    "Allows binding an address that this host does not have (IPPROTO_IP, int).",
  IP_TRANSPARENT:
    "Acts for addresses that this host does not have (IPPROTO_IP, int).",
  IP_BIND_ADDRESS_NO_PORT:
    "`bind()` to port 0 leaves the choice to `connect()` (IPPROTO_IP, int).",
  IP_LOCAL_PORT_RANGE:
    "Range of automatic ports, low in the lower half (IPPROTO_IP, 32 bits).",
  IP_MINTTL: "Drops packets with a lower time to live (IPPROTO_IP, int).",
  IP_DONTFRAG: "Sent packets must not be fragmented (IPPROTO_IP, int).",
  IP_DONTFRAGMENT: "Sent packets must not be fragmented (IPPROTO_IP, int).",
  IP_PORTRANGE:
    "Range of automatic ports, an `IP_PORTRANGE_` value (IPPROTO_IP, int).",
  IP_UNICAST_IF:
    "Interface of sent packets (IPPROTO_IP, index in network byte order).",
  IP_BOUND_IF: "Binds to a network interface by index (IPPROTO_IP, int).",
  IP_DEFAULT_MULTICAST_TTL: "The default of `IP_MULTICAST_TTL`.",
  IP_DEFAULT_MULTICAST_LOOP: "The default of `IP_MULTICAST_LOOP`.",
  IP_MAX_MEMBERSHIPS: "The most groups that a socket may join.",

  // IPv6 options.
  IPV6_V6ONLY:
    "An IPv6 socket does not accept IPv4 traffic (IPPROTO_IPV6, int; before `bind()`).",
  IPV6_UNICAST_HOPS:
    "Hop limit of sent packets, -1 for the default (IPPROTO_IPV6, int).",
  IPV6_MULTICAST_HOPS:
    "Hop limit of sent multicasts, -1 for the default (IPPROTO_IPV6, int).",
  IPV6_MULTICAST_IF:
    "Interface of sent multicasts, by index (IPPROTO_IPV6, unsigned int).",
  IPV6_MULTICAST_LOOP:
    "Whether this host receives its own multicasts (IPPROTO_IPV6, int).",
  IPV6_JOIN_GROUP:
    "Joins a multicast group (IPPROTO_IPV6, `struct ipv6_mreq`).",
  IPV6_LEAVE_GROUP:
    "Leaves a multicast group (IPPROTO_IPV6, `struct ipv6_mreq`).",
  IPV6_ADD_MEMBERSHIP: "Another name for `IPV6_JOIN_GROUP`.",
  IPV6_DROP_MEMBERSHIP: "Another name for `IPV6_LEAVE_GROUP`.",
  IPV6_RECVPKTINFO:
    "Receives interface and destination as `IPV6_PKTINFO` (IPPROTO_IPV6, int).",
  IPV6_PKTINFO: "Ancillary data: interface and address (`struct in6_pktinfo`).",
  IPV6_RECVHOPLIMIT:
    "Receives the hop limit as `IPV6_HOPLIMIT` (IPPROTO_IPV6, int).",
  IPV6_HOPLIMIT: "Ancillary data: the hop limit (int).",
  IPV6_RECVTCLASS:
    "Receives the traffic class as `IPV6_TCLASS` (IPPROTO_IPV6, int).",
  IPV6_TCLASS:
    "Traffic class of sent packets, -1 for the default (IPPROTO_IPV6, int).",
  IPV6_RECVHOPOPTS:
    "Receives hop-by-hop options as ancillary data (IPPROTO_IPV6, int).",
  IPV6_RECVDSTOPTS:
    "Receives destination options as ancillary data (IPPROTO_IPV6, int).",
  IPV6_RECVRTHDR:
    "Receives the routing header as ancillary data (IPPROTO_IPV6, int).",
  IPV6_RECVPATHMTU:
    "Receives changes of the path MTU as ancillary data (IPPROTO_IPV6, int).",
  IPV6_PATHMTU:
    "Path MTU of the connected socket (IPPROTO_IPV6, `struct ip6_mtuinfo`).",
  IPV6_HOPOPTS: "Hop-by-hop options of sent packets (IPPROTO_IPV6, bytes).",
  IPV6_DSTOPTS: "Destination options of sent packets (IPPROTO_IPV6, bytes).",
  IPV6_RTHDR: "Routing header of sent packets (IPPROTO_IPV6, bytes).",
  IPV6_RTHDRDSTOPTS:
    "Destination options before the routing header (IPPROTO_IPV6, bytes).",
  IPV6_RTHDR_TYPE_0: "The routing header of type 0, long deprecated.",
  IPV6_NEXTHOP: "Next hop of sent packets (IPPROTO_IPV6, a socket address).",
  IPV6_CHECKSUM:
    "Where a raw socket's checksum lies; -1 for none (IPPROTO_IPV6, int).",
  IPV6_DONTFRAG: "Sent packets must not be fragmented (IPPROTO_IPV6, int).",
  IPV6_USE_MIN_MTU: "Sends packets of at most 1280 bytes (IPPROTO_IPV6, int).",
  IPV6_HDRINCL: "Sent data begins with the IPv6 header (IPPROTO_IPV6, int).",
  IPV6_MTU: "Path MTU in bytes (IPPROTO_IPV6, int).",
  IPV6_MTU_DISCOVER:
    "Path MTU discovery, an `IPV6_PMTUDISC_` value (IPPROTO_IPV6, int).",
  IPV6_RECVERR: "Queues errors for `MSG_ERRQUEUE` (IPPROTO_IPV6, int).",
  IPV6_FREEBIND:
    "Allows binding an address that this host does not have (IPPROTO_IPV6, int).",
  IPV6_TRANSPARENT:
    "Acts for addresses that this host does not have (IPPROTO_IPV6, int).",
  IPV6_UNICAST_IF:
    "Interface of sent packets (IPPROTO_IPV6, index in network byte order).",
  IPV6_ADDR_PREFERENCES:
    "Preference among source addresses (IPPROTO_IPV6, `IPV6_PREFER_SRC_` flags).",

  // Multicast options of both.
  MCAST_JOIN_GROUP:
    "Joins a multicast group (IPPROTO_IP or IPPROTO_IPV6, `struct group_req`).",
  MCAST_LEAVE_GROUP:
    "Leaves a multicast group (IPPROTO_IP or IPPROTO_IPV6, `struct group_req`).",
  MCAST_JOIN_SOURCE_GROUP:
    "Joins a group for one source (IPPROTO_IP or IPPROTO_IPV6, `struct group_source_req`).",
  MCAST_LEAVE_SOURCE_GROUP:
    "Leaves a group for one source (IPPROTO_IP or IPPROTO_IPV6, `struct group_source_req`).",
  MCAST_BLOCK_SOURCE:
    "Stops data of one source of a group (IPPROTO_IP or IPPROTO_IPV6, `struct group_source_req`).",
  MCAST_UNBLOCK_SOURCE:
    "Receives a blocked source again (IPPROTO_IP or IPPROTO_IPV6, `struct group_source_req`).",

  // TCP options.
  TCP_NODELAY:
    "Sends small segments at once, without Nagle's algorithm (IPPROTO_TCP, int).",
  TCP_MAXSEG: "The longest segment, in bytes (IPPROTO_TCP, int).",
  TCP_CORK:
    "Holds back partial segments until it is cleared (IPPROTO_TCP, int).",
  TCP_NOPUSH:
    "Holds back partial segments until it is cleared (IPPROTO_TCP, int).",
  TCP_NOOPT: "Sends no TCP options (IPPROTO_TCP, int).",
  TCP_KEEPIDLE:
    "Seconds a connection is idle before the first keep-alive probe (IPPROTO_TCP, int).",
  TCP_KEEPALIVE:
    "Seconds a connection is idle before the first keep-alive probe (IPPROTO_TCP, int).",
  TCP_KEEPINTVL: "Seconds between keep-alive probes (IPPROTO_TCP, int).",
  TCP_KEEPCNT:
    "Keep-alive probes without answer before the connection ends (IPPROTO_TCP, int).",
  TCP_KEEPINIT: "Seconds that connecting may take (IPPROTO_TCP, int).",
  TCP_SYNCNT:
    "SYN packets sent before `connect()` gives up (IPPROTO_TCP, int).",
  TCP_LINGER2:
    "Seconds that a closed socket stays in FIN_WAIT2 (IPPROTO_TCP, int).",
  TCP_DEFER_ACCEPT:
    "Seconds that `accept()` waits for the first data (IPPROTO_TCP, int).",
  TCP_WINDOW_CLAMP:
    "Bytes of the advertised window at most (IPPROTO_TCP, int).",
  TCP_INFO:
    "The state of the connection (IPPROTO_TCP, `struct tcp_info`, read only).",
  TCP_CONNECTION_INFO:
    "The state of the connection (IPPROTO_TCP, `struct tcp_connection_info`, read only).",
  TCP_QUICKACK: "Acknowledges at once; not permanent (IPPROTO_TCP, int).",
  TCP_CONGESTION:
    "Name of the congestion control, such as `cubic` (IPPROTO_TCP, bytes).",
  TCP_USER_TIMEOUT:
    "Milliseconds that sent data may stay unacknowledged (IPPROTO_TCP, unsigned int).",
  TCP_FASTOPEN:
    "Fast Open: on a listening socket, the length of its queue (IPPROTO_TCP, int).",
  TCP_FASTOPEN_CONNECT:
    "Fast Open by plain `connect()` and `send()` (IPPROTO_TCP, int).",
  TCP_FASTOPEN_KEY:
    "The key for Fast Open cookies (IPPROTO_TCP, 16 or 32 bytes).",
  TCP_FASTOPEN_NO_COOKIE: "Fast Open without cookies (IPPROTO_TCP, int).",
  TCP_TIMESTAMP:
    "The timestamp clock of the connection (IPPROTO_TCP, unsigned int).",
  TCP_NOTSENT_LOWAT:
    "Unsent bytes below which the socket is writable (IPPROTO_TCP, unsigned int).",
  TCP_MD5SIG:
    "Key for signed segments of a peer (IPPROTO_TCP, `struct tcp_md5sig`).",
  TCP_MD5SIG_EXT:
    "`TCP_MD5SIG` for a whole network (IPPROTO_TCP, `struct tcp_md5sig`).",
  TCP_ULP: "A protocol upon TCP, such as `tls` (IPPROTO_TCP, bytes).",
  TCP_REPAIR:
    "Repair mode, to move a connection to another process (IPPROTO_TCP, int).",
  TCP_REPAIR_QUEUE:
    "The queue that repair mode reads and writes (IPPROTO_TCP, int).",
  TCP_QUEUE_SEQ:
    "Sequence number of the queue in repair (IPPROTO_TCP, unsigned int).",
  TCP_REPAIR_OPTIONS:
    "TCP options in repair mode (IPPROTO_TCP, `struct tcp_repair_opt`).",
  TCP_REPAIR_WINDOW:
    "Windows in repair mode (IPPROTO_TCP, `struct tcp_repair_window`).",
  TCP_SAVE_SYN: "Keeps the SYN of incoming connections (IPPROTO_TCP, int).",
  TCP_SAVED_SYN:
    "The SYN kept by `TCP_SAVE_SYN` (IPPROTO_TCP, bytes, read only).",
  TCP_CC_INFO:
    "The state of the congestion control (IPPROTO_TCP, bytes, read only).",
  TCP_INQ:
    "Receives the count of unread bytes as ancillary data (IPPROTO_TCP, int).",
  TCP_CM_INQ: "Ancillary data: the count of unread bytes (int).",
  TCP_TX_DELAY:
    "Microseconds that sent segments are delayed (IPPROTO_TCP, unsigned int).",
  TCP_ZEROCOPY_RECEIVE:
    "Receives into mapped memory (IPPROTO_TCP, `struct tcp_zerocopy_receive`).",
  TCP_THIN_LINEAR_TIMEOUTS:
    "Linear timeouts for thin streams (IPPROTO_TCP, int).",
  TCP_THIN_DUPACK: "Quick retransmission for thin streams (IPPROTO_TCP, int).",
  TCP_MAXRT: "Seconds that retransmission goes on (IPPROTO_TCP, int).",
  TCP_IS_MPTCP:
    "Whether the connection is Multipath TCP (IPPROTO_TCP, int, read only).",
  TCP_RXT_CONNDROPTIME:
    "Seconds of retransmission before the connection ends (IPPROTO_TCP, int).",
  TCP_CONNECTIONTIMEOUT: "Seconds that connecting may take (IPPROTO_TCP, int).",
  TCP_SENDMOREACKS: "Acknowledges every other segment (IPPROTO_TCP, int).",
  TCP_ENABLE_ECN: "Explicit congestion notification (IPPROTO_TCP, int).",
  TCP_ESTABLISHED: "State in `TCP_INFO`: connected.",
  TCP_SYN_SENT: "State in `TCP_INFO`: connecting.",
  TCP_SYN_RECV: "State in `TCP_INFO`: a connection is coming in.",
  TCP_FIN_WAIT1: "State in `TCP_INFO`: closed here, not yet acknowledged.",
  TCP_FIN_WAIT2:
    "State in `TCP_INFO`: closed here, waiting for the peer's end.",
  TCP_TIME_WAIT: "State in `TCP_INFO`: closed, waiting for stray packets.",
  TCP_CLOSE: "State in `TCP_INFO`: not connected.",
  TCP_CLOSE_WAIT: "State in `TCP_INFO`: the peer has closed.",
  TCP_LAST_ACK:
    "State in `TCP_INFO`: both closed, waiting for the last answer.",
  TCP_LISTEN: "State in `TCP_INFO`: listening.",
  TCP_CLOSING: "State in `TCP_INFO`: both closed at once.",

  // UDP options.
  UDP_CORK:
    "Gathers what is sent into one datagram until it is cleared (IPPROTO_UDP, int).",
  UDP_SEGMENT:
    "Bytes of each datagram that a long send is cut into (IPPROTO_UDP, int).",
  UDP_GRO:
    "Receives several datagrams as one, with their size as ancillary data (IPPROTO_UDP, int).",
  UDP_ENCAP:
    "Kind of packets carried in UDP, a `UDP_ENCAP_` value (IPPROTO_UDP, int).",
  UDPLITE_SEND_CSCOV:
    "Bytes of a sent datagram under the checksum (IPPROTO_UDPLITE, int).",
  UDPLITE_RECV_CSCOV:
    "Least bytes of a received datagram under the checksum (IPPROTO_UDPLITE, int).",

  // Kernel TLS.
  TLS_1_2_VERSION: "Version of kernel TLS (SOL_TLS): TLS 1.2.",
  TLS_1_3_VERSION: "Version of kernel TLS (SOL_TLS): TLS 1.3.",
  TLS_TX:
    "Keys to encrypt what is sent, after `TCP_ULP` is `tls` (SOL_TLS, `struct tls12_crypto_info_…` of the cipher).",
  TLS_RX:
    "Keys to decrypt what is received, after `TCP_ULP` is `tls` (SOL_TLS, `struct tls12_crypto_info_…` of the cipher).",
  TLS_TX_ZEROCOPY_RO:
    "Lets the network card encrypt the pages of `sendfile()`, which must not change until they are sent (SOL_TLS, unsigned int).",
  TLS_RX_EXPECT_NO_PAD:
    "Expects records without padding, which are then decrypted without a copy; TLS 1.3 (SOL_TLS, unsigned int).",
  TLS_SET_RECORD_TYPE:
    "Ancillary data: the type of the record to send (SOL_TLS, 1 byte).",
  TLS_GET_RECORD_TYPE:
    "Ancillary data: the type of the received record (SOL_TLS, 1 byte).",

  // Packet sockets.
  PACKET_HOST: "Packet type: to this host.",
  PACKET_BROADCAST: "Packet type: by broadcast.",
  PACKET_MULTICAST: "Packet type: by multicast.",
  PACKET_OTHERHOST: "Packet type: to another host, seen in promiscuous mode.",
  PACKET_OUTGOING: "Packet type: sent by this host.",
  PACKET_LOOPBACK: "Packet type: looped back.",
  PACKET_FASTROUTE: "Packet type: routed fast; obsolete.",
  PACKET_ADD_MEMBERSHIP:
    "Receives more than this host's frames (SOL_PACKET, `struct packet_mreq`).",
  PACKET_DROP_MEMBERSHIP:
    "Undoes `PACKET_ADD_MEMBERSHIP` (SOL_PACKET, `struct packet_mreq`).",
  PACKET_AUXDATA:
    "Receives facts of each frame as ancillary data (SOL_PACKET, int).",
  PACKET_FANOUT: "Shares the frames among several sockets (SOL_PACKET, int).",
  PACKET_IGNORE_OUTGOING:
    "Receives no frames that this host sends (SOL_PACKET, int).",
  PACKET_STATISTICS:
    "Counts of received and dropped frames (SOL_PACKET, `struct tpacket_stats`).",
  PACKET_QDISC_BYPASS: "Sends past the queueing discipline (SOL_PACKET, int).",
  PACKET_RX_RING:
    "A ring of received frames in shared memory (SOL_PACKET, `struct tpacket_req`).",
  PACKET_TX_RING:
    "A ring of frames to send in shared memory (SOL_PACKET, `struct tpacket_req`).",
  PACKET_VERSION: "Version of the rings' headers (SOL_PACKET, int).",
  PACKET_MR_PROMISC: "For `PACKET_ADD_MEMBERSHIP`: promiscuous mode.",
  PACKET_MR_ALLMULTI: "For `PACKET_ADD_MEMBERSHIP`: all multicasts.",
  PACKET_MR_MULTICAST: "For `PACKET_ADD_MEMBERSHIP`: one multicast address.",
  PACKET_MR_UNICAST: "For `PACKET_ADD_MEMBERSHIP`: one more address.",
  ETH_P_ALL: "Every protocol, for a packet socket.",
  ETH_P_IP: "EtherType of IPv4.",
  ETH_P_IPV6: "EtherType of IPv6.",
  ETH_P_ARP: "EtherType of ARP.",
  ETHERTYPE_IP: "EtherType of IPv4.",
  ETHERTYPE_IPV6: "EtherType of IPv6.",
  ETHERTYPE_ARP: "EtherType of ARP.",
  ETHERTYPE_VLAN: "EtherType of VLAN tags (IEEE 802.1Q).",

  // CAN.
  CAN_RAW: "Protocol of `AF_CAN`: raw frames.",
  CAN_BCM: "Protocol of `AF_CAN`: the broadcast manager, for cyclic messages.",
  CAN_ISOTP: "Protocol of `AF_CAN`: ISO 15765-2 transport of long messages.",
  CAN_J1939: "Protocol of `AF_CAN`: SAE J1939.",
  CAN_EFF_FLAG: "Flag of a CAN id: extended, 29 bits.",
  CAN_RTR_FLAG: "Flag of a CAN id: a request for data.",
  CAN_ERR_FLAG: "Flag of a CAN id: an error frame.",
  CAN_SFF_MASK: "The bits of a standard CAN id (11).",
  CAN_EFF_MASK: "The bits of an extended CAN id (29).",
  CAN_ERR_MASK: "The bits of an error frame's id.",
  CAN_RAW_FILTER:
    "Which ids to receive (SOL_CAN_RAW, `struct can_filter` each).",
  CAN_RAW_ERR_FILTER: "Which error frames to receive (SOL_CAN_RAW, int).",
  CAN_RAW_LOOPBACK:
    "Whether other sockets of this host receive what is sent (SOL_CAN_RAW, int).",
  CAN_RAW_RECV_OWN_MSGS:
    "Whether this socket receives its own frames (SOL_CAN_RAW, int).",
  CAN_RAW_FD_FRAMES: "Allows CAN FD frames of 64 bytes (SOL_CAN_RAW, int).",
  CAN_RAW_JOIN_FILTERS:
    "A frame must pass all filters, not one (SOL_CAN_RAW, int).",
  CAN_RAW_XL_FRAMES: "Allows CAN XL frames of 2048 bytes (SOL_CAN_RAW, int).",
  CAN_ISOTP_OPTS:
    "Options of ISO-TP (SOL_CAN_ISOTP, `struct can_isotp_options`).",
  CAN_ISOTP_RECV_FC:
    "Flow control of ISO-TP (SOL_CAN_ISOTP, `struct can_isotp_fc_options`).",
  CAN_ISOTP_LL_OPTS:
    "Link-layer options of ISO-TP (SOL_CAN_ISOTP, `struct can_isotp_ll_options`).",
  SO_J1939_FILTER:
    "Which messages to receive (SOL_CAN_J1939, `struct j1939_filter` each).",
  SO_J1939_PROMISC: "Receives every message of the bus (SOL_CAN_J1939, int).",
  SO_J1939_SEND_PRIO: "Priority of sent messages, 0 to 7 (SOL_CAN_J1939, int).",
  SO_J1939_ERRQUEUE:
    "Queues progress and errors for `MSG_ERRQUEUE` (SOL_CAN_J1939, int).",
  J1939_NO_ADDR: "No J1939 address.",
  J1939_NO_NAME: "No J1939 name.",
  J1939_NO_PGN: "No J1939 parameter group.",

  // Kernel cryptography.
  ALG_SET_KEY: "The key (SOL_ALG, bytes).",
  ALG_SET_IV: "Ancillary data: the initialization vector.",
  ALG_SET_OP: "Ancillary data: the operation, an `ALG_OP_` value.",
  ALG_SET_AEAD_ASSOCLEN: "Ancillary data: bytes of associated data.",
  ALG_SET_AEAD_AUTHSIZE:
    "Bytes of the authentication tag, as the option's length (SOL_ALG).",
  ALG_SET_PUBKEY: "The public key (SOL_ALG, bytes).",
  ALG_OP_ENCRYPT: "For `sendmsg_afalg()`: encrypt.",
  ALG_OP_DECRYPT: "For `sendmsg_afalg()`: decrypt.",
  ALG_OP_SIGN: "For `sendmsg_afalg()`: sign.",
  ALG_OP_VERIFY: "For `sendmsg_afalg()`: verify a signature.",

  // Virtual machines.
  VMADDR_CID_ANY: "Any context id: for `bind()`.",
  VMADDR_CID_HYPERVISOR: "The hypervisor's context id.",
  VMADDR_CID_LOCAL: "This machine's own context id, for loopback.",
  VMADDR_CID_HOST: "The host's context id.",
  VMADDR_PORT_ANY: "Any vsock port: for `bind()`.",
  SO_VM_SOCKETS_BUFFER_SIZE: "Bytes of the buffer (AF_VSOCK, 64 bits).",
  SO_VM_SOCKETS_BUFFER_MIN_SIZE:
    "Least bytes of the buffer (AF_VSOCK, 64 bits).",
  SO_VM_SOCKETS_BUFFER_MAX_SIZE:
    "Most bytes of the buffer (AF_VSOCK, 64 bits).",
  SO_VM_SOCKETS_CONNECT_TIMEOUT:
    "How long connecting may take (AF_VSOCK, `struct timeval`).",
  IOCTL_VM_SOCKETS_GET_LOCAL_CID: "`ioctl` request: this machine's context id.",
  VM_SOCKETS_INVALID_VERSION: "What stands for an unknown vsock version.",
  HV_PROTOCOL_RAW: "The protocol of `AF_HYPERV`.",
  HVSOCKET_CONNECT_TIMEOUT:
    "Milliseconds that connecting may take (HV_PROTOCOL_RAW, unsigned int).",
  HVSOCKET_CONNECT_TIMEOUT_MAX:
    "The most of `HVSOCKET_CONNECT_TIMEOUT`, in milliseconds.",
  HVSOCKET_CONNECTED_SUSPEND:
    "The connection survives a pause of the machine (HV_PROTOCOL_RAW, unsigned int).",
  HVSOCKET_ADDRESS_FLAG_PASSTHRU: "Address flag: pass through to the parent.",
  HV_GUID_ZERO: "Hyper-V: no machine; any partition when bound.",
  HV_GUID_WILDCARD: "Hyper-V: connections from all partitions.",
  HV_GUID_BROADCAST: "Hyper-V: broadcast to all partitions.",
  HV_GUID_CHILDREN: "Hyper-V: connections from child partitions.",
  HV_GUID_LOOPBACK: "Hyper-V: connections within the partition.",
  HV_GUID_PARENT: "Hyper-V: the parent partition.",

  // Bluetooth.
  BDADDR_ANY: "The Bluetooth address of any adapter.",
  BDADDR_LOCAL: "The Bluetooth address of this adapter.",
  BDADDR_BREDR: "Address type: classic Bluetooth.",
  BDADDR_LE_PUBLIC: "Address type: Low Energy, public.",
  BDADDR_LE_RANDOM: "Address type: Low Energy, random.",
  BTPROTO_L2CAP: "Protocol of `AF_BLUETOOTH`: logical links (L2CAP).",
  BTPROTO_HCI: "Protocol of `AF_BLUETOOTH`: the adapter itself (HCI).",
  BTPROTO_SCO: "Protocol of `AF_BLUETOOTH`: audio (SCO).",
  BTPROTO_RFCOMM: "Protocol of `AF_BLUETOOTH`: serial ports (RFCOMM).",
  BT_SECURITY:
    "Security level of the link (SOL_BLUETOOTH, `struct bt_security`).",
  BT_DEFER_SETUP:
    "Leaves it to the program to accept a connection (SOL_BLUETOOTH, int).",
  BT_VOICE: "Voice settings of a SCO link (SOL_BLUETOOTH, `struct bt_voice`).",
  BT_SNDMTU: "Bytes of a sent packet at most (SOL_BLUETOOTH, 16 bits).",
  BT_RCVMTU: "Bytes of a received packet at most (SOL_BLUETOOTH, 16 bits).",
  HCI_FILTER: "Which HCI events to receive (SOL_HCI, `struct hci_filter`).",
  HCI_DATA_DIR: "Receives the direction as ancillary data (SOL_HCI, int).",
  HCI_TIME_STAMP: "Receives timestamps as ancillary data (SOL_HCI, int).",

  // Netlink.
  NETLINK_ROUTE: "Netlink protocol: addresses, links and routes.",
  NETLINK_USERSOCK: "Netlink protocol: for programs among themselves.",
  NETLINK_FIREWALL: "Netlink protocol: unused, once firewall queues.",
  NETLINK_NFLOG: "Netlink protocol: unused, once firewall logs.",
  NETLINK_XFRM: "Netlink protocol: IPsec.",
  NETLINK_CRYPTO: "Netlink protocol: the kernel's cryptography.",
  NETLINK_NETFILTER: "Netlink protocol: netfilter.",
  NETLINK_GENERIC: "Netlink protocol: generic, for all else.",
  NETLINK_KOBJECT_UEVENT:
    "Netlink protocol: device events, as udev hears them.",
  NETLINK_AUDIT: "Netlink protocol: the audit log.",
  NETLINK_SOCK_DIAG: "Netlink protocol: what sockets there are.",
  NETLINK_INET_DIAG: "Netlink protocol: old name for `NETLINK_SOCK_DIAG`.",
  NETLINK_CONNECTOR:
    "Netlink protocol: the kernel connector, for process events.",
  NETLINK_ADD_MEMBERSHIP: "Joins a group (SOL_NETLINK, int).",
  NETLINK_DROP_MEMBERSHIP: "Leaves a group (SOL_NETLINK, int).",
  NETLINK_PKTINFO: "Receives the group as ancillary data (SOL_NETLINK, int).",
  NETLINK_EXT_ACK: "Answers carry explanations (SOL_NETLINK, int).",
  NETLINK_NO_ENOBUFS: "No error when messages are lost (SOL_NETLINK, int).",

  // macOS and Windows.
  SYSPROTO_CONTROL: "Protocol of `AF_SYSTEM`: kernel controls.",
  SYSPROTO_EVENT: "Protocol of `AF_SYSTEM`: kernel events.",
  LOCAL_PEERCRED:
    "Credentials of the connected peer (level 0, `struct xucred`, read only).",
  LOCAL_PEERPID:
    "Process id of the connected peer (SOL_LOCAL, int, read only).",
  SIO_RCVALL: "For `ioctl()`: receive all packets, a `RCVALL_` value.",
  SIO_KEEPALIVE_VALS:
    "For `ioctl()`: `[onoff, time, interval]` of keep-alive probes, in milliseconds.",
  SIO_LOOPBACK_FAST_PATH:
    "For `ioctl()`: a faster way through this host's loopback.",
  RCVALL_OFF: "For `SIO_RCVALL`: only packets for this socket.",
  RCVALL_ON: "For `SIO_RCVALL`: all packets of the network.",
  RCVALL_SOCKETLEVELONLY:
    "For `SIO_RCVALL`: without effect, as Windows never made it work.",
  RCVALL_IPLEVEL: "For `SIO_RCVALL`: all packets that reach IP.",
  RCVALL_MAX: "For `SIO_RCVALL`: the last value.",
  SIOCINQ: "`ioctl` request: unread bytes.",
  SIOCOUTQ: "`ioctl` request: unsent bytes.",
  SIOCATMARK: "`ioctl` request: whether urgent data comes next.",
  EAGAIN: "Python's `socket` has this number of `errno` too: try again.",
  EWOULDBLOCK:
    "Python's `socket` has this number of `errno` too: the call would block.",
  EBADF:
    "Python's `socket` has this number of `errno` too: no such descriptor.",
};
