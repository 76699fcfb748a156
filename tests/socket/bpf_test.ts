/** Classic BPF: programs as bytes, and filters on live sockets. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_PACKET,
  errno,
  ETH_P_IP,
  SO_GET_FILTER,
  SO_REUSEPORT,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_SOCKET,
} from "../../constants/mod.ts";
import type { Address } from "../../socket/address/types.ts";
import {
  attachedFilter,
  attachFilter,
  BPF_JUMP,
  BPF_STMT,
  type BpfInstruction,
  detachFilter,
  encodeFilter,
} from "../../socket/bpf.ts";
import {
  BPF_A,
  BPF_ABS,
  BPF_B,
  BPF_H,
  BPF_IND,
  BPF_JEQ,
  BPF_JMP,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_MSH,
  BPF_RET,
  SKF_AD_OFF,
  SKF_AD_PKTTYPE,
} from "../../socket/bpf_codes.ts";
import { OSError } from "../../errors/errors.ts";
import { Socket } from "../../socket/constructor.ts";
import { text, utf8 } from "../support/bytes.ts";
import { socketPair, udpPair } from "../support/pairs.ts";
import { needs, requires } from "../support/requires.ts";

const linux = needs.attribute("AF_PACKET");

Deno.test("instructions are what C's macros and tcpdump -dd make", () => {
  const program = [
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x800, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
  ];
  assertEquals(program.slice(0, 3), [
    [0x28, 0, 0, 0x0000000c],
    [0x15, 0, 1, 0x00000800],
    [0x6, 0, 0, 0xffffffff],
  ]);
  const hex = Array.from(
    encodeFilter(program),
    (b) => b.toString(16).padStart(2, "0"),
  ).join("");
  assertEquals(
    hex,
    "280000000c000000" + "1500000100080000" + "06000000ffffffff" +
      "3000000004f0ffff",
  );
});

Deno.test("instructions of the wrong shape are refused with their place", () => {
  using pair = udpPair();
  const { a } = pair;
  const ok = [6, 0, 0, 1];
  const cases: [unknown, new (...args: never[]) => Error, string][] = [
    [5, TypeError, "instructions must be an iterable"],
    [[5], TypeError, "instructions[0] must be [code, jt, jf, k], not 5"],
    [[ok, [6, 0, 0]], TypeError, "instructions[1] must be [code, jt, jf, k]"],
    [[[0x10000, 0, 0, 0]], RangeError, "instructions[0]: code"],
    [[[0, 256, 0, 0]], RangeError, "instructions[0]: jt"],
    [[[0, 0, -1, 0]], RangeError, "instructions[0]: jf"],
    [[[0, 0, 0, 2 ** 32]], RangeError, "instructions[0]: k"],
    [[[0, 0, 0, "1"]], TypeError, "instructions[0]: k"],
    [Array(65536).fill(ok), RangeError, "instructions must be 65535 at most"],
  ];
  for (const [program, type, message] of cases) {
    assertThrows(() => attachFilter(a, program as never), type, message);
  }
});

Deno.test(
  requires("a filter decides what a socket receives, until the next", linux),
  () => {
    using pair = socketPair(null, SOCK_DGRAM);
    const { a, b } = pair;
    b.setblocking(false);
    attachFilter(
      b,
      new Set([
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x41, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 3), // three bytes are kept
        BPF_STMT(BPF_RET | BPF_K, 0),
      ]),
    );
    for (const word of ["B", "Alpha", "C"]) a.send(utf8(word));
    assertEquals(text(b.recv(100)), "Alp");
    assertThrows(() => b.recv(100), OSError);
    attachFilter(b, [BPF_STMT(BPF_RET | BPF_K, 1)]);
    a.send(utf8("replaced"));
    assertEquals(text(b.recv(100)), "r");
    for (
      const program of [[BPF_STMT(0xffff, 0)], [
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
      ]]
    ) {
      assertEquals(
        assertThrows(() => attachFilter(b, program), OSError).errno,
        errno.EINVAL,
      );
    }
  },
);

Deno.test(
  requires("a filter of no instructions is refused by the system", linux),
  () => {
    using socket = new Socket(null, SOCK_DGRAM);
    const error = assertThrows(() => attachFilter(socket, []), OSError);
    assertEquals(error.errno, errno.EINVAL);
  },
);

Deno.test(
  requires("a filter decides no more once it is detached", linux),
  () => {
    using pair = socketPair(null, SOCK_DGRAM);
    const { a, b } = pair;
    b.setblocking(false);
    attachFilter(b, [BPF_STMT(BPF_RET | BPF_K, 1)]);
    detachFilter(b);
    a.send(utf8("whole"));
    assertEquals(text(b.recv(100)), "whole");
    assertEquals(
      assertThrows(() => detachFilter(b), OSError).errno,
      errno.ENOENT,
    );
  },
);

/** A program that has `length` instructions and keeps the whole packet. */
function program(length: number): BpfInstruction[] {
  return [
    ...Array.from(
      { length: length - 1 },
      (_, i) => BPF_STMT(BPF_LD | BPF_K, i),
    ),
    BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
  ];
}

