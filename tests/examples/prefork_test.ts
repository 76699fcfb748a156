/** The server of several workers. */

import { assert, assertEquals } from "@std/assert";
import { create_connection } from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { needs, requires } from "../support/requires.ts";
import { ours, theirs } from "./programs.ts";

const programs = [
  ["ts", ours, false],
  ["py", theirs, needs.python],
] as const;

for (const [language, start, needed] of programs) {
  Deno.test({
    ...requires(
      `the workers of prefork_server.${language} share a listener`,
      needed,
    ),
    async fn() {
      const args = ["-w", "3", "-s", "listener", "127.0.0.1", "0"];
      await using server = start("prefork_server", args);
      const address = ["127.0.0.1", await server.port()] as const;
      using clients = new DisposableStack();
      // A worker serves one client at a time: as many clients as workers need all of them.
      for (let i = 0; i < 3; i++) {
        const client = clients.use(create_connection(address, 10));
        client.sendall(utf8(`hello ${i}`));
        assertEquals(text(client.recv(100)), `hello ${i}`);
      }
      using waiting = create_connection(address, 10);
      waiting.sendall(utf8("waiting"));
      clients.dispose();
      assertEquals(text(waiting.recv(100)), "waiting");
      await server.out.until(/(worker \d serves 127\.0\.0\.1:\d+\n){4}/);
      const workers = server.out.text.match(/worker \d/g)!;
      assertEquals(workers.slice(0, 3).sort(), [
        "worker 1",
        "worker 2",
        "worker 3",
      ]);
      server.kill("SIGINT");
      const { err } = await server.end();
      assertEquals(err.trim().split("\n").length, 1, err);
    },
  });

  Deno.test({
    ...requires(
      `the workers of prefork_server.${language} share a port`,
      needed,
      needs.attribute("SO_REUSEPORT"),
    ),
    async fn() {
      const args = ["-w", "2", "-s", "port", "127.0.0.1", "0"];
      await using server = start("prefork_server", args);
      const address = ["127.0.0.1", await server.port()] as const;
      // The kernel chooses a listener at random for each connection.
      for (let i = 0; i < 40; i++) {
        using client = create_connection(address, 10);
        client.sendall(utf8("hello"));
        assertEquals(text(client.recv(100)), "hello");
      }
      await server.out.until(/(worker \d serves .*\n){40}/);
      const workers = new Set(server.out.text.match(/worker \d/g));
      assert(workers.size === 2, `only ${[...workers]} served`);
      server.kill("SIGINT");
      const { err } = await server.end();
      assertEquals(err.trim().split("\n").length, 1, err);
    },
  });
}
