/** Addresses that this machine's kernel accepts and returns, compared with CPython. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  AF_VSOCK,
  PACKET_HOST,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
} from "../../../constants/mod.ts";
import { isMissing, table } from "../../../constants/table.ts";
import { os } from "../../../constants/platform.ts";
import { layout } from "../../../ffi/layout/mod.ts";
import { readText } from "../../../socket/address/codec.ts";
import type {
  Address,
  Family,
  VsockAddress,
} from "../../../socket/address/types.ts";
import { OSError } from "../../../errors/errors.ts";
import { if_nameindex } from "../../../socket/resolver/interfaces.ts";
import { Socket } from "../../../socket/constructor.ts";
import {
  hasIPv6,
  type Need,
  need,
  needs,
  requires,
  succeeds,
  unless,
} from "../../support/requires.ts";
import { python } from "../../support/peer.ts";

const { NETLINK_ROUTE, NETLINK_USERSOCK, ARPHRD_LOOPBACK, VMADDR_CID_LOCAL } =
  table.constants;

/** The EtherType that IEEE gives to local experiments. */
const ETH_P_EXPERIMENT = 0x88b5;

/** A kind of socket as a need; if it is not met, with the reason. */
function sockets(family: Family<Address>, type: number, proto = 0): Need {
  if (isMissing(family)) return need("the address family", false);
  return unless(refusal(() => new Socket(family, type, proto).close()));
}

/** The error of the system that a call fails with, or `undefined` if it succeeds. */
function refusal(call: () => void): string | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof OSError) return `such a socket: ${error.message}`;
    throw error;
  }
}

const netlink = sockets(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
const packets = sockets(AF_PACKET, SOCK_DGRAM);
const netlinkGroups = need(
  "the privilege to join netlink groups",
  netlink.isMet && succeeds(() => {
    using socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);
    socket.bind([0, 1]);
  }),
);

/** Asks a route socket for all interfaces (RTM_GETLINK). Returns their indexes and names. */
function interfacesByNetlink(): [index: number, name: string][] {
  const NLM_F_REQUEST = 1, NLM_F_DUMP = 0x300;
  const NLMSG_ERROR = 2, NLMSG_DONE = 3, RTM_NEWLINK = 16, RTM_GETLINK = 18;
  const IFLA_IFNAME = 3, IFINFOMSG_SIZE = 16;
  const { nlmsghdr } = layout;
  using route = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  route.settimeout(5);
  route.bind([0, 0]);
  const request = new DataView(
    new ArrayBuffer(nlmsghdr.size + IFINFOMSG_SIZE),
  );
  request.setUint32(nlmsghdr.nlmsg_len.at, request.byteLength, true);
  request.setUint16(nlmsghdr.nlmsg_type.at, RTM_GETLINK, true);
  request.setUint16(
    nlmsghdr.nlmsg_flags.at,
    NLM_F_REQUEST | NLM_F_DUMP,
    true,
  );
  route.sendto(request, [0, 0]);
  const found: [number, string][] = [];
  for (;;) {
    const [data, address] = route.recvfrom(0x10000);
    assertEquals(address, [0, 0]);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at < data.length;) {
      const length = view.getUint32(at + nlmsghdr.nlmsg_len.at, true);
      const type = view.getUint16(at + nlmsghdr.nlmsg_type.at, true);
      if (type === NLMSG_DONE) return found;
      assert(type !== NLMSG_ERROR, "the kernel refused RTM_GETLINK");
      if (type === RTM_NEWLINK) {
        const index = view.getInt32(at + nlmsghdr.size + 4, true);
        let attribute = at + nlmsghdr.size + IFINFOMSG_SIZE;
        while (attribute < at + length) {
          const size = view.getUint16(attribute, true);
          if (view.getUint16(attribute + 2, true) === IFLA_IFNAME) {
            const name = { at: attribute + 4, size: size - 4 };
            found.push([index, readText(data, name)]);
          }
          attribute += size + 3 & ~3;
        }
      }
      at += length + 3 & ~3;
    }
  }
}

Deno.test({
  ...requires("a netlink socket lists the network interfaces", netlink),
  fn() {
    // Interfaces may appear or vanish between the two calls, so either list may be right.
    for (let attempt = 0;; attempt++) {
      const before = if_nameindex().sort();
      const listed = interfacesByNetlink().sort();
      const steady =
        Deno.inspect(before) === Deno.inspect(if_nameindex().sort());
      if (!steady && attempt < 20) continue;
      assert(listed.length > 0);
      assertEquals(listed, before);
      return;
    }
  },
});

