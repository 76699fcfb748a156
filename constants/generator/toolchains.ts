/** The compilers to ask, and the headers that define the constants. */

import type { KnownPlatform, PlatformName } from "../platform.ts";
import type { Toolchain } from "./compiler.ts";

const list = (headers: string): string =>
  headers.trim().split(/\s+/).map((header) => `#include <${header}.h>`).join(
    "\n",
  );

const linuxUnits: readonly string[] = [
  "#define _GNU_SOURCE\n" + list(`
    sys/types sys/socket sys/un sys/ioctl sys/epoll sys/uio sys/time sys/param
    netinet/in netinet/tcp netinet/udp netinet/ip netinet/icmp6 netdb poll errno
    fcntl limits ifaddrs net/if net/if_arp net/ethernet arpa/inet
    linux/if_ether linux/if_packet linux/if_alg linux/netlink linux/vm_sockets
    linux/can linux/can/raw linux/can/bcm linux/can/isotp linux/can/j1939
    linux/can/netlink linux/can/error linux/can/gw linux/tipc linux/qrtr
    linux/errqueue linux/net_tstamp linux/sockios linux/rds linux/llc
    linux/if_xdp linux/tls linux/icmp linux/if_addr
    linux/sock_diag
    linux/mptcp linux/sctp
    bluetooth/bluetooth bluetooth/hci bluetooth/hci_lib bluetooth/l2cap
    bluetooth/rfcomm bluetooth/sco
  `),
  list(`
    linux/socket linux/in linux/in6 linux/tcp linux/udp linux/ipv6 linux/ip
    linux/if linux/if_arp linux/icmpv6 linux/ipx linux/atalk linux/x25 linux/ax25
    linux/netrom linux/rose asm/socket
  `),
  list("linux/in linux/netfilter_ipv4"),
  list("linux/netfilter_ipv6/ip6_tables"),
  list(
    "sys/socket netipx/ipx netax25/ax25 netatalk/at netrom/netrom netrose/rose",
  ),
];

const windowsUnits: readonly string[] = [
  "#define _WIN32_WINNT 0x0a00\n" + list(`
    winsock2 ws2tcpip mswsock ws2bth mstcpip afunix hvsocket iphlpapi ws2ipdef
    netioapi errno
  `),
];

const darwinUnits: readonly string[] = [
  "#define __APPLE_USE_RFC_3542\n" + list(`
    sys/types sys/socket sys/un sys/ioctl sys/event sys/uio sys/time sys/param
    sys/ucred sys/kern_control sys/sys_domain sys/vsock netinet/in netinet/tcp
    netinet/udp netinet/ip netinet/icmp6 netdb poll errno fcntl limits ifaddrs
    net/if net/if_dl net/if_utun net/ethernet arpa/inet
  `),
];

const freebsdUnits: readonly string[] = [
  list(`
    sys/types sys/socket sys/un sys/ioctl sys/event sys/uio sys/time sys/param
    sys/ucred netinet/in netinet/tcp netinet/udp netinet/udplite netinet/ip
    netinet/icmp6 netdb poll errno fcntl limits ifaddrs net/if net/if_dl
    net/ethernet arpa/inet netlink/netlink bluetooth
  `),
];

const headers: Readonly<Record<KnownPlatform, readonly string[]>> = {
  linux_x86_64: linuxUnits,
  linux_aarch64: linuxUnits,
  darwin: darwinUnits,
  freebsd: freebsdUnits,
  windows: windowsUnits,
};

/** The constants that have a door of their own. */
export type DoorName = "netlink" | "linux";

/** The headers that define them. */
export const doorHeaders: Readonly<Record<DoorName, readonly string[]>> = {
  netlink: [list(`
    sys/socket linux/netlink linux/rtnetlink linux/if_link linux/if_addr
    linux/neighbour linux/genetlink linux/fib_rules linux/if linux/veth
    linux/if_bridge linux/if_tunnel
  `)],
  linux: [list(`
    sys/socket sys/ioctl linux/if_tun linux/mptcp linux/sctp linux/if_packet
    linux/if_xdp linux/if_link
  `)],
};

const cross: Partial<Readonly<Record<KnownPlatform, string>>> = {
  linux_x86_64: "x86_64-linux-gnu-gcc",
  linux_aarch64: "aarch64-linux-gnu-gcc",
  windows: "x86_64-w64-mingw32-gcc",
};

/** The compiler for a platform on a machine of the host platform. */
export function toolchainFor(
  platform: KnownPlatform,
  host: PlatformName,
): Toolchain | undefined {
  const command = platform === host ? "cc" : cross[platform];
  if (!command) return undefined;
  // The compiler of macOS and FreeBSD is clang, which stops after 20 errors by default.
  const flags = platform === "darwin" || platform === "freebsd"
    ? ["-ferror-limit=0"]
    : [];
  return { command, flags, units: headers[platform] };
}
