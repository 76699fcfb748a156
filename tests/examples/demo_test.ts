/** The demonstration. */

import { assertEquals, assertMatch } from "@std/assert";
import { beside, temporaryFolder } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";
import { Namespaces, namespaces } from "./namespaces.ts";
import { Program, type Setting } from "./programs.ts";

const demo = (path: string, setting?: Setting): Program =>
  new Program([
    Deno.execPath(),
    "run",
    "--no-prompt",
    "--allow-ffi",
    "--allow-run",
    "--allow-read",
    "--allow-write",
    path,
  ], setting);

const ECHO =
  /^ {2}client: Received b'Hello, world'\n {2}server: Connected by /m;

Deno.test({
  ...requires("the demonstration leaves nothing out", needs.ipv6),
  async fn() {
    await using program = demo(beside("../examples/demo.ts"));
    const { code, out, err } = await program.end();
    assertEquals([code, err], [0, ""]);
    assertMatch(out, ECHO);
    assertEquals(out.match(/left out.*/), null);
  },
});

Deno.test({
  ...requires(
    "the demonstration runs without IPv6 or temporary files, in a folder with spaces",
    namespaces,
  ),
  async fn() {
    using network = new Namespaces(1);
    for (const name of ["all", "lo"]) {
      network.sysctl(0, `net.ipv6.conf.${name}.disable_ipv6`, "1");
    }
    using folder = temporaryFolder();
    const copy = `${folder.path}/a copy`;
    Deno.mkdirSync(copy);
    const root = beside("..");
    for (const { name } of Deno.readDirSync(root)) {
      if (/^(tests|bench|deno\.lock|\..*)$/.test(name)) continue;
      const { success } = await new Deno.Command("cp", {
        args: ["-R", `${root}/${name}`, copy],
      }).output();
      assertEquals([name, success], [name, true]);
    }
    await using program = demo(`${copy}/examples/demo.ts`, {
      namespace: network.names[0],
      // Colours must not hide the server's port.
      env: { TMPDIR: "/nowhere", FORCE_COLOR: "1" },
    });
    const { code, out, err } = await program.end();
    assertEquals([code, err], [0, ""]);
    assertMatch(out, ECHO);
    assertMatch(out, /left out, as this machine has no IPv6: Cannot assign/);
    assertMatch(out, /left out, as there is no folder for its path: NotFound/);
    assertMatch(out, /ConnectionRefusedError/);
  },
});
