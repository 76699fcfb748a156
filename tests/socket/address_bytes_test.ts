/** Addresses as bytes and back, and bytes that are no address. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as awaiting from "../../async.ts";
import * as socket from "../../mod.ts";
import { need, needs, requires } from "../support/requires.ts";

const { AF_INET, AF_INET6, AF_PACKET, AF_UNIX, decodeAddress, encodeAddress } =
  socket;

Deno.test("an address is the same after bytes", () => {
  const bytes = encodeAddress(AF_INET, ["192.0.2.1", 8080]);
  assertEquals(bytes.length, 16);
  const back: socket.InetAddress = decodeAddress(bytes, AF_INET);
  assertEquals(back, ["192.0.2.1", 8080]);
  assertEquals(decodeAddress(bytes), back);
  assertEquals(awaiting.decodeAddress, decodeAddress);
  assertEquals(
    decodeAddress(encodeAddress(AF_INET6, ["2001:db8::1", 1, 2, 3]), AF_INET6),
    ["2001:db8::1", 1, 2, 3],
  );
  assertEquals(decodeAddress(encodeAddress(AF_INET, ["", 1])), ["0.0.0.0", 1]);
});

Deno.test({
  ...requires("a Unix address keeps its length", needs.linux),
  fn() {
    for (const path of ["/tmp/s", "", new Uint8Array([0, 97, 0])]) {
      assertEquals(decodeAddress(encodeAddress(AF_UNIX, path), AF_UNIX), path);
    }
  },
});

Deno.test({
  ...requires("a packet address names its interface", needs.linux),
  fn() {
    const address = ["lo", 0x800, 0, 1, new Uint8Array(6)] as const;
    assertEquals(decodeAddress(encodeAddress(AF_PACKET, address)), [
      ...address,
    ]);
    assertThrows(
      () => encodeAddress(AF_PACKET, ["no-such-if", 0x800]),
      socket.OSError,
    );
  },
});

Deno.test("what is no address is refused, as is a host name", () => {
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown): any => value;
  assertThrows(
    () => encodeAddress(AF_INET, ["localhost", 1]),
    RangeError,
    'host must be a numeric address, not "localhost"',
  );
  assertThrows(() => encodeAddress(AF_INET, any(["1.2.3.4"])), TypeError);
  assertThrows(
    () => encodeAddress(AF_INET, ["1.2.3.4", -1]),
    RangeError,
    "port",
  );
  assertThrows(() => encodeAddress(any(-1), any([])), RangeError, "family");
  assertThrows(() => decodeAddress(any("x")), TypeError, "data must be bytes");
  assertThrows(() => decodeAddress(new Uint8Array(1)), RangeError, "too short");
  assertThrows(
    () => decodeAddress(new Uint8Array(129)),
    RangeError,
    "too long",
  );
  const bytes = encodeAddress(AF_INET, ["1.2.3.4", 5]);
  assertThrows(
    () => decodeAddress(bytes.subarray(0, 7)),
    RangeError,
    "data is too short for struct sockaddr_in: 7 of 8 bytes",
  );
  assertThrows(
    () => decodeAddress(bytes, AF_INET6),
    RangeError,
    `data is an address of family ${AF_INET}, not ${AF_INET6}`,
  );
});

Deno.test("any bytes are an address or refused", () => {
  const data = new Uint8Array(128);
  let decoded = 0;
  for (let family = 0; family < 60; family++) {
    for (let length = 0; length <= 128; length += 3) {
      crypto.getRandomValues(data);
      data[0] = family;
      if (AF_INET6 !== 10) data[1] = family; // the BSDs have a length before it
      else data[1] = 0;
      for (const proto of [0, 1, 3, 7]) {
        try {
          decodeAddress(data.subarray(0, length), undefined, proto);
          decoded++;
        } catch (error) {
          assert(error instanceof RangeError, `${family}, ${length}: ${error}`);
        }
      }
    }
  }
  assert(decoded > 1000, String(decoded));
});

Deno.test({
  ...requires(
    "a connection that was not redirected has no original destination",
    needs.linux,
    need("connection tracking", socket.hasattr("SO_ORIGINAL_DST")),
  ),
  fn() {
    using server = socket.create_server(["127.0.0.1", 0]);
    using client = socket.create_connection(server.getsockname());
    assertThrows(
      () => socket.originalDestination(client),
      socket.OSError,
      "[Errno ",
    );
    using unix = new socket.Socket(AF_UNIX);
    assertThrows(
      () => socket.originalDestination(unix),
      RangeError,
      "socket must be of AF_INET or AF_INET6",
    );
  },
});
