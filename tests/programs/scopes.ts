/** Uses an interface whose name is not ASCII, `vä0`, as the scope of addresses. */

import { assertEquals, assertThrows } from "@std/assert";
import * as awaiting from "../../async.ts";
import * as blocking from "../../mod.ts";

const { AF_INET6, NI_NUMERICHOST, NI_NUMERICSERV, SOCK_STREAM } = blocking;
const host = "fe80::1%vä0";
const index = blocking.if_nametoindex("vä0");
const address = ["fe80::1", 7, 0, index];
const numeric = NI_NUMERICHOST | NI_NUMERICSERV;

for (const socket of [blocking, awaiting]) {
  assertEquals(
    await socket.getaddrinfo(host, 7, AF_INET6, SOCK_STREAM),
    [[AF_INET6, SOCK_STREAM, 6, "", address]] as never,
  );
  assertEquals(await socket.getnameinfo([host, 7], numeric), [host, "7"]);
  assertEquals(
    await socket.getnameinfo(["fe80::1", 7, 0, index], numeric),
    [host, "7"],
  );
  // No route leads there: what matters is that the address is accepted.
  const error = await Promise.resolve()
    .then<unknown>(() => socket.create_connection([host, 7], 0.1))
    .catch((error) => error);
  assertEquals(error instanceof blocking.OSError, true, String(error));
  assertEquals(error instanceof blocking.gaierror, false, String(error));
}
for (
  const [wrong, error] of [
    ["fe80::1%vö0", blocking.gaierror],
    ["h%vä0", RangeError],
    ["%vä0", RangeError],
  ] as const
) assertThrows(() => blocking.getaddrinfo(wrong, 7), error);
console.log("as it should be");
