/** Lookups that ask a name server: one that answers, and one that never does. */

import { assertEquals } from "@std/assert";
import { hasAddrinfoThreads } from "../../ffi/getaddrinfo_a.ts";
import { text } from "../support/bytes.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { canRun, need, requires } from "../support/requires.ts";

const files = {
  "hosts": "127.0.0.1 localhost\n192.0.2.7 known.example known\n",
  "nsswitch.conf": "hosts: files dns\n",
  // The longest that glibc waits: 5 times 30 seconds.
  "resolv.conf": "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n",
};

// A network and some files in /etc that only the program sees.
const prepare = `
ip link set lo up
for file in ${Object.keys(files).join(" ")}; do
  mount --bind "$0/$file" "/etc/$file"
done
exec "$@"`;
const unshare = ["--mount", "--net", "sh", "-ec"];

const isolation = need(
  "the privilege to make network and mount namespaces, and ip",
  canRun("unshare", ...unshare, "ip link set lo up"),
);
const threads = need("getaddrinfo_a", hasAddrinfoThreads());

async function outcome(way: string): Promise<string> {
  using etc = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(`${etc.path}/${name}`, content);
  }
  const program = beside("programs/async/servers.ts");
  const { stdout, stderr, signal } = await new Deno.Command("unshare", {
    args: [
      ...[...unshare, prepare, etc.path],
      ...[Deno.execPath(), "run", "--no-prompt", "--allow-all"],
      ...[program, way],
    ],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  return text(stdout).trim() + text(stderr) + (signal ?? "");
}

for (
  const [behaviour, way, expected] of [
    ["a name server in this process answers", "answered", "all"],
    [
      "lookups that no server answers hold up none that the hosts file answers",
      "known names",
      JSON.stringify([
        "127.0.0.1",
        [[2, 1, 6, "", ["192.0.2.7", 80]]],
        ["known.example", ["known"], ["192.0.2.7"]],
        ["known.example", "80"],
      ]),
    ],
    ["a lookup that is aborted lets the process end", "aborted", "aborted"],
    [
      "a lookup that is aborted before its turn leaves nothing",
      "aborted in the queue",
      "clean",
    ],
    [
      "a lookup that no server answers lets the process exit",
      "the process is told to end",
      "exit",
    ],
  ]
) {
  Deno.test({
    ...requires(behaviour, isolation, threads),
    async fn() {
      assertEquals(await outcome(way), expected);
    },
  });
}
