/** What importing `bytes.ts` costs: no permission, nothing of the foreign function interface. */

import { assertEquals } from "@std/assert";
import { text } from "../support/bytes.ts";
import { beside } from "../support/files.ts";
import { Peer } from "../support/peer.ts";

const door = new URL("../../bytes.ts", import.meta.url).href;

Deno.test("bytes.ts runs without any permission", async () => {
  await using program = Peer.start(Deno.execPath(), [
    "run",
    "--no-prompt",
    "-",
  ]);
  await program.write(
    `import { b, pack, repr, unpack } from ${JSON.stringify(door)};
     console.log(repr(pack("!H2s", 258, b("ok"))), unpack("@b", b("\\xff")));`,
  );
  assertEquals(await program.rest(), "b'\\x01\\x02ok' [ -1 ]\n");
});

Deno.test("bytes.ts imports nothing but checks of arguments and the platform's name", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", door],
  }).output();
  const { modules } = JSON.parse(text(stdout)) as {
    modules: { local: string }[];
  };
  const root = beside("../");
  const rooms = modules.map(({ local }) =>
    local.slice(root.length).replaceAll("\\", "/").split("/")[0]
  );
  assertEquals(
    [...new Set(rooms)].sort(),
    ["bytes", "bytes.ts", "constants", "errors"],
  );
});
