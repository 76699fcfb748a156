/** `support/left_open.ts`: a test fails that leaves a descriptor open, of whatever kind. */

import { assertEquals } from "@std/assert";
import { text } from "./support/bytes.ts";
import { beside } from "./support/files.ts";
import { needs, requires } from "./support/requires.ts";

Deno.test({
  ...requires(
    "a test fails that leaves a descriptor open, and no other",
    needs.linux,
  ),
  async fn() {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--no-check",
        "--allow-all",
        `--preload=${beside("support/left_open.ts")}`,
        beside("programs/leaving_open.ts"),
      ],
      env: { NO_COLOR: "1", SOCKET_TEST_TURNS: "5" },
    }).output();
    const lines = text(stdout).split("\n")
      .filter((line) => /^(not )?left: .* \.\.\./.test(line));
    const wrong = lines.filter((line) =>
      /^left/.test(line) !== /FAILED/.test(line)
    );
    assertEquals(wrong, [], text(stdout) + text(stderr));
    assertEquals(lines.length, 16);
  },
});
