/**
 * Ping without root: a datagram socket for ICMP echo, where the system lets this user have one.
 * Linux.
 *
 *     deno run --allow-ffi docs/cookbook/ping.ts [address]
 *
 * `sysctl net.ipv4.ping_group_range` is the range of group ids that may have one. With
 * `0 2147483647`, which many distributions set, everyone may. examples/ping.ts is a whole ping,
 * which also knows raw sockets.
 */

import * as socket from "@libc/socket";
import { concat, pack, unpack_from } from "@libc/socket/bytes";

const ICMP_ECHOREPLY = 0;
const ICMP_ECHO = 8;

const address = Deno.args[0] ?? "127.0.0.1";

function open(): socket.Socket {
  const { AF_INET, IPPROTO_ICMP, SOCK_DGRAM } = socket;
  try {
    return new socket.Socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  } catch (error) {
    if (!(error instanceof socket.PermissionError)) throw error;
    console.error("your group is not in net.ipv4.ping_group_range");
    Deno.exit(1);
  }
}

using icmp = open();
icmp.settimeout(1);
icmp.connect([address, 0]);

// Type, code, checksum, identifier, sequence number. The kernel fills in the checksum, and an
// identifier of its own, by which it finds this socket for the answer.
const payload = new TextEncoder().encode("ping");
icmp.send(concat(pack("!BBHHH", ICMP_ECHO, 0, 0, 0, 1), payload));

// No IP header comes before the answer, unlike with a raw socket.
const answer = icmp.recv(1500);
const [type, , , , sequence] = unpack_from("!BBHHH", answer);
if (type === ICMP_ECHOREPLY) {
  console.log(`${address} answers request ${sequence}`);
}
