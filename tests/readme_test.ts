/** README.md followed to the letter: its programs, saved and run as it says, print what it says. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { text } from "./support/bytes.ts";
import { beside, temporaryFolder } from "./support/files.ts";
import { Peer } from "./support/peer.ts";
import { isPosix, need, needs, requires } from "./support/requires.ts";

const readme = Deno.readTextFileSync(beside("../README.md"));

/** The blocks of code of a language, in order. */
const blocks = [...readme.matchAll(/^```(\S+)[^\n]*\n([^]*?)^```$/gm)].map(
  ([, language, code]) => ({ language, code }),
);

/** A folder with the clone and the programs that README.md has one save. */
function folderOfAReader(): Disposable & { path: string } {
  const folder = temporaryFolder();
  Deno.symlinkSync(beside("../"), `${folder.path}/libc-socket`);
  for (const { code } of blocks) {
    const name = code.match(/^\/\/ (\w+\.ts)\n/)?.[1];
    if (name) Deno.writeTextFileSync(`${folder.path}/${name}`, code);
  }
  return folder;
}

const flags = (command: string): string[] => command.trim().split(" ").slice(1);

const symlinks = need("symbolic links", isPosix);

Deno.test({
  ...requires("README.md's programs print what it says", symlinks),
  async fn() {
    using folder = folderOfAReader();
    let followed = 0;
    for (const [i, { language, code }] of blocks.entries()) {
      if (language !== "sh" || !code.startsWith("deno run")) continue;
      const { success, stdout, stderr } = await new Deno.Command(
        Deno.execPath(),
        { args: flags(code), cwd: folder.path, env: { NO_COLOR: "1" } },
      ).output();
      assertEquals([success, text(stdout)], [true, blocks[i + 1].code], code);
      void stderr;
      followed++;
    }
    assertEquals(followed, 2);
  },
});

Deno.test({
  ...requires("README.md's import map is found", symlinks),
  async fn() {
    using folder = folderOfAReader();
    const map = blocks.find(({ language }) => language === "json")!.code;
    Deno.writeTextFileSync(`${folder.path}/deno.json`, map);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { AF_INET } from "@libc/socket";
         import { AsyncSocket } from "@libc/socket/async.ts";
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
    using folder = folderOfAReader();
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
