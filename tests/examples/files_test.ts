/** The file server with `sendfile` and its client with a progress bar. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  create_connection,
  create_server,
  encodeLinger,
  SO_LINGER,
  SOL_SOCKET,
} from "../../mod.ts";
import { utf8 } from "../support/bytes.ts";
import { temporaryFolder } from "../support/files.ts";
import { requires } from "../support/requires.ts";
import { ours, pairs, withoutPorts } from "./programs.ts";

/** A file that is larger than any buffer on the way, unless told otherwise. */
function fileIn(folder: string, size = 3_000_001): string {
  const content = new Uint8Array(size);
  for (let i = 0; i < size; i++) content[i] = i * 31 + (i >> 8);
  Deno.writeFileSync(`${folder}/file`, content);
  return `${folder}/file`;
}

for (const [which, one, other, needed] of pairs) {
  for (const size of [3_000_001, 1, 0]) {
    Deno.test({
      ...requires(
        `file_server and file_client, ${size} bytes: ${which}`,
        needed,
      ),
      async fn() {
        using folder = temporaryFolder();
        const file = fileIn(folder.path, size);
        await using server = one("file_server", [file, "127.0.0.1", "0"]);
        const port = await server.port();
        const copy = `${folder.path}/copy`;
        await using client = other("file_client", [copy, "127.0.0.1", port]);
        const { code, out, err } = await client.end();
        assertEquals(out, `received ${size} of ${size} bytes\n`, err);
        assertEquals(code, 0);
        const bars = err.trimEnd().split("\r").slice(1);
        assertEquals(bars.at(-1), "[####################] 100%");
        if (size > 1) assertEquals(bars[0], "[--------------------]   0%");
        for (const bar of bars) assertMatch(bar, /^\[#*-*\] [ \d]{3}%$/);
        assertEquals(Deno.readFileSync(copy), Deno.readFileSync(file));
        await server.out.until(/\n/);
        assertEquals(
          withoutPorts(server.out.text),
          `sent ${size} bytes to 127.0.0.1:PORT\n`,
        );
      },
    });
  }
}

Deno.test("file_server.ts goes on when a client leaves early", async () => {
  using folder = temporaryFolder();
  const file = fileIn(folder.path, 30_000_000);
  await using server = ours("file_server", [file, "127.0.0.1", "0"]);
  const port = await server.port();
  {
    using client = create_connection(["127.0.0.1", port], 10);
    client.recv(1);
    client.setsockopt(SOL_SOCKET, SO_LINGER, encodeLinger(true, 0));
  }
  await server.out.until(/left: (Connection reset by peer|Broken pipe)\n/);
  const args = [`${folder.path}/copy`, "127.0.0.1", port];
  await using client = ours("file_client", args);
  assertEquals((await client.end()).code, 0);
});

for (
  const [sent, out, err] of [
    ["10\nabc", "received 3 of 10 bytes\n", " 30%\n"],
    ["abc\n", "", "This is not a file server, or it has failed\n"],
    ["", "", "This is not a file server, or it has failed\n"],
  ]
) {
  Deno.test(`file_client.ts fails if it gets ${JSON.stringify(sent)}`, async () => {
    using folder = temporaryFolder();
    using listener = create_server(["127.0.0.1", 0]);
    listener.settimeout(60);
    const args = [`${folder.path}/copy`, ...listener.getsockname().map(String)];
    await using client = ours("file_client", args);
    const [connection] = listener.accept();
    connection.sendall(utf8(sent));
    connection.close();
    const ended = await client.end();
    assertEquals([ended.code, ended.out], [1, out]);
    assert(ended.err.endsWith(err), ended.err);
  });
}
