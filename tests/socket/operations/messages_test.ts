/** `sendmsg()`, `recvmsg()` and their kin: scattering, gathering, truncation, errors, `AF_ALG`. */

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
import {
  BlockingIOError,
  E_BAD_SOCKET,
  OSError,
  TimeoutError,
} from "../../../errors/errors.ts";
import { recv_fds, send_fds } from "../../../socket/descriptors.ts";
import { algItems } from "../../../socket/operations/messages.ts";
import { handleOf } from "../../../socket/operations/attempt.ts";
import { Socket } from "../../../socket/constructor.ts";
import { int32, text, utf8 } from "../../support/bytes.ts";
import { need, needs, requires, succeeds } from "../../support/requires.ts";
import { socketPair, udpPair } from "../../support/pairs.ts";
import { descriptorsTo } from "../../support/descriptors.ts";

Deno.test("sendmsg() gathers and recvmsg_into() scatters, in order", () => {
  using pair = socketPair();
  const { a, b } = pair;
  const whole = utf8("xhello, world");
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
  assertEquals(text(first), "..hel.....");
  assertEquals(text(new Uint8Array(second)), "lo, ");
  assertEquals(text(third), "world...");
});

Deno.test("buffers and ancillary data come from any iterable, and are taken once", () => {
  using pair = socketPair();
  const { a, b } = pair;
  a.settimeout(5);
  function* parts() {
    yield utf8("a");
    b.sendmsg([utf8("nested")]); // uses the same storage while the outer call is prepared
    yield utf8("b");
  }
  assertEquals(a.sendmsg(parts(), new Set<never>()), 2);
  assertEquals(text(b.recvmsg(10)[0]), "ab");
  const buffer = new Uint8Array(10);
  b.settimeout(0.01);
  assertThrows(() => b.recvmsg_into([buffer].values()), TimeoutError);
  assertEquals(a.recvmsg_into(new Set([buffer]))[0], 6);
});

Deno.test("a message has at most IOV_MAX buffers", () => {
  using pair = udpPair();
  const { a, b } = pair;
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
  using pair = udpPair();
  const { a, b } = pair;
  assertEquals(a.sendmsg([]), 0);
  const from = a.getsockname();
  assertEquals(b.recvmsg(5), [new Uint8Array(0), [], 0, from]);
  assertEquals(a.sendmsg([new Uint8Array(0)]), 0);
  assertEquals(b.recvmsg_into([]), [0, [], 0, from]);
  a.sendmsg([utf8("abc")]);
  assertEquals(b.recvmsg(0), [new Uint8Array(0), [], MSG_TRUNC, from]);
});

Deno.test("a datagram that was cut says so", () => {
  using pair = udpPair();
  const { a: sender, b: receiver } = pair;
  const from = sender.getsockname();
  const send = () => sender.sendmsg([utf8("01234"), utf8("56789")]);
  assertEquals(send(), 10);
  assertEquals(receiver.recvmsg(4), [utf8("0123"), [], MSG_TRUNC, from]);
  send();
  assertEquals(receiver.recvmsg(10), [utf8("0123456789"), [], 0, from]);
});

Deno.test({
  ...requires("a datagram that was cut tells its true length", needs.linux),
  fn() {
    using receiver = new Socket(AF_INET, SOCK_DGRAM);
    using sender = new Socket(AF_INET, SOCK_DGRAM);
    receiver.bind(["127.0.0.1", 0]);
    sender.bind(["127.0.0.1", 0]);
    const to = receiver.getsockname(), from = sender.getsockname();
    const send = () =>
      sender.sendmsg([utf8("01234"), utf8("56789")], [], 0, to);
    send();
    const buffer = new Uint8Array(4);
    assertEquals(receiver.recvmsg_into([buffer], 0, MSG_TRUNC), [
      10,
      [],
      MSG_TRUNC,
      from,
    ]);
    assertEquals(text(buffer), "0123");
    send();
    assertEquals(receiver.recvmsg(4, 0, MSG_TRUNC), [
      utf8("0123"),
      [],
      MSG_TRUNC,
      from,
    ]);
    send();
    assertEquals(receiver.recvfrom_into(buffer, 0, MSG_TRUNC), [10, from]);
  },
});