Deno.test(requires("a filter is read back as it was attached", linux), () => {
  using pair = udpPair();
  const { a } = pair;
  assertEquals(attachedFilter(a), []);
  for (const length of [1, 2, 128, 129, 1024, 4096]) {
    const attached = program(length);
    attachFilter(a, attached);
    assertEquals(attachedFilter(a), attached);
  }
  attachFilter(a, [
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, 0),
    BPF_STMT(BPF_RET | BPF_K, 1),
  ]);
  assertEquals(attachedFilter(a)[0], [0x30, 0, 0, 0xfffff000]);
  assertEquals(attachedFilter(a)[1], [0x15, 1, 0, 4]);
  detachFilter(a);
  assertEquals(attachedFilter(a), []);
  a.close();
  assertEquals(
    assertThrows(() => attachedFilter(a), OSError).errno,
    errno.EBADF,
  );
});

Deno.test(
  requires("the option of a filter is read in bytes, which bound it", linux),
  () => {
    using pair = udpPair();
    const { a } = pair;
    const read = (buflen: number) =>
      a.getsockopt(SOL_SOCKET, SO_GET_FILTER, buflen);
    assertEquals(read(1024), new Uint8Array(0));
    assertEquals(a.getsockopt(SOL_SOCKET, SO_GET_FILTER), 0);
    attachFilter(a, program(128));
    assertEquals(read(1024), encodeFilter(program(128)));
    attachFilter(a, program(129));
    assertEquals(a.getsockopt(SOL_SOCKET, SO_GET_FILTER), 129);
    for (const buflen of [1, 7, 8, 129, 1023, 1024]) {
      assertEquals(
        assertThrows(() => read(buflen), OSError).errno,
        errno.EINVAL,
        `${buflen}`,
      );
    }
    attachFilter(a, program(2));
    for (const buflen of [16, 17, 24, 1024]) {
      assertEquals(read(buflen), encodeFilter(program(2)));
    }
  },
);

Deno.test(
  requires(
    "a capture on AF_PACKET is filtered by UDP port",
    needs.netRaw,
  ),
  () => {
    using receiver = new Socket(AF_INET, SOCK_DGRAM);
    using other = new Socket(AF_INET, SOCK_DGRAM);
    using sender = new Socket(AF_INET, SOCK_DGRAM);
    receiver.bind(["127.0.0.1", 0]);
    other.bind(["127.0.0.1", 0]);
    const port = receiver.getsockname()[1], udp = 17;
    // Without a protocol it captures nothing, so the filter is in place in time.
    using capture = new Socket<Address>(AF_PACKET, SOCK_RAW);
    capture.settimeout(5);
    attachFilter(capture, [
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 9), // the protocol in IP's header, after Ethernet's
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, udp, 0, 4),
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14), // the length of IP's header
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 14 + 2), // the destination port beyond both
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
    ]);
    capture.bind(["lo", ETH_P_IP]);
    for (let i = 0; i < 3; i++) {
      sender.sendto(utf8("to another port"), other.getsockname());
      sender.sendto(utf8(`wanted ${i}`), receiver.getsockname());
    }
    // Ethernet's header, IP's and UDP's come before the payload.
    const seen = [0, 1, 2].map(() =>
      text(capture.recv(2000).subarray(14 + 20 + 8))
    );
    assertEquals(seen, ["wanted 0", "wanted 1", "wanted 2"]);
  },
);

Deno.test(
  requires(
    "a program chooses the socket of a group that shares an address",
    needs.attribute("SO_ATTACH_REUSEPORT_CBPF"),
  ),
  () => {
    const group = [0, 1, 2].map(() => new Socket(AF_INET, SOCK_DGRAM));
    try {
      let address: [string, number] = ["127.0.0.1", 0];
      for (const each of group) {
        each.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
        each.bind(address);
        each.settimeout(5);
        address = each.getsockname();
      }
      const [first, , third] = group;
      const chosen = (number: number) =>
        attachFilter(first, [BPF_STMT(BPF_RET | BPF_K, number)], {
          reuseport: true,
        });
      using sender = new Socket(AF_INET, SOCK_DGRAM);
      for (const number of [2, 0, 1]) {
        chosen(number);
        sender.sendto(utf8(`to ${number}`), address);
        assertEquals(text(group[number].recv(10)), `to ${number}`);
      }
      // The datagram's first byte decides: load it, return it.
      attachFilter(
        third,
        [BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), BPF_STMT(BPF_RET | BPF_A, 0)],
        { reuseport: true },
      );
      for (const number of [1, 2, 0]) {
        sender.sendto(Uint8Array.of(number), address);
        assertEquals(group[number].recv(10)[0], number);
      }
      detachFilter(first, { reuseport: true });
      assertThrows(() => detachFilter(first, { reuseport: true }), OSError);
      assertThrows(
        () => attachFilter(first, [], true as never),
        TypeError,
        "options must be an object",
      );
    } finally {
      for (const each of group) each.close();
    }
  },
);
