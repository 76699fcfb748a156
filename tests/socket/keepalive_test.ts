/** Keep-alive, user timeout and lingering: set and read back. */

import { assertEquals, assertThrows } from "@std/assert";
import { table } from "../../constants/table.ts";
import * as socket from "../../mod.ts";
import { need, needs, requires } from "../support/requires.ts";
import { asyncTcpPair, tcpPair } from "../support/pairs.ts";

const {
  AF_INET,
  getKeepalive,
  getLinger,
  getUserTimeout,
  IPPROTO_TCP,
  setKeepalive,
  setLinger,
  setUserTimeout,
  SOCK_DGRAM,
  Socket,
} = socket;

const { constants } = table;
const userTimeout = need(
  "a user timeout",
  [
    "TCP_USER_TIMEOUT",
    "TCP_MAXRTMS",
    "TCP_RXT_CONNDROPTIME",
    "TCP_MAXUNACKTIME",
  ].some((name) => name in constants),
);

// deno-lint-ignore no-explicit-any
const any = (value: unknown): any => value;

Deno.test("keep-alive is set in seconds and read back", async () => {
  using pair = tcpPair();
  using awaiting = await asyncTcpPair();
  for (
    const each of [pair.a, awaiting.a] as socket.SocketBase<socket.Address>[]
  ) {
    assertEquals(getKeepalive(each), null);
    setKeepalive(each, { idle: 60, interval: 10, count: 3 });
    const expected = { idle: 60, interval: 10, count: 3 };
    assertEquals(getKeepalive(each), expected);
    setKeepalive(each, { idle: 30 });
    assertEquals(getKeepalive(each), { ...expected, idle: 30 });
    setKeepalive(each, false);
    assertEquals(getKeepalive(each), null);
    setKeepalive(each, true);
    assertEquals(getKeepalive(each), { ...expected, idle: 30 });
  }
});

Deno.test("keep-alive that cannot be is refused by name, and stays off", () => {
  using tcp = new Socket();
  assertThrows(
    () => setKeepalive(tcp, { idle: 0 }),
    RangeError,
    "idle must be",
  );
  assertThrows(
    () => setKeepalive(tcp, { interval: 1.5 }),
    TypeError,
    "interval must be an integer",
  );
  assertThrows(() => setKeepalive(tcp, any(60)), TypeError, "options must be");
  assertThrows(() => setKeepalive(tcp, any(null)), TypeError, "keepalive must");
  assertThrows(() => setKeepalive(any({}), true), TypeError, "socket must be");
  assertEquals(getKeepalive(tcp), null);
});

Deno.test({
  ...requires(
    "a time beyond the system's limit leaves keep-alive off",
    needs.linux,
  ),
  fn() {
    using tcp = new Socket();
    assertThrows(() => setKeepalive(tcp, { idle: 40000 }), socket.OSError);
    assertEquals(getKeepalive(tcp), null);
    using udp = new Socket(AF_INET, SOCK_DGRAM);
    assertThrows(() => setKeepalive(udp, { idle: 1 }), socket.OSError);
  },
});

Deno.test({
  ...requires("a user timeout is set in seconds", userTimeout),
  fn() {
    using tcp = new Socket();
    assertEquals(getUserTimeout(tcp), 0);
    setUserTimeout(tcp, 90);
    assertEquals(getUserTimeout(tcp), 90);
    setUserTimeout(tcp, 0);
    assertEquals(getUserTimeout(tcp), 0);
    for (const value of [-1, NaN, 1e12]) {
      assertThrows(
        () => setUserTimeout(tcp, value),
        RangeError,
        "timeout must be",
      );
    }
    assertThrows(
      () => setUserTimeout(tcp, any("1")),
      TypeError,
      "timeout must be a number of seconds",
    );
  },
});

Deno.test({
  ...requires("Linux knows milliseconds of a user timeout", needs.linux),
  fn() {
    using tcp = new Socket();
    setUserTimeout(tcp, 1.2345);
    assertEquals(
      tcp.getsockopt(IPPROTO_TCP, constants.TCP_USER_TIMEOUT),
      1235,
    );
  },
});

Deno.test("lingering is set in seconds, and 0 resets", () => {
  using pair = tcpPair();
  assertEquals(getLinger(pair.a), null);
  setLinger(pair.a, 3);
  assertEquals(getLinger(pair.a), 3);
  setLinger(pair.a, null);
  assertEquals(getLinger(pair.a), null);
  assertThrows(() => setLinger(pair.a, -1), RangeError, "linger must be");
  assertThrows(() => setLinger(pair.a, any("1")), TypeError, "linger must be");
  setLinger(pair.a, 0);
  pair.a.close();
  assertThrows(() => pair.b.recv(1), socket.ConnectionResetError);
});
