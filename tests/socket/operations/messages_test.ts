/** `sendmsg`, `recvmsg` and their kin: scattering, gathering, truncation, errors, `AF_ALG`. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  AF_ALG,
  AF_INET,
  ALG_OP_ENCRYPT,
  errno,
  hasattr,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
} from "../../../constants/mod.ts";
import { table } from "../../../constants/table.ts";
import { MAX_BUFFERS } from "../../../ffi/msghdr.ts";
import { socketpair } from "../../../socket/descriptors.ts";
import {
  BlockingIOError,
  OSError,
  TimeoutError,
} from "../../../errors/errors.ts";
import { recv_fds, send_fds } from "../../../socket/fds.ts";
import { algItems } from "../../../socket/operations/messages.ts";
import { handleOf } from "../../../socket/operations/handle.ts";
import { E_BAD_SOCKET } from "../../../errors/errno.ts";
import { Socket } from "../../../socket/socket.ts";
import { datagramPair, needing, notLinux } from "../../support/helpers.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const int = (value: number) => new Uint8Array(new Int32Array([value]).buffer);

function isOpen(fd: number): boolean {
  try {
    Deno.readLinkSync(`/proc/self/fd/${fd}`);
    return true;
  } catch {
    return false;
  }
}

Deno.test("sendmsg() gathers and recvmsg_into() scatters, in order", () => {
  const [a, b] = socketpair();
  using _a = a, _b = b;
  const whole = encode("xhello, world");
  const parts = [
    whole.subarray(1, 3),
    new DataView(whole.buffer, 3, 3),
    new Uint8Array(),
    whole.slice(6).buffer,
  ];
  assertEquals(a.sendmsg(parts), 12);
  const first = new Uint8Array(10).fill(0x2e),
    second = new ArrayBuffer(4),
    third = new Uint8Array(8).fill(0x2e);
  const buffers = [
    first.subarray(2, 5),
    new Uint8Array(0),
    new DataView(second),
    third,
  ];
  assertEquals(b.recvmsg_into(buffers), [12, [], 0, null as never]);
  assertEquals(decode(first), "..hel.....");
  assertEquals(decode(new Uint8Array(second)), "lo, ");
  assertEquals(decode(third), "world...");
});

Deno.test("buffers and ancillary data come from any iterable, and are taken once", () => {
  const [a, b] = socketpair();
  using _a = a, _b = b;
  a.settimeout(5);
  function* parts() {
    yield encode("a");
    b.sendmsg([encode("nested")]); // uses the same storage while the outer call is prepared
    yield encode("b");
  }
  assertEquals(a.sendmsg(parts(), new Set<never>()), 2);
  assertEquals(decode(b.recvmsg(10)[0]), "ab");
  const buffer = new Uint8Array(10);
  b.settimeout(0.01);
  assertThrows(() => b.recvmsg_into([buffer].values()), TimeoutError);
  assertEquals(a.recvmsg_into(new Set([buffer]))[0], 6);
});

Deno.test("a message has at most IOV_MAX buffers", () => {
  const [a, b] = datagramPair();
  using _a = a, _b = b;
  const most = Array.from(
    { length: MAX_BUFFERS },
    (_, i) => Uint8Array.of(i),
  );
  assertEquals(a.sendmsg(most), most.length);
  const into = most.map(() => new Uint8Array(1));
  assertEquals(b.recvmsg_into(into)[0], most.length);
  assertEquals(into, most);
  for (
    const [call, syscall] of [
      [() => a.sendmsg([...most, new Uint8Array(1)]), "sendmsg"],
      [() => b.recvmsg_into([...into, new Uint8Array(1)]), "recvmsg"],
    ] as const
  ) {
    const error = assertThrows(call, OSError);
    assertEquals([error.errno, error.syscall], [errno.EMSGSIZE, syscall]);
  }
});

Deno.test("no buffers and empty buffers are what they are to Python", () => {
  const [a, b] = datagramPair();
  using _a = a, _b = b;
  assertEquals(a.sendmsg([]), 0);
  const from = a.getsockname();
  assertEquals(b.recvmsg(5), [new Uint8Array(0), [], 0, from]);
  assertEquals(a.sendmsg([new Uint8Array(0)]), 0);
  assertEquals(b.recvmsg_into([]), [0, [], 0, from]);
  a.sendmsg([encode("abc")]);
  assertEquals(b.recvmsg(0), [new Uint8Array(0), [], MSG_TRUNC, from]);
});

Deno.test("a datagram that was cut says so", () => {
  const [sender, receiver] = datagramPair();
  using _sender = sender, _receiver = receiver;
  const from = sender.getsockname();
  const send = () => sender.sendmsg([encode("01234"), encode("56789")]);
  assertEquals(send(), 10);
  assertEquals(receiver.recvmsg(4), [encode("0123"), [], MSG_TRUNC, from]);
  send();
  assertEquals(receiver.recvmsg(10), [encode("0123456789"), [], 0, from]);
});

Deno.test({
  ...needing("a datagram that was cut tells its true length", notLinux),
  fn() {
    using receiver = new Socket(AF_INET, SOCK_DGRAM);
    using sender = new Socket(AF_INET, SOCK_DGRAM);
    receiver.bind(["127.0.0.1", 0]);
    sender.bind(["127.0.0.1", 0]);
    const to = receiver.getsockname(), from = sender.getsockname();
    const send = () =>
      sender.sendmsg([encode("01234"), encode("56789")], [], 0, to);
    send();
    const buffer = new Uint8Array(4);
    assertEquals(receiver.recvmsg_into([buffer], 0, MSG_TRUNC), [
      10,
      [],
      MSG_TRUNC,
      from,
    ]);
    assertEquals(decode(buffer), "0123");
    send();
    assertEquals(receiver.recvmsg(4, 0, MSG_TRUNC), [
      encode("0123"),
      [],
      MSG_TRUNC,
      from,
    ]);
    send();
    assertEquals(receiver.recvfrom_into(buffer, 0, MSG_TRUNC), [10, from]);
  },
});

Deno.test("a waiting recvmsg() throws what its timeout says", () => {
  const [a, b] = socketpair();
  using _a = a, _b = b;
  a.settimeout(0);
  const error = assertThrows(() => a.recvmsg(1), BlockingIOError);
  assertEquals(error.syscall, "recvmsg");
  a.settimeout(0.01);
  assertThrows(() => a.recvmsg(1), TimeoutError);
  a.settimeout(null);
  if (hasattr("MSG_DONTWAIT")) {
    assertThrows(() => a.recvmsg(1, 0, MSG_DONTWAIT), BlockingIOError);
  }
  a.setblocking(false);
  const full = assertThrows(() => {
    for (;;) a.sendmsg([new Uint8Array(65536)]);
  }, BlockingIOError);
  assertEquals(full.syscall, "sendmsg");
});

Deno.test("wrong arguments are named, before any system call", () => {
  const [a, b] = socketpair();
  using _a = a, _b = b;
  a.send(encode("still here"));
  // deno-lint-ignore no-explicit-any
  const x = b as any;
  const cases: [() => unknown, new (...args: never[]) => Error, string][] = [
    [() => x.recvmsg(-1), RangeError, "bufsize"],
    [() => x.recvmsg("1"), TypeError, "bufsize"],
    [() => x.recvmsg(1, -1), RangeError, "ancbufsize"],
    [() => x.recvmsg(1, 2 ** 31), RangeError, "ancbufsize"],
    [() => x.recvmsg(1, 0, 0.5), TypeError, "flags"],
    [() => x.recvmsg_into(5), TypeError, "buffers must be an iterable, not 5"],
    [
      () => x.recvmsg_into([new Uint8Array(1), "text"]),
      TypeError,
      "buffers[1] must be bytes",
    ],
    [() => x.recvmsg_into([new Uint8Array(1)], -1), RangeError, "ancbufsize"],
    [() => x.sendmsg(5), TypeError, "buffers must be an iterable, not 5"],
    [
      () => x.sendmsg("text"),
      TypeError,
      "buffers must be an iterable, not string",
    ],
    [() => x.sendmsg(encode("abc")), TypeError, "buffers[0] must be bytes"],
    [() => x.sendmsg(["abc"]), TypeError, "buffers[0] must be bytes"],
    [() => x.sendmsg([], null), TypeError, "ancdata must be an iterable"],
    [() => x.sendmsg([], [[1, 1]]), TypeError, "ancdata[0]"],
    [() => x.sendmsg([], [], "1"), TypeError, "flags"],
    [
      () => x.sendmsg([], [], 0, ["x"]),
      TypeError,
      "embedded", /* any TypeError */
    ],
    [
      () => send_fds(x, [encode("x")], 5 as never),
      TypeError,
      "fds must be an iterable",
    ],
    [() => send_fds(x, [encode("x")], [1.5]), TypeError, "fds[0]"],
    [() => recv_fds(x, 1, -1), RangeError, "maxfds"],
    [() => recv_fds(x, -1, 1), RangeError, "bufsize"],
  ];
  for (const [call, type, message] of cases) {
    const error = assertThrows(call, type);
    if (!message.startsWith("embedded")) {
      assert(error.message.includes(message), error.message);
    }
  }
  assertEquals(decode(b.recv(100)), "still here");
  const closed = new Socket();
  closed.close();
  for (
    const call of [
      () => closed.recvmsg(1),
      () => closed.sendmsg([encode("x")]),
    ]
  ) {
    assertEquals(assertThrows(call, OSError).errno, E_BAD_SOCKET);
  }
});

