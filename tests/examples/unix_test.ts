/** The examples of Unix datagrams: descriptor passing, `sd_notify`, and the system's log. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  AF_UNIX,
  create_connection,
  SOCK_DGRAM,
  Socket,
  type UnixAddress,
} from "../../mod.ts";
import { text } from "../support/bytes.ts";
import { temporaryFolder } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";
import { ours, pairs, theirs, withoutPorts } from "./programs.ts";

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

for (const [which, one, other, needed] of pairs) {
  Deno.test({
    ...requires(`fd_receiver and fd_sender: ${which}`, needed, needs.posix),
    async fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/passing`;
      await using receiver = one("fd_receiver", [path]);
      await receiver.err.until(/Listening on/);
      await using sender = other("fd_sender", [path, "127.0.0.1", "0"]);
      const port = await sender.port();
      for (let i = 1; i <= 3; i++) {
        using client = create_connection(["127.0.0.1", port], 10);
        using file = client.makefile("r");
        assertEquals(file.read(), "Hello from the receiver\n");
        const own = client.getsockname().join(":");
        await sender.out.until(new RegExp(`passed ${own}\n`));
        await receiver.out.until(new RegExp(`served ${own}\n`));
      }
      assertEquals(
        withoutPorts(sender.out.text),
        "passed 127.0.0.1:PORT\n".repeat(3),
      );
      assert(exists(path));
      receiver.kill("SIGINT");
      const { code, err } = await receiver.end();
      assertEquals([code, err.trim().split("\n").length], [0, 1], err);
      assert(!exists(path), "the path is left");
    },
  });
}

Deno.test({
  ...requires(
    "fd_receiver.ts outlives a client that left before it was served",
    needs.posix,
  ),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/passing`;
    await using receiver = ours("fd_receiver", [path]);
    await receiver.err.until(/Listening on/);
    await using sender = ours("fd_sender", [path, "127.0.0.1", "0"]);
    const port = await sender.port();
    create_connection(["127.0.0.1", port], 10).close();
    using client = create_connection(["127.0.0.1", port], 10);
    using file = client.makefile("r");
    assertEquals(file.read(), "Hello from the receiver\n");
  },
});

/** A datagram socket that waits for others to send to it. */
function inbox(address: UnixAddress): Socket<UnixAddress> {
  const socket = new Socket(AF_UNIX, SOCK_DGRAM);
  socket.bind(address);
  socket.settimeout(60);
  return socket;
}

for (
  const [language, start, needed] of [
    ["ts", ours, false],
    ["py", theirs, needs.python],
  ] as const
) {
  Deno.test({
    ...requires(`sd_notify.${language} tells the states`, needed, needs.posix),
    async fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/notify`;
      const abstract = `socket-test-${crypto.randomUUID()}`;
      for (
        const [name, socket] of [
          [path, inbox(path)],
          [`@${abstract}`, inbox(`\0${abstract}`)],
        ] as const
      ) {
        using manager = socket;
        for (
          const [args, sent] of [
            [[], "READY=1"],
            [["READY=1", "STATUS=Grüße"], "READY=1\nSTATUS=Grüße"],
          ] as const
        ) {
          const env = { NOTIFY_SOCKET: name };
          await using service = start("sd_notify", args, { env });
          assertEquals(await service.end(), {
            code: 0,
            signal: null,
            out: "",
            err: "",
          });
          assertEquals(text(manager.recv(4096)), sent);
        }
      }
    },
  });

  Deno.test({
    ...requires(
      `syslog.${language} writes as logger does`,
      needed,
      needs.posix,
    ),
    async fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/log`;
      using log = inbox(path);
      const args = ["-t", "test", "-u", path, "Grüße", "an alle"];
      await using program = start("syslog", args);
      const { code, err } = await program.end();
      assertEquals([code, err], [0, ""]);
      assertMatch(
        text(log.recv(4096)),
        /^<13>[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d test: Grüße an alle$/,
      );
    },
  });
}

Deno.test("sd_notify.ts says so if no service manager listens", async () => {
  await using service = ours("sd_notify", [], { env: { NOTIFY_SOCKET: "" } });
  const { code, err } = await service.end();
  assertEquals(
    [code, err],
    [1, "No service manager is listening: NOTIFY_SOCKET is not set\n"],
  );
});