Deno.test("a waiting recvmsg() throws what its timeout says", () => {
  using pair = socketPair();
  const { a } = pair;
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
  using pair = socketPair();
  const { a, b } = pair;
  a.send(utf8("still here"));
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
    [
      () => x.sendmsg(utf8("abc")),
      TypeError,
      "buffers must be an array of bytes, not one of them",
    ],
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
      () => send_fds(x, [utf8("x")], 5 as never),
      TypeError,
      "fds must be an iterable",
    ],
    [() => send_fds(x, [utf8("x")], [1.5]), TypeError, "fds[0]"],
    [() => recv_fds(x, 1, -1), RangeError, "maxfds"],
    [() => recv_fds(x, -1, 1), RangeError, "bufsize"],
  ];
  for (const [call, type, message] of cases) {
    const error = assertThrows(call, type);
    if (!message.startsWith("embedded")) {
      assert(error.message.includes(message), error.message);
    }
  }
  assertEquals(text(b.recv(100)), "still here");
  const closed = new Socket();
  closed.close();
  for (
    const call of [
      () => closed.recvmsg(1),
      () => closed.sendmsg([utf8("x")]),
    ]
  ) {
    assertEquals(assertThrows(call, OSError).errno, E_BAD_SOCKET);
  }
});

Deno.test("MSG_PEEK leaves the message, and flags are given back as the kernel says", () => {
  using pair = udpPair();
  const { a, b } = pair;
  a.sendmsg([utf8("abc")]);
  assertEquals(text(b.recvmsg(10, 0, MSG_PEEK)[0]), "abc");
  assertEquals(b.recvmsg(10), [utf8("abc"), [], 0, a.getsockname()]);
});

Deno.test("recvmsg() gives no bytes of another message", () => {
  using pair = socketPair();
  const { a, b } = pair;
  a.send(utf8("secret"));
  const [first] = b.recvmsg(100);
  a.send(utf8("x"));
  const [second] = b.recvmsg(100);
  assertEquals(second.buffer.byteLength, 1);
  assertEquals(text(first), "secret");
  const large = new Uint8Array(200_000).fill(7);
  a.setblocking(true);
  const sent = a.send(large.subarray(0, 100_000));
  let got = 0;
  while (got < sent) got += b.recvmsg(200_000)[0].length;
  assertStrictEquals(got, sent);
});

Deno.test({
  ...requires(
    "sendmsg() and recvmsg() of a descriptor that is no socket fail as the kernel says",
    needs.linux,
  ),
  fn() {
    using pair = socketPair();
    const { a } = pair;
    const file = Deno.makeTempFileSync();
    try {
      using _file = Deno.openSync(file);
      // Replaces the socket's descriptor by the file's, after all checks of the descriptor.
      a.close();
      const handle = handleOf(a);
      const [fd] = descriptorsTo((target) => target === file);
      handle.fd = fd;
      for (const call of [() => a.recvmsg(1), () => a.sendmsg([utf8("x")])]) {
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

Deno.test(
  requires(
    "sendmsg_afalg() checks its arguments and builds Linux's items",
    needs.attribute("AF_ALG"),
  ),
  () => {
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
        "op",
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
      [SOL_ALG, ALG_SET_OP, int32(1)],
      [SOL_ALG, ALG_SET_IV, Uint8Array.of(3, 0, 0, 0, 9, 8, 7)],
      [SOL_ALG, ALG_SET_AEAD_ASSOCLEN, int32(5)],
    ]);
  },
);

/** The algorithm that the test below uses. */
const aes = need(
  "AF_ALG with cbc(aes)",
  hasattr("AF_ALG") && succeeds(() => {
    using socket = new Socket(AF_ALG, SOCK_SEQPACKET);
    socket.bind(["skcipher", "cbc(aes)"]);
  }),
);

Deno.test(
  requires("sendmsg_afalg() encrypts", aes),
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
    using operation = algorithm.accept()[0];
    const text = utf8("sixteen bytes...");
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