Deno.test("MSG_PEEK leaves the message, and flags are given back as the kernel says", () => {
  const [a, b] = datagramPair();
  using _a = a, _b = b;
  a.sendmsg([encode("abc")]);
  assertEquals(decode(b.recvmsg(10, 0, MSG_PEEK)[0]), "abc");
  assertEquals(b.recvmsg(10), [encode("abc"), [], 0, a.getsockname()]);
});

Deno.test("recvmsg() gives no bytes of another message", () => {
  const [a, b] = socketpair();
  using _a = a, _b = b;
  a.send(encode("secret"));
  const [first] = b.recvmsg(100);
  a.send(encode("x"));
  const [second] = b.recvmsg(100);
  assertEquals(second.buffer.byteLength, 1);
  assertEquals(decode(first), "secret");
  const large = new Uint8Array(200_000).fill(7);
  a.setblocking(true);
  const sent = a.send(large.subarray(0, 100_000));
  let got = 0;
  while (got < sent) got += b.recvmsg(200_000)[0].length;
  assertStrictEquals(got, sent);
});

Deno.test({
  ...needing(
    "sendmsg() and recvmsg() of a descriptor that is no socket fail as the kernel says",
    notLinux,
  ),
  fn() {
    const [a, b] = socketpair();
    using _b = b;
    const file = Deno.makeTempFileSync();
    try {
      using _file = Deno.openSync(file);
      // Puts the file in the place of the socket's descriptor, where none is asked any more.
      a.close();
      const handle = handleOf(a);
      const fd = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => +name)
        .find((fd) =>
          isOpen(fd) && Deno.readLinkSync(`/proc/self/fd/${fd}`) === file
        )!;
      handle.fd = fd;
      for (const call of [() => a.recvmsg(1), () => a.sendmsg([encode("x")])]) {
        const error = assertThrows(call, OSError);
        assertInstanceOf(error, OSError);
        assertEquals(error.errno, errno.ENOTSOCK);
      }
      handle.fd = -1;
    } finally {
      Deno.removeSync(file);
    }
  },
});

