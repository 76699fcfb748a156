/**
 * Where this library and Python differ on purpose, and why: the oracle's comparison accepts these
 * and no others. What a user notices of them is in docs/from_python.md.
 */

import { equal } from "@std/assert";
import {
  AF_ALG,
  AF_BLUETOOTH,
  AF_CAN,
  AF_NETLINK,
  AF_PACKET,
  AF_QIPCRTR,
  AF_TIPC,
  AF_UNIX,
  AF_VSOCK,
  CAN_J1939,
} from "../../../mod.ts";

import type { Outcome, Told } from "./outcome.ts";

type Operation = [name: string, index: number, argument: number];

/** A case with both outcomes. */
export interface Differing {
  // deno-lint-ignore no-explicit-any
  readonly one: any;
  readonly mine: Outcome;
  readonly theirs: Outcome;
}

/** A difference. */
export interface Difference {
  /** Of which kind of cases it is; left out, of any. */
  readonly kind?: string;
  /** Why it is so. */
  readonly reason: string;
  /** Whether this is what differs in a case. */
  readonly explains: (differing: Differing) => boolean;
}

const failed = (
  outcome: Outcome,
  ...errors: string[]
): outcome is Extract<Outcome, { error: string }> =>
  "error" in outcome && (errors.length === 0 || errors.includes(outcome.error));
const succeeded = (
  outcome: Outcome,
): outcome is Extract<Outcome, { result: Told }> => "result" in outcome;

/** The bytes of a result. */
function bytesOf(outcome: Outcome): Uint8Array | undefined {
  if (!succeeded(outcome)) return undefined;
  const { result } = outcome;
  return typeof result === "object" && result !== null && "bytes" in result
    ? Uint8Array.fromHex(result.bytes)
    : undefined;
}

/** The bytes of a string that Python decoded with `surrogateescape`. */
function unescaped(text: string): Uint8Array {
  const encoder = new TextEncoder();
  return Uint8Array.from(
    [...text].flatMap((c) => {
      const code = c.codePointAt(0)!;
      return code >= 0xdc80 && code <= 0xdcff
        ? [code & 0xff]
        : [...encoder.encode(c)];
    }),
  );
}

/** Whether a port that a case passes is out of bounds. */
const badPort = (port: unknown): boolean =>
  (typeof port === "number" || /^\s*-?\d+$/.test(String(port))) &&
  !(Number(port) >= 0 && Number(port) <= 65535);

/** The integers within a case that are beyond 32 or fewer bits. */
const integersIn = (value: Told): bigint[] =>
  Array.isArray(value)
    ? value.flatMap(integersIn)
    : typeof value === "number" && Number.isInteger(value)
    ? [BigInt(value)]
    : typeof value === "object" && value !== null && "int" in value
    ? [BigInt(value.int)]
    : [];

