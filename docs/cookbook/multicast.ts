/**
 * Multicast on an interface that you choose. If you leave the choice to the system, it takes the
 * one with the default route: seldom the right one on a machine with several, or with a VPN.
 *
 *     deno run --allow-ffi docs/cookbook/multicast.ts [interface]
 *
 * The interface defaults to Linux's `lo`, so that nothing leaves the machine.
 */

import * as socket from "@libc/socket";

const GROUP = "239.255.0.42"; // 239.255.0.0/16 is for a site's own use
const ifname = Deno.args[0] ?? "lo";

using receiver = new socket.Socket(socket.AF_INET, socket.SOCK_DGRAM);
// Several programs may listen to a group on one machine.
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1);
// Bound to the group and not to "", it receives nothing that is sent to the machine itself.
receiver.bind([GROUP, 0]);
socket.joinGroup(receiver, GROUP, { interface: ifname });
// On Linux a socket receives the group by every interface that any program has joined it on, unless
// this is 0.
receiver.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_ALL, 0);
socket.requestControl(receiver, "pktinfo");
receiver.settimeout(5);

using sender = new socket.Socket(socket.AF_INET, socket.SOCK_DGRAM);
// By that interface, and not beyond the network behind it.
socket.setMulticast(sender, { interface: ifname, ttl: 1 });
sender.sendto(new TextEncoder().encode("hello"), receiver.getsockname());

const room = socket.controlSize("pktinfo");
const [data, ancdata] = receiver.recvmsg(1024, room);
const { ifindex, addr } = socket.decodeControl(ancdata).get("pktinfo")!;
const text = new TextDecoder().decode(data);
console.log(`${text} to ${addr} by ${socket.if_indextoname(ifindex)}`);
socket.leaveGroup(receiver, GROUP, { interface: ifname });
