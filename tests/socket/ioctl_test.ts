/** `ioctl()`: the SIOC constants on interfaces, compared with Python; what must be refused. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { requestShape } from "../../ffi/ioctl.ts";
import * as socket from "../../mod.ts";
import { utf8 } from "../support/bytes.ts";
import { tcpPair, udpPair } from "../support/pairs.ts";
import { python } from "../support/peer.ts";
import { needs, requires } from "../support/requires.ts";

const { ioctl, Socket } = socket;

/** A `struct ifreq` of Linux with a name. */
function ifreq(name: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(40);
  bytes.set(utf8(name));
  return bytes;
}

const requests = [
  "SIOCGIFADDR",
  "SIOCGIFBRDADDR",
  "SIOCGIFDSTADDR",
  "SIOCGIFFLAGS",
  "SIOCGIFHWADDR",
  "SIOCGIFINDEX",
  "SIOCGIFMTU",
  "SIOCGIFNETMASK",
] as const;

Deno.test({
  ...requires(
    "the requests about interfaces return what Python's fcntl.ioctl does",
    needs.linux,
    needs.python,
  ),
  async fn() {
    const theirs = await python(
      `
import fcntl, json, socket, sys
with socket.socket() as s:
    print(json.dumps([
        fcntl.ioctl(s, request, b"lo".ljust(40, b"\\0")).hex()
        for request in json.load(sys.stdin)
    ]))`,
      requests.map((name) => socket[name]),
    );
    using open = new Socket();
    const ours = requests.map((name) => {
      const copied = ioctl(open, socket[name], ifreq("lo"), false);
      const changed = ifreq("lo");
      assertEquals(ioctl(open.fileno(), socket[name], changed), 0);
      assertEquals(copied, changed);
      return copied.toHex();
    });
    assertEquals(ours, theirs);
    const byIndex = new Uint8Array(40);
    new DataView(byIndex.buffer).setInt32(16, 1, true);
    ioctl(open, socket.SIOCGIFNAME, byIndex);
    assertEquals(byIndex.subarray(0, 3), utf8("lo\0"));
  },
});

Deno.test({
  ...requires(
    "counts, owners and times are integers and structures",
    needs.linux,
  ),
  fn() {
    using pair = tcpPair();
    const { a, b } = pair;
    const cell = new Int32Array(1);
    a.sendall(utf8("hello"));
    b.recv(1, socket.MSG_PEEK);
    assertEquals(ioctl(b, socket.SIOCINQ, cell), 0);
    assertEquals(cell[0], 5);
    ioctl(a, socket.SIOCOUTQ, cell);
    assert(cell[0] >= 0);
    ioctl(b, socket.SIOCATMARK, cell);
    assertEquals(cell[0], 0);
    ioctl(b, socket.SIOCSPGRP, new Int32Array([Deno.pid]));
    ioctl(b, socket.SIOCGPGRP, cell);
    assertEquals(cell[0], Deno.pid);
    using datagrams = udpPair();
    // The first request turns timestamps on, and there is none of a packet yet.
    assertThrows(
      () => ioctl(datagrams.b, socket.SIOCGSTAMP, new BigInt64Array(2)),
      socket.OSError,
    );
    datagrams.a.send(utf8("x"));
    datagrams.b.recv(1);
    for (const request of [socket.SIOCGSTAMP, socket.SIOCGSTAMPNS]) {
      const time = new BigInt64Array(2);
      ioctl(datagrams.b, request, time);
      assert(Math.abs(Number(time[0]) - Date.now() / 1000) < 60);
    }
  },
});

Deno.test({
  ...requires("nothing is written beyond the caller's bytes", needs.linux),
  fn() {
    using open = new Socket();
    const memory = new Uint8Array(64).fill(0xaa);
    const short = memory.subarray(8, 8 + 18);
    short.fill(0);
    short.set(utf8("lo"));
    // The kernel writes the hardware type here, and the address behind.
    ioctl(open, socket.SIOCGIFHWADDR, short);
    assertEquals(short[16] | short[17] << 8, 772); // ARPHRD_LOOPBACK
    assertEquals(memory.subarray(0, 8), new Uint8Array(8).fill(0xaa));
    assertEquals(memory.subarray(26), new Uint8Array(38).fill(0xaa));
    // A failed request changes nothing.
    const before = ifreq("no such name");
    assertThrows(
      () => ioctl(open, socket.SIOCGIFMTU, before),
      socket.OSError,
      "[Errno 19] No such device",
    );
    assertEquals(before, ifreq("no such name"));
  },
});

Deno.test({
  ...requires(
    "what would let the kernel write elsewhere is refused",
    needs.linux,
  ),
  fn() {
    using open = new Socket();
    const TUNGETIFF = 0x800454d2;
    const TUNSETPERSIST = 0x400454cb;
    const SIOCETHTOOL = 0x8946;
    const struct = new Uint8Array(40);
    const refused: [() => unknown, string][] = [
      [() => ioctl(open, socket.SIOCGIFCONF, struct), "holds a pointer"],
      [() => ioctl(open, SIOCETHTOOL, struct), "holds a pointer"],
      [() => ioctl(open, TUNGETIFF, 0), "argument must be bytes"],
      [
        () => ioctl(open, TUNGETIFF, new Uint8Array(3)),
        "argument must have at least 4 bytes for request 0x800454d2, not 3",
      ],
      [() => ioctl(open, socket.SIOCINQ, 4096), "argument must be"],
      [() => ioctl(open, socket.SIOCINQ, 2n ** 47n), "argument must be"],
      [() => ioctl(open, TUNSETPERSIST, 2 ** 32), "argument must be"],
      [() => ioctl(-1, socket.SIOCINQ), "fd must be"],
      [() => ioctl(open, 2 ** 32), "request must be"],
    ];
    for (const [call, says] of refused) assertThrows(call, RangeError, says);
    assertThrows(
      () => ioctl({} as never, 1),
      TypeError,
      "fd must be an integer or have a fileno() method, not Object",
    );
    assertThrows(() => ioctl(open, 1, "1" as never), TypeError, "argument");
    open.close();
    assertThrows(() => ioctl(open, 1), RangeError, "fd must be");
  },
});

Deno.test({
  ...requires("a request without an argument passes an integer", needs.linux),
  fn() {
    const [FIONCLEX, FIOCLEX] = [0x5450, 0x5451];
    using open = new Socket();
    assertEquals(ioctl(open, FIONCLEX), 0);
    assertEquals(open.get_inheritable(), true);
    assertEquals(ioctl(open, FIOCLEX, 0), 0);
    assertEquals(open.get_inheritable(), false);
  },
});

Deno.test("the number of a request says direction and size", () => {
  const cases = [
    [0x400454ca, "linux", 4, false], // TUNSETIFF: _IOW
    [0x800454d2, "linux", 4, true], // TUNGETIFF: _IOR
    [0xc0189436, "linux", 24, true], // _IOWR
    [0x8913, "linux", 0, true], // SIOCGIFFLAGS: older than the macros
    [0xc0206911, "bsd", 32, true], // SIOCGIFFLAGS
    [0x8004667e, "bsd", 4, false], // FIONBIO
    [0x4004667f, "bsd", 4, true], // FIONREAD
    [0x20006601, "bsd", 0, true], // FIOCLEX
    [0x20047401, "bsd", 0, false], // _IOWINT
  ] as const;
  for (const [request, macros, size, written] of cases) {
    assertEquals(requestShape(request, macros), { size, written });
  }
});