Deno.test("sendmsg_afalg() checks its arguments and builds Linux's items", {
  ignore: !hasattr("AF_ALG"),
}, () => {
  using socket = new Socket();
  const error = assertThrows(
    () => socket.sendmsg_afalg([], { op: ALG_OP_ENCRYPT }),
    OSError,
  );
  assertEquals(error.message, "algset is only supported for AF_ALG");
  for (const op of [undefined, null, -1, "0"]) {
    assertThrows(
      () => socket.sendmsg_afalg([], { op } as never),
      TypeError,
      "'op'",
    );
  }
  assertThrows(
    () => socket.sendmsg_afalg([], undefined as never),
    TypeError,
    "'op'",
  );
  assertThrows(
    () => socket.sendmsg_afalg([], { op: 0, assoclen: -1 }),
    TypeError,
    "assoclen must be positive",
  );
  assertThrows(
    () => socket.sendmsg_afalg([], { op: 0, iv: "x" as never }),
    TypeError,
    "iv must be bytes",
  );
  const { SOL_ALG, ALG_SET_OP, ALG_SET_IV, ALG_SET_AEAD_ASSOCLEN } =
    table.constants;
  assertEquals(algItems({ op: 1, iv: Uint8Array.of(9, 8, 7), assoclen: 5 }), [
    [SOL_ALG, ALG_SET_OP, int(1)],
    [SOL_ALG, ALG_SET_IV, Uint8Array.of(3, 0, 0, 0, 9, 8, 7)],
    [SOL_ALG, ALG_SET_AEAD_ASSOCLEN, int(5)],
  ]);
});

/** Whether the kernel has the algorithm that the test below needs. */
const noAlg = (() => {
  try {
    using socket = new Socket(AF_ALG, SOCK_SEQPACKET);
    socket.bind(["skcipher", "cbc(aes)"]);
    return false;
  } catch {
    return true;
  }
})();

Deno.test(
  "sendmsg_afalg() encrypts" + (noAlg ? " (no AF_ALG in this kernel)" : ""),
  {
    ignore: noAlg,
  },
  async () => {
    using algorithm = new Socket(AF_ALG, SOCK_SEQPACKET);
    algorithm.bind(["skcipher", "cbc(aes)"]);
    const key = crypto.getRandomValues(new Uint8Array(16));
    const iv = crypto.getRandomValues(new Uint8Array(16));
    algorithm.setsockopt(
      table.constants.SOL_ALG,
      table.constants.ALG_SET_KEY,
      key,
    );
    const [operation] = algorithm.accept();
    using _ = operation;
    const text = encode("sixteen bytes...");
    assertEquals(
      operation.sendmsg_afalg([text], { op: ALG_OP_ENCRYPT, iv }),
      16,
    );
    const imported = await crypto.subtle.importKey(
      "raw",
      key,
      "AES-CBC",
      false,
      ["encrypt"],
    );
    const expected = await crypto.subtle.encrypt(
      { name: "AES-CBC", iv },
      imported,
      text,
    );
    assertEquals(operation.recv(16), new Uint8Array(expected).slice(0, 16));
  },
);
