/**
 * The module can be imported by URL: from any folder, without an import map, with one permission.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { text } from "./support/bytes.ts";
import { temporaryFolder } from "./support/files.ts";
import { libraryPath } from "./support/library.ts";
import { servedTree } from "./support/served_tree.ts";
import { needs, requires } from "./support/requires.ts";

/** Runs a program in an empty folder, with a cache of its own. */
async function run(
  port: number,
  program: string,
  flags: string[],
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/elsewhere`);
  Deno.writeTextFileSync(`${folder.path}/elsewhere/main.ts`, program);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--allow-import=127.0.0.1:${port}`,
      ...flags,
      "main.ts",
    ],
    cwd: `${folder.path}/elsewhere`,
    env: { DENO_DIR: `${folder.path}/cache`, NO_COLOR: "1" },
  }).output();
  return { success, stdout: text(stdout), stderr: text(stderr) };
}

const program = (origin: string, more = "") => `
  import * as socket from "${origin}/mod.ts";
  using server = socket.create_server(["127.0.0.1", 0]);
  using client = socket.create_connection(server.getsockname());
  const [connection, address] = server.accept();
  connection.sendall(new TextEncoder().encode("by URL"));
  console.log(new TextDecoder().decode(client.recv(16)));
  ${more}
`;

Deno.test("import by URL works with --allow-ffi as the only permission", async () => {
  await using tree = servedTree();
  const { success, stdout, stderr } = await run(
    tree.port,
    program(
      tree.origin,
      `import { AsyncSocket } from "${tree.origin}/async.ts";
       console.log(AsyncSocket.name);`,
    ),
    ["--check", "--allow-ffi"], // once, as the types do not depend on permissions
  );
  assertEquals([success, stdout], [true, "by URL\nAsyncSocket\n"], stderr);
});

Deno.test({
  ...requires("the C library's own path is permission enough", needs.posix),
  async fn() {
    await using tree = servedTree();
    const { success, stdout, stderr } = await run(
      tree.port,
      // Errors and lookups read memory of the C library. Permission for its path alone does not
      // allow that.
      program(
        tree.origin,
        `try {
         client.getsockopt(0x7fff, 1);
       } catch (error) {
         console.log(String(error));
       }
       console.log(socket.gethostbyname_ex("127.0.0.1")[2], socket.if_nameindex().length > 0);
       console.log(socket.getservbyname("http"), socket.getaddrinfo("127.0.0.1", 1)[0][4]);
       try {
         socket.getaddrinfo(null, null);
       } catch (error) {
         console.log(String(error));
       }`,
      ),
      [`--allow-ffi=${libraryPath}`],
    );
    assertEquals(
      [success, stdout],
      [
        true,
        [
          "by URL",
          "OSError: [Errno 95] Operation not supported: getsockopt",
          '[ "127.0.0.1" ] true',
          '80 [ "127.0.0.1", 1 ]',
          "gaierror: [Errno -2] Name or service not known: getaddrinfo [null]",
          "",
        ].join("\n"),
      ],
      stderr,
    );
  },
});

Deno.test("without permission the import works, and the first socket names the flag to add", async () => {
  await using tree = servedTree();
  const { success, stdout, stderr } = await run(
    tree.port,
    `import * as socket from "${tree.origin}/mod.ts";
     console.log(typeof socket.AF_INET, socket.inet_ntop(socket.AF_INET, new Uint8Array(4)));
     new socket.Socket();`,
    [],
  );
  assertEquals([success, stdout], [false, "number 0.0.0.0\n"]);
  assertMatch(stderr, /NotCapable: .*: run again with --allow-ffi/);
});