Deno.test({
  ...requires("netlink sockets address each other by port id", netlink),
  fn() {
    using one = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);
    using two = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);
    one.bind([0, 0]);
    two.bind([0, 0]);
    one.settimeout(5);
    const [pid, groups] = two.getsockname();
    assert(pid !== 0 && pid !== one.getsockname()[0]);
    assertEquals(groups, 0);
    two.sendto(new Uint8Array([1, 2, 3]), one.getsockname());
    assertEquals(one.recvfrom(16), [new Uint8Array([1, 2, 3]), [pid, 0]]);
  },
});

Deno.test({
  ...requires("packet sockets inject into lo and capture from it", packets),
  fn() {
    using receiver = new Socket(AF_PACKET, SOCK_DGRAM);
    using sender = new Socket(AF_PACKET, SOCK_DGRAM);
    receiver.bind(["lo", ETH_P_EXPERIMENT]);
    receiver.settimeout(5);
    const device = new Uint8Array(6);
    assertEquals(
      receiver.getsockname(),
      ["lo", ETH_P_EXPERIMENT, PACKET_HOST, ARPHRD_LOOPBACK, device],
    );
    const payload = crypto.getRandomValues(new Uint8Array(64));
    const to = ["lo", ETH_P_EXPERIMENT, PACKET_HOST, 0, device] as const;
    sender.sendto(payload, to);
    for (;;) {
      const [data, from] = receiver.recvfrom(100);
      if (data.toHex() !== payload.toHex()) continue; // of another test
      assertEquals(
        from,
        ["lo", ETH_P_EXPERIMENT, PACKET_HOST, ARPHRD_LOOPBACK, device],
      );
      return;
    }
  },
});

Deno.test({
  ...requires("a packet socket may be bound to no interface", packets),
  fn() {
    using socket = new Socket(AF_PACKET, SOCK_DGRAM);
    socket.bind(["", ETH_P_EXPERIMENT]);
    const [ifname, proto] = socket.getsockname();
    assertEquals([ifname, proto], ["", ETH_P_EXPERIMENT]);
  },
});

Deno.test({
  ...requires("an interface that does not exist is an OSError", packets),
  fn() {
    using socket = new Socket(AF_PACKET, SOCK_DGRAM);
    const error = assertThrows(
      () => socket.bind(["nosuchif", ETH_P_EXPERIMENT]),
      OSError,
      "No such device",
    );
    assertEquals([error.code, error.syscall], ["ENODEV", "ioctl"]);
  },
});

/** A listener at the local vsock address. */
function localVsock(): Need {
  const any = sockets(AF_VSOCK, SOCK_STREAM);
  return any.isMet ? unless(refusal(() => vsockPair()[Symbol.dispose]())) : any;
}

function vsockPair(): Pair<Socket<VsockAddress>> {
  using listener = new Socket(AF_VSOCK, SOCK_STREAM);
  listener.bind([VMADDR_CID_LOCAL, 0xffffffff]);
  listener.listen(1);
  listener.settimeout(5);
  const client = new Socket(AF_VSOCK, SOCK_STREAM);
  try {
    client.settimeout(5);
    client.connect(listener.getsockname());
    const [server, address] = listener.accept();
    assertEquals(address, client.getsockname());
    return new Pair(client, server);
  } catch (error) {
    client.close();
    throw error;
  }
}

Deno.test({
  ...requires("vsock sockets connect within this machine", localVsock()),
  fn() {
    using pair = vsockPair();
    const { a: client, b: server } = pair;
    assertEquals(client.getpeername()[0], VMADDR_CID_LOCAL);
    assertEquals(client.getpeername(), server.getsockname());
    client.sendall(new Uint8Array([1, 2, 3]));
    assertEquals(server.recv(10), new Uint8Array([1, 2, 3]));
  },
});

Deno.test({
  ...requires(
    "a vsock socket has the address it was bound to",
    sockets(AF_VSOCK, SOCK_STREAM),
  ),
  fn() {
    using socket = new Socket(AF_VSOCK, SOCK_STREAM);
    socket.bind([0xffffffff, 0xffffffff]);
    const [cid, port] = socket.getsockname();
    assertEquals(cid, 0xffffffff);
    assert(port > 1023 && port < 0xffffffff);
  },
});

