/**
 * Projects of others, with the strictest settings of the compiler: their own code is checked by
 * these, and the library is no reason for an error.
 */

import { assertEquals } from "@std/assert";
import { checkedProject, STRICTEST } from "./support/consumer.ts";
import { beside, copyAll, temporaryFolder } from "./support/files.ts";
import { servedTree } from "./support/served_tree.ts";
import { needs, requires } from "./support/requires.ts";

/**
 * Those of them that hold for the library's own source, which is checked where it is a folder of
 * the project. The tables of constants and structs are looked up by name, and the declarations of C
 * functions have the types of their literals: the others would refuse those.
 */
const {
  noUncheckedIndexedAccess: _indexed,
  noPropertyAccessFromIndexSignature: _accessed,
  isolatedDeclarations: _isolated,
  ...OF_SOURCE
} = STRICTEST;

/** The doors that the project's program imports. */
const imported = ["mod.ts", "async.ts", "bytes.ts", "selectors.ts"];
/** The others. */
const others = ["handlers.ts", "node.ts", "netlink.ts", "linux.ts", "lint.ts"];
const rooms = ["async", "bytes", "constants", "errors", "ffi", "handlers"]
  .concat("lint", "netlink", "node", "poll", "selectors", "socket");

Deno.test("a project with the strictest settings imports the library by URL", async () => {
  await using tree = servedTree();
  using folder = temporaryFolder();
  assertEquals(
    await checkedProject(folder.path, tree.origin, ".ts", STRICTEST),
    "",
  );
});

Deno.test("a project with the strictest settings has the library vendored", async () => {
  using folder = temporaryFolder();
  let origin: string;
  {
    await using tree = servedTree();
    ({ origin } = tree);
    assertEquals(
      await checkedProject(folder.path, origin, ".ts", STRICTEST, true),
      "",
    );
  }
  // From its own copy from here on: nobody serves the library any more.
  Deno.removeSync(`${folder.path}/.deno`, { recursive: true });
  assertEquals(
    await checkedProject(folder.path, origin, ".ts", STRICTEST, true),
    "",
  );
});

Deno.test({
  ...requires("a project has the source as a folder", needs.posix),
  async fn() {
    using folder = temporaryFolder();
    const copy = `${folder.path}/third_party/socket`;
    Deno.mkdirSync(copy, { recursive: true });
    for (const name of [...rooms, ...imported, ...others]) {
      copyAll(beside(`../${name}`), `${copy}/${name}`);
    }
    Deno.removeSync(`${copy}/constants/generator`, { recursive: true });
    const all = others.map((door) => `import "./third_party/socket/${door}";`);
    Deno.writeTextFileSync(`${folder.path}/others.ts`, all.join("\n"));
    const said = await checkedProject(
      folder.path,
      "./third_party/socket",
      ".ts",
      OF_SOURCE,
    );
    assertEquals(said, "");
  },
});
