/** What constants mean of which no more is known than the name says. */

/**
 * A sentence by the beginning of a name, the first that fits; `%` stands for the
 * rest of the name in words.
 */
const sentences: readonly (readonly [prefix: RegExp, sentence: string])[] = [
  [/^AF_VSOCK_/, "Of `AF_VSOCK` monitoring: %."],
  [/^AF_(?=SYS_CONTROL)/, "macOS's first name of `SYSPROTO_CONTROL`: %."],
  [/^[AP]F_VENDOR/, "Address family left to vendors: %."],
  [/^[AP]F_/, "Address family: %."],
  [/^AI_/, "Flag of `getaddrinfo()`: %."],
  [/^ALG_/, "Of the kernel's cryptography (SOL_ALG): %."],
  [/^ARPHRD_/, "Hardware type of a link-layer address: %."],
  [/^(BTPROTO|BTHPROTO|BLUETOOTH_PROTO)_/, "Protocol of Bluetooth: %."],
  [
    /^BT_(PHY_|SECURITY_|MODE_|CHANNEL_POLICY_|FLUSHABLE_|POWER_|VOICE_)/,
    "Value of a Bluetooth option (SOL_BLUETOOTH): %.",
  ],
  [/^BT_SCM_/, "Ancillary data of Bluetooth: %."],
  [/^BT_/, "Of Bluetooth sockets (SOL_BLUETOOTH): %."],
  [/^CAN_BCM_/, "Of messages to the CAN broadcast manager: %."],
  [/^CAN_ERR_/, "Of CAN error frames: %."],
  [/^CAN_ISOTP_DEFAULT_/, "Default of a CAN ISO-TP setting: %."],
  [/^CAN_ISOTP_/, "Of CAN ISO-TP (SOL_CAN_ISOTP): %."],
  [/^CAN_RAW_/, "Option for `setsockopt(SOL_CAN_RAW, …)`: %."],
  [/^CAN_/, "Of the CAN bus: %."],
  [/^CONNECT_/, "Flag of macOS `connectx()`: %."],
  [/^EAI_/, "`gaierror`: %."],
  [/^ETH_P_/, "Protocol of an Ethernet frame: %."],
  [/^ETHERTYPE_/, "EtherType of an Ethernet frame: %."],
  [/^ETH_/, "Measure of an Ethernet frame: %."],
  [/^HCI_/, "Of Bluetooth's adapter interface (HCI): %."],
  [/^HV(SOCKET)?_/, "Of Hyper-V sockets: %."],
  [/^ICMP6?(V6)?_/, "Of ICMP sockets: %."],
  [/^IFF_/, "Flag of a network interface: %."],
  [/^INADDR_/, "IPv4 address as an integer: %."],
  [/^IPPORT_/, "Port number: %."],
  [/^IPPROTO_/, "IP protocol number: %."],
  [/^IPTOS_/, "For `IP_TOS`: %."],
  [/^IPV6_(PMTUDISC_)/, "For `IPV6_MTU_DISCOVER`: %."],
  [/^IPV6_PREFER_SRC_/, "For `IPV6_ADDR_PREFERENCES`: %."],
  [/^IPV6_(FL_|PRIORITY_|TLV_|PORTRANGE_|RTHDR_)/, "Value within IPv6: %."],
  [/^IPV6_(MAX|MIN|DEFAULT)_/, "Limit or default of IPv6: %."],
  [/^IPV6_/, "Option for `setsockopt(IPPROTO_IPV6, …)`: %."],
  [/^IPX_/, "Option of IPX sockets: %."],
  [/^IP_PMTUDISC_/, "For `IP_MTU_DISCOVER`: %."],
  [/^IP_PORTRANGE_/, "For `IP_PORTRANGE`: %."],
  [/^IP_(DF|MF|RF|OFFMASK)$/, "Of the fragment field of an IPv4 header: %."],
  [/^IP_(MAX|MIN|DEFAULT|UNSPECIFIED)_/, "Limit or default of IPv4: %."],
  [/^IP_/, "Option for `setsockopt(IPPROTO_IP, …)`: %."],
  [/^J1939_/, "Of CAN J1939: %."],
  [/^L2CAP_/, "Of Bluetooth's logical links (SOL_L2CAP): %."],
  [/^LOCAL_/, "Option of `AF_UNIX` sockets on BSD systems: %."],
  [/^MCAST_/, "Of multicast groups (IPPROTO_IP or IPPROTO_IPV6): %."],
  [/^MSG_/, "Message flag: %."],
  [/^NETLINK_/, "Of netlink sockets (SOL_NETLINK): %."],
  [/^NET_SERVICE_TYPE_/, "For `SO_NET_SERVICE_TYPE`: %."],
  [/^NI_(FQDN|NODEADDR|QTYPE|SUPTYPE)_/, "Of ICMPv6 node information: %."],
  [/^NI_/, "Flag of `getnameinfo()`: %."],
  [/^PACKET_FANOUT_/, "For `PACKET_FANOUT`: %."],
  [/^PACKET_/, "Of packet sockets (SOL_PACKET): %."],
  [/^QRTR_/, "Of Qualcomm's IPC router: %."],
  [/^RDS_CMSG_/, "Ancillary data of RDS: %."],
  [/^RDS_/, "Of reliable datagram sockets (SOL_RDS): %."],
  [/^RFCOMM_/, "Of Bluetooth's serial ports (SOL_RFCOMM): %."],
  [/^SAE_/, "For macOS `connectx()`: %."],
  [/^SCM_/, "Ancillary data of level SOL_SOCKET: %."],
  [/^SCO_/, "Of Bluetooth audio (SOL_SCO): %."],
  [/^SD_/, "Winsock's name for `shutdown()`: %."],
  [/^SIOC/, "`ioctl` request: %."],
  [/^SIO_/, "Control code for Winsock's `ioctl()`: %."],
  [/^SOCK_DIAG_|^SOCK_DESTROY/, "Request to `NETLINK_SOCK_DIAG`: %."],
  [/^SOCK_/, "Value of a socket option: %."],
  [/^SOF_TIMESTAMPING_/, "For `SO_TIMESTAMPING`: %."],
  [/^SOL_/, "Option level: %."],
  [/^SO_EE_/, "Of a message from `MSG_ERRQUEUE`: %."],
  [/^SO_TRACKER_/, "Of macOS tracker queries: %."],
  [/^SO_TS_/, "For FreeBSD's `SO_TS_CLOCK`: %."],
  [/^SO_(L2CAP|HCI|SCO|RFCOMM|BTH)_/, "Option of Bluetooth sockets: %."],
  [/^SO_VM_SOCKETS_/, "Option of `AF_VSOCK` sockets: %."],
  [/^SO_/, "Option for `setsockopt(SOL_SOCKET, …)`: %."],
  [/^SYSPROTO_/, "Protocol of `AF_SYSTEM`: %."],
  [/^TCP_(BBR|RACK)_/, "Setting of FreeBSD's TCP stacks (IPPROTO_TCP): %."],
  [/^TCP_CA_/, "Congestion state in `TCP_INFO`: %."],
  [/^TCP_FLAG_/, "Bit of a TCP header's fourth word: %."],
  [/^TCP_NLA_/, "Attribute of `SCM_TIMESTAMPING_OPT_STATS`: %."],
  [
    /^TCP_(MAX|MIN|COOKIE|ICW|INITIAL|OFFLOAD|REPAIR|TLS)_/,
    "Value for a TCP option: %.",
  ],
  [/^TCP_/, "Option for `setsockopt(IPPROTO_TCP, …)`: %."],
  [/^TIPC_/, "Of TIPC sockets (SOL_TIPC): %."],
  [/^UDP_ENCAP_/, "For `UDP_ENCAP`: %."],
  [/^UDP_/, "Option for `setsockopt(IPPROTO_UDP, …)`: %."],
  [/^UTUN_/, "Of macOS tunnel interfaces (SYSPROTO_CONTROL): %."],
  [/^V(M|SOCK|MADDR)_/, "Of `AF_VSOCK` sockets: %."],
];

/** What a constant means as far as its name tells. */
export function describeByPrefix(name: string): string {
  for (const [prefix, sentence] of sentences) {
    if (prefix.test(name)) {
      const rest = name.replace(prefix, "") || name;
      return sentence.replace("%", rest.replaceAll("_", " ").trim());
    }
  }
  throw new Error(`No description fits ${name}`);
}