/** Takes over sockets of its parent, and prints their addresses as CPython reads them. */
const PARENT_SOCKETS = `
import ctypes, json, os, socket, sys
asked = json.load(sys.stdin)
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    result = libc.syscall(*[ctypes.c_long(n) for n in numbers])
    if result < 0: raise OSError(ctypes.get_errno(), "pidfd")
    return result
try: pidfd = call(434, asked["pid"], 0)     # pidfd_open
except OSError as error: sys.exit(print(json.dumps(str(error))))
def name(fd):
    with socket.socket(fileno=call(438, pidfd, fd, 0)) as s: return s.getsockname() # pidfd_getfd
def plain(value):
    return value.hex() if isinstance(value, bytes) else value
try: names = [name(fd) for fd in asked["fds"]]
except OSError as error: sys.exit(print(json.dumps(str(error))))
print(json.dumps([[plain(v) for v in n] if isinstance(n, tuple) else plain(n) for n in names]))
`;
import { Pair } from "../../support/pairs.ts";
import { temporaryFolder } from "../../support/files.ts";

/** The names that python3 reads from descriptors of this process, or why it cannot read them. */
async function namesByPython(fds: number[]): Promise<unknown> {
  return await python(PARENT_SOCKETS, { pid: Deno.pid, fds });
}

/** A name with its bytes as the program above prints them. */
function plain(name: Address): unknown {
  const part = (value: unknown): unknown =>
    value instanceof Uint8Array ? value.toHex() : value;
  return Array.isArray(name) ? name.map(part) : part(name);
}

/** A Python that may read other processes' descriptors. */
async function curiousPython(): Promise<Need> {
  if (!needs.python.isMet) return needs.python;
  if (os !== "linux") return need("pidfd_getfd", false);
  const names = await namesByPython([]);
  return need(`pidfd_getfd: ${names}`, typeof names !== "string");
}

/** An address to bind, and the socket that takes it. */
type Wanted = [Family<Address>, type: number, Address, proto?: number];

/** Binds sockets to addresses, and has CPython read them. */
async function assertReadByPython(wanted: Wanted[]): Promise<void> {
  using stack = new DisposableStack();
  const bound = wanted.map(([family, type, address, proto]) => {
    const socket = stack.use(new Socket(family, type, proto));
    socket.bind(address);
    return socket;
  });
  const names = await namesByPython(bound.map((s) => s.fileno()));
  assertEquals(bound.map((s) => plain(s.getsockname())), names);
  // They are also what was asked for, where the kernel had no choice.
  wanted.forEach(([family, , address], i) => {
    if (family !== AF_UNIX || address === "") return;
    assertEquals(bound[i].getsockname(), address);
  });
}

const python3 = await curiousPython();

Deno.test({
  ...requires("CPython reads the addresses that we wrote", python3),
  async fn() {
    using folder = temporaryFolder();
    const { path } = folder;
    const wanted: Wanted[] = [
      [AF_INET, SOCK_DGRAM, ["127.0.0.1", 0]],
      [AF_INET, SOCK_DGRAM, ["", 0]],
      [AF_INET6, SOCK_DGRAM, ["::1", 0, 0, 0]],
      [AF_UNIX, SOCK_DGRAM, `${path}/é`],
      [AF_UNIX, SOCK_DGRAM, ""],
      [
        AF_UNIX,
        SOCK_DGRAM,
        crypto.getRandomValues(new Uint8Array(32)).fill(0, 0, 1),
      ],
      [
        AF_NETLINK,
        SOCK_RAW,
        [0x7d000000 + Deno.pid, 0],
        NETLINK_USERSOCK,
      ],
      [AF_PACKET, SOCK_DGRAM, ["lo", ETH_P_EXPERIMENT]],
      [AF_PACKET, SOCK_DGRAM, ["", 0x1234]],
      [AF_VSOCK, SOCK_STREAM, [0xffffffff, 0xffffffff]],
    ];
    await assertReadByPython(
      wanted.filter(([family, type, , proto]) =>
        sockets(family, type, proto).isMet &&
        (family !== AF_INET6 || hasIPv6)
      ),
    );
  },
});

Deno.test({
  ...requires(
    "CPython reads the netlink groups that we wrote",
    python3,
    sockets(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK),
    netlinkGroups,
  ),
  async fn() {
    const address: Address = [0x7e000000 + Deno.pid, 1 << 31 | 1];
    await assertReadByPython([
      [AF_NETLINK, SOCK_RAW, address, NETLINK_USERSOCK],
    ]);
  },
});