/** The list. */
export const knownDifferences: readonly Difference[] = [
  {
    kind: "makefile",
    reason:
      "readline(0) reads nothing; Python decodes some bytes first, and may fail at them",
    explains: ({ one, mine, theirs }) =>
      Array.isArray(mine) && Array.isArray(theirs) &&
      theirs.at(-2) === "ValueError" &&
      (one.operations as [string, unknown][]).some(([name, argument]) =>
        name === "readline" && argument === 0
      ),
  },
  {
    kind: "function",
    reason:
      "a NUL in the host or the port of getaddrinfo is a RangeError; Python ends the text there",
    explains: ({ one, mine }) =>
      one[0] === "getaddrinfo" && failed(mine, "RangeError") &&
      /\\u0000|"(00|\w*00)/.test(JSON.stringify(one.slice(1, 3))),
  },
  {
    kind: "function",
    reason:
      "a port of getaddrinfo of a wrong kind is a TypeError, in Python an OSError",
    explains: ({ one, mine, theirs }) =>
      one[0] === "getaddrinfo" &&
      failed(mine, "TypeError") && failed(theirs, "OSError"),
  },
  {
    kind: "decode",
    reason:
      "HCI's channel and L2CAP's channel id are returned; Python before 3.14 leaves them out",
    explains({ one: [family], mine, theirs }) {
      if (family !== AF_BLUETOOTH) return false;
      if (!succeeded(mine) || !succeeded(theirs)) return false;
      const [a, b] = [mine.result, theirs.result].map((each) => [each].flat());
      return a.length > b.length && equal(a.slice(0, b.length), b);
    },
  },
  {
    kind: "encode",
    reason:
      "a Bluetooth address of a wrong shape is a TypeError, in Python an OSError",
    explains: ({ one: [family], mine, theirs }) =>
      family === AF_BLUETOOTH &&
      failed(mine, "TypeError", "RangeError") && failed(theirs, "OSError"),
  },
  {
    kind: "function",
    reason: "of two bad arguments, another one may be named",
    explains: ({ one, mine, theirs }) =>
      one.length > 2 && failed(mine, "RangeError", "TypeError") &&
      failed(theirs, "RangeError", "TypeError"),
  },
  {
    kind: "encode",
    reason: "of two bad fields, another one may be named",
    explains: ({ one: [, , address], mine, theirs }) =>
      Array.isArray(address) && address.length > 1 &&
      failed(mine, "RangeError", "TypeError") &&
      failed(theirs, "RangeError", "TypeError"),
  },
  {
    kind: "function",
    reason: "null stands for a parameter that is left out",
    explains: ({ one, theirs }) =>
      one.includes(null) && failed(theirs, "TypeError"),
  },
  {
    kind: "function",
    reason:
      "if_indextoname refuses an index beyond 32 bits; Python takes the low bits",
    explains: ({ one, mine }) =>
      one[0] === "if_indextoname" && one[1] >= 2 ** 32 &&
      failed(mine, "RangeError"),
  },
  {
    kind: "function",
    reason:
      "getnameinfo keeps the scope in the text of a host; Python puts its scope_id there, which is 0",
    explains: ({ one, mine, theirs }) =>
      one[0] === "getnameinfo" &&
      String(one[1][0]).includes("%") && succeeded(mine) && succeeded(theirs),
  },
  {
    kind: "encode",
    reason:
      "a Unix path with a NUL inside is refused; the system would end it there",
    explains: ({ one: [family, , address], mine }) =>
      family === AF_UNIX && failed(mine, "RangeError") &&
      (typeof address === "string"
        ? address.includes("\0")
        : Uint8Array.fromHex(address.bytes).includes(0)),
  },
  {
    kind: "encode",
    reason:
      'AF_PACKET takes "" for any interface, and hardware addresses of up to 32 bytes',
    explains: ({ one: [family, , address], mine, theirs }) =>
      family === AF_PACKET && succeeded(mine) &&
      (address[0] === "" && failed(theirs, "OSError") ||
        address[4]?.bytes.length > 16 && failed(theirs, "RangeError")),
  },
  {
    kind: "decode",
    reason:
      "the scope of TIPC is signed: one that withdraws a name is negative",
    explains({ one: [family], mine, theirs }) {
      if (family !== AF_TIPC) return false;
      if (!succeeded(mine) || !succeeded(theirs)) return false;
      const [a, b] = [mine.result, theirs.result] as number[][];
      return equal([...a.slice(0, 4), a[4] >>> 0], b);
    },
  },
  {
    kind: "selecting",
    reason:
      "modify with bad events is refused and changes nothing; Python takes them, or forgets the socket",
    explains: ({ one }) =>
      (one[1] as Operation[]).some(([name, , events]) =>
        name === "modify" && ![1, 2, 3].includes(events)
      ),
  },
  {
    kind: "selecting",
    reason:
      "modify of a closed socket goes on with its descriptor; Python's SelectSelector forgets it",
    explains({ one: [selector, operations] }) {
      if (selector !== "SelectSelector") return false;
      const closed = new Set<number>();
      return (operations as Operation[]).some(([name, index]) => {
        if (name === "close") closed.add(index);
        return name === "modify" && closed.has(index);
      });
    },
  },
  {
    reason: "CPython fails inside",
    explains: ({ theirs }) => failed(theirs, "SystemError"),
  },
  {
    kind: "function",
    reason:
      "getnameinfo refuses a port out of bounds; Python takes it modulo 65536",
    explains: ({ one, mine }) =>
      one[0] === "getnameinfo" && badPort(one[1][1]) &&
      failed(mine, "RangeError"),
  },
  {
    kind: "encode",
    reason:
      "an integer beyond its field is a RangeError; Python takes the low bits of some",
    explains: ({ one, mine, theirs }) =>
      failed(mine, "RangeError") && succeeded(theirs) &&
      integersIn(one[2]).some((n) => n < 0n || n > 0xffn),
  },
  {
    kind: "encode",
    reason: "integers are checked before the interface is looked up",
    explains: ({ mine, theirs }) =>
      failed(mine, "RangeError", "TypeError") &&
      failed(theirs, "OSError"),
  },
  {
    kind: "encode",
    reason:
      "the name of an interface that is too long has an error of its own; in Python ENODEV",
    explains: ({ one: [family, , address], mine, theirs }) =>
      [AF_PACKET, AF_CAN].includes(family) &&
      address[0].length > 15 && failed(mine, "OSError") &&
      failed(theirs, "OSError"),
  },
  {
    kind: "decode",
    reason:
      "a TIPC address of an unknown type is returned without its fields; Python raises",
    explains: ({ one: [family], mine, theirs }) =>
      family === AF_TIPC && succeeded(mine) &&
      failed(theirs, "RangeError", "TypeError"),
  },
  {
    kind: "function",
    reason:
      "getaddrinfo refuses a port out of bounds (EAI_SERVICE); Python takes it modulo 65536",
    explains: ({ one, mine }) =>
      one[0] === "getaddrinfo" && badPort(one[2]) &&
      failed(mine, "gaierror"),
  },
  {
    kind: "function",
    reason:
      "a host with an empty label or one that is too long is a gaierror, in Python of the idna codec",
    explains: ({ one, mine, theirs }) =>
      one[0] === "getaddrinfo" &&
      failed(mine, "gaierror") && failed(theirs, "RangeError"),
  },
  {
    kind: "encode",
    reason:
      "Python leaves the padding of an address as its stack was; here it is zero",
    explains({ one: [family, proto], mine, theirs }) {
      const [a, b] = [bytesOf(mine), bytesOf(theirs)];
      if (a === undefined || b === undefined) return false;
      if (a.length !== b.length) return false;
      if (family === AF_PACKET) {
        return equal(a, b.fill(0, 12 + b[11])) && b[11] <= 8;
      }
      const some: number[] = [AF_CAN, AF_VSOCK, AF_QIPCRTR, AF_NETLINK];
      if (!some.includes(family)) return false;
      b.fill(0, 2, 4);
      if (family === AF_CAN) b.fill(0, proto === CAN_J1939 ? 21 : 16);
      if (family === AF_CAN && proto < 3) b.fill(0, 8);
      if (family === AF_CAN && proto > 3 && proto !== CAN_J1939) a.fill(0, 16);
      return equal(a, b);
    },
  },
  {
    kind: "encode",
    reason:
      "Python takes 16 of the 32 bits of the feature and the mask of AF_ALG",
    explains({ one: [family], mine, theirs }) {
      const [a, b] = [bytesOf(mine), bytesOf(theirs)];
      if (family !== AF_ALG || !a || !b) return false;
      return equal(a.fill(0, 18, 20).fill(0, 22, 24), b);
    },
  },
  {
    kind: "decode",
    reason:
      "a Unix path that is not UTF-8 is returned as bytes, in Python as a string with surrogates",
    explains: ({ one: [family], mine, theirs }) =>
      family === AF_UNIX && succeeded(theirs) &&
      typeof theirs.result === "string" &&
      equal(bytesOf(mine), unescaped(theirs.result)),
  },
  {
    kind: "decode",
    reason:
      "text of AF_ALG that is not UTF-8 is decoded with U+FFFD; Python raises UnicodeDecodeError",
    explains: ({ one: [family], mine, theirs }) =>
      family === AF_ALG && succeeded(mine) &&
      failed(theirs, "RangeError"),
  },
  {
    kind: "decode",
    reason:
      "a hardware address longer than what arrived ends there; Python reads its stack",
    explains({ one: [family, , data], mine, theirs }) {
      if (family !== AF_PACKET) return false;
      if (!succeeded(mine) || !succeeded(theirs)) return false;
      const [a, b] = [mine.result, theirs.result] as Told[][];
      return Uint8Array.fromHex(data)[11] > 8 &&
        equal(a.slice(0, 4), b.slice(0, 4));
    },
  },
  {
    kind: "option",
    reason:
      "an option's value beyond an int is a RangeError, up to 32 bits it is taken; in Python a TypeError",
    explains: ({ one, theirs }) =>
      one[4] === "set" && failed(theirs, "TypeError") &&
      integersIn(one[5]).some((n) => n !== BigInt.asIntN(32, n)),
  },
];
