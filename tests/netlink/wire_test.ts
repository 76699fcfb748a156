/** Netlink's messages and attributes as bytes, and bytes that are damaged. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  decodeAttributes,
  decodeMessages,
  encodeAttributes,
  encodeMessage,
  errorOf,
  ExtendedAck,
  flag,
  genlmsghdr,
  ifaddrmsg,
  ifinfomsg,
  ip,
  list,
  messageFormat,
  ndmsg,
  nested,
  type NetlinkMessage,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  payload,
  RTM_NEWROUTE,
  rtmsg,
  struct,
  text,
  u16,
  u32,
  u64,
  u8,
} from "../../netlink.ts";
import { errno, OSError, PermissionError } from "../../mod.ts";
import { utf8 } from "../support/bytes.ts";
import { canRun, need, needs, requires } from "../support/requires.ts";

const hex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.fromHex(text.replace(/\s/g, ""));

Deno.test({
  ...requires("a route is encoded as <linux/rtnetlink.h> has it", needs.linux),
  fn() {
    const route = {
      family: 2,
      dst_len: 24,
      table: 254,
      protocol: 4,
      type: 1,
      attributes: {
        RTA_DST: "192.0.2.0",
        RTA_OIF: 3,
        RTA_METRICS: { RTAX_MTU: 1400 },
        RTA_MULTIPATH: [
          { ifindex: 3, attributes: { RTA_GATEWAY: "10.0.0.1" } },
          { ifindex: 4, hops: 9 },
        ],
        RTA_VIA: { family: 10, address: "fe80::1" },
      },
    } as const;
    const content = rtmsg.encode(route);
    assertEquals(
      content.toHex(),
      hex(`
        02 18 00 00 fe 04 00 01 00000000
        0800 0100 c0000200
        0800 0400 03000000
        0c00 0880 0800 0200 78050000
        1c00 0900 1000 00 00 03000000 0800 0500 0a000001
                  0800 00 09 04000000
        1600 1200 0a00 fe80 0000 0000 0000 0000 0000 0000 0001 0000
      `).toHex(),
    );
    const { attributes, ...fields } = rtmsg.decode(content);
    assertEquals(fields, {
      family: 2,
      dst_len: 24,
      src_len: 0,
      tos: 0,
      table: 254,
      protocol: 4,
      scope: 0,
      type: 1,
      flags: 0,
    });
    assertEquals(attributes, {
      ...route.attributes,
      RTA_MULTIPATH: [
        {
          flags: 0,
          hops: 0,
          ifindex: 3,
          attributes: { RTA_GATEWAY: "10.0.0.1" },
        },
        { flags: 0, hops: 9, ifindex: 4, attributes: {} },
      ],
    });
    const message = encodeMessage({
      type: RTM_NEWROUTE,
      flags: NLM_F_REQUEST,
      seq: 5,
      pid: 0xfffffffe,
      payload: content.subarray(0, 12),
    });
    assertEquals(
      message.toHex(),
      "1c000000" + "1800" + "0100" + "05000000" + "feffffff" +
        "02180000fe04000100000000",
    );
  },
});

Deno.test({
  ...requires(
    "the attributes that a format does not know are kept",
    needs.linux,
  ),
  fn() {
    const content = ifinfomsg.encode({
      index: 7,
      flags: 1,
      change: 1,
      attributes: {
        IFLA_IFNAME: "e0",
        IFLA_LINKINFO: { IFLA_INFO_KIND: "veth" },
        IFLA_PROP_LIST: ["one", "two"],
        IFLA_MTU: undefined,
        unknown: [{ type: 4000, data: Uint8Array.of(1, 2, 3) }],
      },
    });
    assertEquals(ifinfomsg.decode(content), {
      family: 0,
      type: 0,
      index: 7,
      flags: 1,
      change: 1,
      attributes: {
        IFLA_IFNAME: "e0",
        IFLA_LINKINFO: { IFLA_INFO_KIND: "veth" },
        IFLA_PROP_LIST: ["one", "two"],
        unknown: [{
          type: 4000,
          nested: false,
          data: Uint8Array.of(1, 2, 3),
        }],
      },
    });
    assertEquals(ifinfomsg.encode(ifinfomsg.decode(content)), content);
  },
});

Deno.test("every kind of value comes back as it was", () => {
  const format = messageFormat("example", struct({ a: u8, b: u32, c: u16 }), {
    FLAG: [1, flag],
    BIG: [2, u64],
    ADDRESS: [3, ip],
    LABEL: [4, ip],
    LIST: [5, list(nested({ NAME: [1, text] }))],
  });
  const value = {
    a: 1,
    b: 0xffffffff,
    c: 2,
    attributes: {
      FLAG: true as const,
      BIG: 2n ** 64n - 1n,
      ADDRESS: "2001:db8::1",
      LABEL: Uint8Array.of(1, 2, 3),
      LIST: [{ NAME: "x" }, { NAME: "" }],
    },
  };
  const content = format.encode(value);
  assertEquals(content.length % 4, 0);
  assertEquals(format.decode(content), value);
  assertEquals(
    format.decode(format.encode({ attributes: { FLAG: false } })).attributes,
    {},
  );
  assertEquals(payload.decode(payload.encode(utf8("abc"))), utf8("abc"));
  assertEquals(format.encode().length, 12);
});

Deno.test("what cannot be encoded is refused by name", () => {
  const format = genlmsghdr({ NAME: [1, text], COUNT: [2, u16], IP: [3, ip] });
  const encode = (attributes: Record<string, unknown>): unknown =>
    format.encode({ attributes } as never);
  const refused: [() => unknown, string][] = [
    [() => encode({ COUNT: 65536 }), "COUNT must be"],
    [() => encode({ NAME: "a\0b" }), "NAME: embedded null byte"],
    [() => encode({ IP: "1.2.3" }), 'IP must be an IP address, not "1.2.3"'],
    [() => encode({ OTHER: 1 }), "there is no attribute OTHER here"],
    [() => format.encode({ cmd: 256 }), "genlmsghdr.cmd must be"],
    [() => format.encode({ command: 1 } as never), "has no field command"],
    [() => encode({ NAME: "x".repeat(65531) }), "data must have"],
    [
      () => encodeAttributes([{ type: 0x4000, data: new Uint8Array() }]),
      "type must be",
    ],
    [() => encodeMessage({ type: 65536 }), "type must be"],
  ];
  for (const [call, says] of refused) assertThrows(call, RangeError, says);
  assertThrows(() => encode({ NAME: 1 }), TypeError, "NAME must be a string");
  assertThrows(() => decodeMessages("x" as never), TypeError, "data must be");
});

Deno.test("what is of a wrong kind is refused by name", () => {
  const format = genlmsghdr({ NAME: [1, text] });
  const refused: [() => unknown, string][] = [
    [() => encodeMessage(undefined as never), "message must be an object"],
    [() => errorOf(1 as never), "message must be an object"],
    [() => errorOf({ type: 2 } as never), "payload must be bytes"],
    [() => encodeAttributes([null] as never), "each attribute must be"],
    [() => format.encode(1 as never), "fields must be an object"],
    [() => format.encode({ attributes: 1 } as never), "must be an object"],
    [() => nested(undefined as never), "policy must be an object"],
    [() => nested({ A: 1 } as never), "policy.A must be an iterable"],
    [() => nested({ A: [1, {}] } as never), "policy.A must have the methods"],
    [() => nested({ A: ["1", u8] } as never), "policy.A must be an integer"],
    [() => list(null as never), "element must be an object"],
    [() => struct(null as never), "fields must be an object"],
    [() => struct({ a: {} } as never), "fields.a must have the methods"],
    [() => messageFormat("a", {} as never, {}), "header must have the methods"],
    [() => u8.decode("x" as never, "COUNT"), "COUNT must be bytes"],
    [() => text.decode(1 as never, "NAME"), "NAME must be bytes"],
    [() => ip.decode({} as never, "IP"), "IP must be bytes"],
  ];
  for (const [call, says] of refused) assertThrows(call, TypeError, says);
});

Deno.test("damaged lengths are refused, and end", () => {
  const messages = [
    "0f000000 1000 0000 00000000 00000000", // shorter than a header
    "00000000 1000 0000 00000000 00000000",
    "11000000 1000 0000 00000000 00000000", // longer than the bytes
    "ffffffff 1000 0000 00000000 00000000",
    "10000000 1000 0000 00000000", // cut
    "10000000 1000 0000 00000000 00000000 01",
  ];
  for (const one of messages) {
    assertThrows(() => decodeMessages(hex(one)), RangeError, "has a length of");
  }
  for (const one of ["0300 0100", "0000 0000", "0900 0100 00000000"]) {
    assertThrows(() => decodeAttributes(hex(one)), RangeError, "has a length");
  }
  assertEquals(decodeMessages(new Uint8Array()), []);
  assertEquals(decodeAttributes(hex("0400 0100 000000")).length, 1);
});

/** A generator of numbers below a limit that are the same each time. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((state ^ (state >>> 13)) >>> 0) % limit;
  };
}

Deno.test({
  ...requires("hostile bytes are decoded or refused", needs.linux),
  fn() {
    const random = numbers(1);
    let decoded = 0;
    for (let i = 0; i < 5_000; i++) {
      const content = new Uint8Array(random(96));
      for (let at = 0; at < content.length; at++) {
        // Mostly small numbers, so that many lengths are possible.
        content[at] = random(4) === 0 ? random(256) : random(12);
      }
      const message: NetlinkMessage = {
        type: random(2) === 0 ? NLMSG_ERROR : NLMSG_DONE,
        flags: random(65536),
        seq: 0,
        pid: 0,
        payload: content,
      };
      const tries: (() => unknown)[] = [
        () => decodeMessages(content),
        () => decodeAttributes(content),
        ...[ifinfomsg, ifaddrmsg, rtmsg, ndmsg].map(({ decode }) => () =>
          decode(content)
        ),
        () => errorOf(message),
      ];
      for (const one of tries) {
        try {
          one();
          decoded++;
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
      }
    }
    assert(decoded > 500);
  },
});

Deno.test({
  ...requires("an error has the kernel's text and place", needs.linux),
  fn() {
    const request = encodeMessage({ type: 20, payload: new Uint8Array(8) });
    const tlvs = encodeAttributes([
      { type: 1, data: utf8("Device does not exist\0") },
      { type: 2, data: Uint8Array.of(16, 0, 0, 0) },
    ]);
    const message = (flags: number, ...parts: Uint8Array[]) => ({
      type: NLMSG_ERROR,
      flags,
      seq: 0,
      pid: 0,
      payload: Uint8Array.from(parts.flatMap((part) => [...part])),
    });
    const number = new Uint8Array(Int32Array.of(-errno.EPERM).buffer);
    const whole = errorOf(message(NLM_F_ACK_TLVS, number, request, tlvs));
    const capped = errorOf(
      message(
        NLM_F_ACK_TLVS | NLM_F_CAPPED,
        number,
        request.subarray(0, 16),
        tlvs,
      ),
    );
    for (const error of [whole, capped]) {
      assertInstanceOf(error, PermissionError);
      const { message, cause } = error as PermissionError;
      assertEquals(
        message,
        "[Errno 1] Operation not permitted: Device does not exist: netlink",
      );
      assertInstanceOf(cause, ExtendedAck);
      const { message: said, offset } = cause as ExtendedAck;
      assertEquals([said, offset], ["Device does not exist", 16]);
    }
    assertEquals(
      errorOf(message(0, number, request))?.message,
      "[Errno 1] Operation not permitted: netlink",
    );
    assertEquals(errorOf(message(0, new Uint8Array(4), request)), undefined);
    const lowest = new Uint8Array(Int32Array.of(-(2 ** 31)).buffer);
    assertEquals(errorOf(message(0, lowest, request))?.errno, 0x7fffffff);
    const done = errorOf({
      ...message(NLM_F_ACK_TLVS, number, tlvs),
      type: NLMSG_DONE,
    });
    assertEquals((done?.cause as ExtendedAck).offset, 16);
    assert(done instanceof OSError);
  },
});

Deno.test({
  ...requires(
    "the structures lie as in the headers",
    needs.linux,
    need("cc", canRun("cc")),
  ),
  async fn() {
    // A field in C with a value of its own, and the bytes that we make of the same.
    const samples = {
      "struct ifinfomsg": [
        ".ifi_family=1,.ifi_type=2,.ifi_index=3,.ifi_flags=4,.ifi_change=5",
        ifinfomsg.encode({ family: 1, type: 2, index: 3, flags: 4, change: 5 }),
      ],
      "struct ifaddrmsg": [
        ".ifa_family=1,.ifa_prefixlen=2,.ifa_flags=3,.ifa_scope=4,.ifa_index=5",
        ifaddrmsg.encode({
          family: 1,
          prefixlen: 2,
          flags: 3,
          scope: 4,
          index: 5,
        }),
      ],
      "struct rtmsg": [
        ".rtm_family=1,.rtm_dst_len=2,.rtm_src_len=3,.rtm_tos=4,.rtm_table=5," +
        ".rtm_protocol=6,.rtm_scope=7,.rtm_type=8,.rtm_flags=9",
        rtmsg.encode({
          family: 1,
          dst_len: 2,
          src_len: 3,
          tos: 4,
          table: 5,
          protocol: 6,
          scope: 7,
          type: 8,
          flags: 9,
        }),
      ],
      "struct ndmsg": [
        ".ndm_family=1,.ndm_ifindex=2,.ndm_state=3,.ndm_flags=4,.ndm_type=5",
        ndmsg.encode({ family: 1, ifindex: 2, state: 3, flags: 4, type: 5 }),
      ],
      "struct genlmsghdr": [
        ".cmd=1,.version=2",
        genlmsghdr({}).encode({ cmd: 1, version: 2 }),
      ],
      "struct nlmsghdr": [
        ".nlmsg_len=16,.nlmsg_type=1,.nlmsg_flags=2,.nlmsg_seq=3,.nlmsg_pid=4",
        encodeMessage({ type: 1, flags: 2, seq: 3, pid: 4 }),
      ],
    } as const;
    const folder = await Deno.makeTempDir();
    try {
      const source = `#include <stdio.h>
#include <linux/rtnetlink.h>
#include <linux/genetlink.h>
int main(void) {
${
        Object.entries(samples).map(([type, [fields]]) =>
          `{ ${type} s = {${fields}}; for (unsigned i = 0; i < sizeof s; i++) ` +
          `printf("%02x", ((unsigned char *)&s)[i]); printf("\\n"); }`
        ).join("\n")
      }
}`;
      await Deno.writeTextFile(`${folder}/a.c`, source);
      const compiled = await new Deno.Command("cc", {
        args: ["-o", `${folder}/a`, `${folder}/a.c`],
      }).output();
      assert(compiled.success);
      const { stdout } = await new Deno.Command(`${folder}/a`).output();
      assertEquals(
        new TextDecoder().decode(stdout).trim().split("\n"),
        Object.values(samples).map(([, bytes]) => bytes.toHex()),
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
