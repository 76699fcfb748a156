/** IP addresses as text, compared with the C library through python3. */

import { assert, assertEquals } from "@std/assert";
import {
  formatIPv4,
  formatIPv6,
  parseIPv4,
  parseIPv6,
} from "../../../socket/address/inet.ts";
import { python } from "../../support/peer.ts";

/** Reads texts and addresses from standard input, and prints the C library's results. */
const ORACLE = `
import json, socket, sys
def pton(family, text):
    try: return socket.inet_pton(family, text).hex()
    except (OSError, ValueError): return None
asked = json.load(sys.stdin)
print(json.dumps({
    "ipv4": [pton(socket.AF_INET, t) for t in asked["texts"]],
    "ipv6": [pton(socket.AF_INET6, t) for t in asked["texts"]],
    "ntop4": [socket.inet_ntop(socket.AF_INET, bytes.fromhex(b[:8])) for b in asked["bytes"]],
    "ntop6": [socket.inet_ntop(socket.AF_INET6, bytes.fromhex(b)) for b in asked["bytes"]],
}))
`;
import { needs, requires } from "../../support/requires.ts";

/** A repeatable source of numbers below a bound. */
function randomFrom(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
}

const picked = [
  "",
  ":",
  "::",
  ":::",
  "::1",
  "1::",
  "1:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7::",
  "::2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7:8::",
  "::1:2:3:4:5:6:7:8",
  "1:2:3::4:5:6:7:8",
  "1::2::3",
  ":1::2",
  ":1:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7:8:",
  "1::2:",
  "12345::",
  "::00001",
  "::g",
  "::ABCD:abcd",
  "::1.2.3.4",
  "::ffff:1.2.3.4",
  "1:2:3:4:5:6:1.2.3.4",
  "1:2:3:4:5:6:7:1.2.3.4",
  "1:2:3:4:5:1.2.3.4",
  "::1.2.3.4:5",
  "::1.2.3",
  "::1.2.3.4.5",
  "::.1.2.3",
  "::1.2.3.256",
  "::01.2.3.4",
  "::12345.1.1.1",
  "::a.1.1.1",
  "1.2.3.4::",
  "fe80::1%lo",
  "::1 ",
  " ::1",
  "::-1",
  "0.0.0.0",
  "255.255.255.255",
  "1.2.3.256",
  "1.2.3",
  "1.2.3.4.5",
  "1..2.3",
  ".1.2.3.4",
  "1.2.3.4.",
  "1.2.3.04",
  "1.2.3.0",
  "1.2.3.00",
  "1.2.3.4 ",
  "0x1.2.3.4",
  "1.2.3.-4",
  "１.2.3.4",
  "999999999999.1.1.1",
];

function texts(): string[] {
  const random = randomFrom(42);
  const from = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet[random(alphabet.length)]).join("");
  const group = (): string => random(0x10000).toString(16).slice(random(3));
  const octet = (): string => String(random(random(4) === 0 ? 300 : 256));
  const many = [...picked];
  for (let i = 0; i < 1500; i++) {
    many.push(
      from("01:.", random(20)),
      from("0123456789abcdefABCDEF:::::..g", random(40)),
      Array.from({ length: 3 + random(3) }, octet).join("."),
      // Some groups are missing, so that "::" appears by itself.
      Array.from({ length: 6 + random(4) }, () => random(3) ? group() : "")
        .join(":") + (random(4) ? "" : "." + octet() + ".1.2"),
      "::" + Array.from({ length: random(9) }, group).join(":"),
    );
  }
  return many;
}

function addresses(): Uint8Array[] {
  const random = randomFrom(7);
  const many = [
    new Uint8Array(16),
    new Uint8Array(16).fill(255),
    Uint8Array.fromHex("00".repeat(10) + "ffff01020304"),
    Uint8Array.fromHex("00".repeat(12) + "01020304"),
    Uint8Array.fromHex("00".repeat(12) + "00010000"),
  ];
  for (let i = 0; i < 3000; i++) {
    // With zeros, both whole groups and single bytes, so that several runs of zeros compete.
    const sparse = Uint8Array.from(
      { length: 16 },
      () => random(4) ? 0 : random(256),
    );
    const groups = Uint8Array.from({ length: 16 }, () => random(256));
    for (let n = 2 + random(6); n > 0; n--) {
      const at = 2 * random(8);
      groups.fill(0, at, at + 2);
    }
    many.push(sparse, groups);
  }
  return many;
}

Deno.test({
  ...requires(
    "addresses are read and written as the C library reads and writes them",
    needs.python,
  ),
  async fn() {
    const asked = { texts: texts(), bytes: addresses().map((b) => b.toHex()) };
    const told = await python(ORACLE, asked) as {
      ipv4: (string | null)[];
      ipv6: (string | null)[];
      ntop4: string[];
      ntop6: string[];
    };
    assert(told.ipv4.filter((hex) => hex !== null).length > 300);
    assert(told.ipv6.filter((hex) => hex !== null).length > 300);
    asked.texts.forEach((text, i) => {
      const number = parseIPv4(text);
      const four = number < 0 ? null : number.toString(16).padStart(8, "0");
      assertEquals(four, told.ipv4[i], `IPv4 ${JSON.stringify(text)}`);
      const into = new Uint8Array(20).fill(0xaa);
      const six = parseIPv6(text, into, 2)
        ? into.subarray(2, 18).toHex()
        : null;
      assertEquals(six, told.ipv6[i], `IPv6 ${JSON.stringify(text)}`);
      assertEquals([into[0], into[1], into[18], into[19]], Array(4).fill(0xaa));
    });
    asked.bytes.forEach((hex, i) => {
      const bytes = Uint8Array.fromHex(`aaaa${hex}`);
      const number = new DataView(bytes.buffer).getUint32(2);
      assertEquals(formatIPv4(number), told.ntop4[i]);
      assertEquals(formatIPv6(bytes, 2), told.ntop6[i]);
    });
  },
});

Deno.test("an IPv4 text may begin within another", () => {
  assertEquals(parseIPv4("::1.2.3.4", 2), 0x01020304);
  assertEquals(parseIPv4("1.2.3.4", 7), -1);
});
