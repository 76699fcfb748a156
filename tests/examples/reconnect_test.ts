// A client that outlives its server, each end ours or Python's.

import { assertEquals, assertMatch } from "@std/assert";
import { needs, requires } from "../support/requires.ts";
import { ours, pairs } from "./programs.ts";

const LOST = "connection lost... reconnecting\nre-connection successful\n";

for (const [which, one, other, needed] of pairs) {
  Deno.test({
    ...requires(`reconnect_client outlives reconnect_server: ${which}`, needed),
    async fn() {
      await using first = one("reconnect_server", ["127.0.0.1", "0"]);
      const address = ["127.0.0.1", await first.port()];
      await using client = other("reconnect_client", address);
      await first.out.until(/^connected to client\nClient wave\n/);
      await client.out.until(/^connected to server\nServer wave\n/);
      first.kill("SIGKILL");
      await first.end();
      for (let restart = 1; restart <= 2; restart++) {
        // There may be more losses than servers: a dying one still takes connections.
        await client.out.until(/connection lost... reconnecting\n$/);
        const before = client.out.text.length;
        await using server = one("reconnect_server", address);
        await server.out.until(/^connected to client\nClient wave\n/);
        await client.out.until(
          new RegExp(
            `^[^]{${before}}[^]*re-connection successful\n(Server wave\n)+$`,
          ),
        );
        // Killed with the end of the block.
      }
    },
  });
}

Deno.test({
  ...requires(
    "reconnect_client takes a server that says nothing for a lost one",
    needs.posix,
  ),
  async fn() {
    await using server = ours("reconnect_server", ["127.0.0.1", "0"]);
    const address = ["127.0.0.1", await server.port()];
    await using client = ours("reconnect_client", address);
    await client.out.until(/^connected to server\nServer wave\n/);
    server.kill("SIGSTOP"); // the system still answers for it
    await client.out.until(new RegExp(`wave\n(${LOST})+$`));
    server.kill("SIGCONT");
    await client.out.until(new RegExp(`wave\n(${LOST})+Server wave\n`));
  },
});

Deno.test({
  ...requires(
    "reconnect_server serves one client after the other, and both end at Ctrl-C without a word",
    needs.posix,
  ),
  async fn() {
    await using server = ours("reconnect_server", ["127.0.0.1", "0"]);
    const address = ["127.0.0.1", await server.port()];
    for (let turn = 1; turn <= 2; turn++) {
      await using client = ours("reconnect_client", address);
      await server.out.until(
        new RegExp(`(connected to client\n(Client wave\n)+){${turn}}$`),
      );
      await client.out.until(/^connected to server\nServer wave\n/);
      client.kill("SIGINT");
      const { signal, err } = await client.end();
      assertEquals([signal, err], ["SIGINT", ""]);
    }
    server.kill("SIGINT");
    const { signal, err } = await server.end();
    assertEquals(signal, "SIGINT");
    assertMatch(err, /^Listening on .*\n$/);
  },
});
