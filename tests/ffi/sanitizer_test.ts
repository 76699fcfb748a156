/**
 * Deno's test sanitizers count the C library as opened by the test that uses it first. After a use
 * at a module's top they find nothing. No helper is imported here, as some use sockets at once.
 */

import { assertEquals } from "@std/assert";
import * as blocking from "../../mod.ts";
import {
  AsyncSocket,
  create_connection,
  create_server,
  getaddrinfo,
  getnameinfo,
} from "../../async.ts";

new AsyncSocket().close();

Deno.test({
  name: "once the C library is open, sanitized tests pass",
  sanitizeOps: true,
  sanitizeResources: true,
  async fn() {
    await using server = await create_server(["127.0.0.1", 0]);
    await using client = await create_connection(server.getsockname());
    const [connection] = await server.accept();
    await using _ = connection;
    const received = connection.recv(10);
    await client.sendall(new Uint8Array([1, 2, 3]));
    assertEquals(await received, new Uint8Array([1, 2, 3]));
    assertEquals((await getaddrinfo("localhost", 80)).length > 0, true);
  },
});

Deno.test({
  name: "functions that a sanitized test is the first to call leave nothing",
  sanitizeOps: true,
  sanitizeResources: true,
  async fn() {
    const [a, b] = blocking.socketpair();
    using _a = a;
    using _b = b;
    a.sendmsg([new Uint8Array(3)]);
    assertEquals(b.recvmsg(10)[0].length, 3);
    assertEquals(blocking.inet_aton("127.0.0.1").length, 4);
    assertEquals(blocking.getservbyname("http", "tcp"), 80);
    assertEquals(blocking.if_nameindex().length > 0, true);
    await getnameinfo(["127.0.0.1", 80], blocking.NI_NUMERICHOST);
  },
});
