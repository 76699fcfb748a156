/**
 * Prints a line for each packet that passes an interface, or any interface if none is named. On
 * Linux, and on Windows, where the interface is one of the host's IPv4 addresses and defaults to
 * its first. It needs privileges. Ctrl-C ends it.
 *
 *     deno run --allow-ffi examples/sniffer.ts [-c count] [interface]
 *
 * With a count, it ends after that many packets.
 */

import {
  AF_INET,
  AF_PACKET,
  ETH_P_ALL,
  gethostbyname,
  gethostname,
  hasattr,
  IP_HDRINCL,
  IPPROTO_IP,
  RCVALL_OFF,
  RCVALL_ON,
  SIO_RCVALL,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
} from "@libc/socket";
import { integerIn, options, usage } from "./support/arguments.ts";
import { ipv4Line, packetLine } from "./support/packet.ts";

/** The packets of an open socket, as lines. */
interface Sniffer extends Disposable {
  /** Waits for a packet. */
  line(): string;
}

/** Sniffs an interface, or all. */
function ofInterface(ifname: string): Sniffer {
  // With protocol 0 it receives nothing until it is bound: no packet of another interface.
  const socket = new Socket(AF_PACKET, SOCK_DGRAM, 0);
  socket.bind([ifname, ETH_P_ALL]);
  console.error("Listening on", ifname || "all interfaces");
  return {
    line: () => packetLine(...socket.recvfrom(65535)),
    [Symbol.dispose]: () => socket.close(),
  };
}

/** Sniffs the interface that has an address of this host. */
function ofAddress(host: string): Sniffer {
  const socket = new Socket(AF_INET, SOCK_RAW, IPPROTO_IP);
  socket.bind([host, 0]);
  socket.setsockopt(IPPROTO_IP, IP_HDRINCL, 1);
  socket.ioctl(SIO_RCVALL, RCVALL_ON);
  console.error("Listening on", host);
  return {
    line: () => ipv4Line(socket.recv(65535), host),
    [Symbol.dispose]() {
      socket.ioctl(SIO_RCVALL, RCVALL_OFF);
      socket.close();
    },
  };
}

const fail = (): never => usage("sniffer.ts [-c count] [interface]");
const [{ count }, [name = "", ...rest]] = options({ count: "c" }, fail);
if (rest.length > 0) fail();
const most = count === undefined
  ? Infinity
  : integerIn(count, 1, Number.MAX_SAFE_INTEGER) ?? fail();

using sniffer = hasattr("SIO_RCVALL")
  ? ofAddress(name || gethostbyname(gethostname()))
  : ofInterface(name);
for (let seen = 0; seen < most; seen++) console.log(sniffer.line());
