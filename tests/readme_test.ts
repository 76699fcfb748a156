/** README.md followed to the letter: its programs, saved and run as it says, print what it says. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { text } from "./support/bytes.ts";
import { beside } from "./support/files.ts";
import { blocksOf, folderOfAReader, runAsShown } from "./support/markdown.ts";
import { Peer } from "./support/peer.ts";
import { isPosix, need, needs, requires } from "./support/requires.ts";

const readme = Deno.readTextFileSync(beside("../README.md"));

const blocks = blocksOf(readme);

const symlinks = need("symbolic links", isPosix);

Deno.test({
  ...requires("README.md's programs print what it says", symlinks),
  async fn() {
    using folder = folderOfAReader(blocks);
    assertEquals(await runAsShown(blocks, folder.path), 2);
  },
});

Deno.test({
  ...requires("README.md's import map is found", symlinks),
  async fn() {
    using folder = folderOfAReader(blocks);
    const map = blocks.find(({ language }) => language === "json")!.code;
    Deno.writeTextFileSync(`${folder.path}/deno.json`, map);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { AF_INET } from "@libc/socket";
         import { AsyncSocket } from "@libc/socket/async";
         console.log(AF_INET, AsyncSocket.name);`,
      ],
      cwd: folder.path,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(text(stdout), "2 AsyncSocket\n");
  },
});

Deno.test({
  ...requires("README.md's server echoes", symlinks, needs.python),
  async fn() {
    using folder = folderOfAReader(blocks);
    const path = `${folder.path}/server.ts`;
    const server = Deno.readTextFileSync(path);
    assertStringIncludes(server, "8080");
    // The port may be taken here, so the system chooses one.
    Deno.writeTextFileSync(
      path,
      server.replace("8080]);", "0]);\nconsole.log(server.getsockname()[1]);"),
    );
    await using running = Peer.start(Deno.execPath(), [
      "run",
      "--check",
      "--allow-ffi",
      path,
    ]);
    await using client = Peer.start("python3", [
      "-c",
      "import socket, sys\n" +
      "s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n" +
      "s.sendall(b'hello'); print(s.recv(5))",
      await running.line(),
    ]);
    assertEquals(await client.rest(), "b'hello'\n");
  },
});
