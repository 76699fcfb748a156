// A socket that is collected closes its descriptor.

import { assertEquals } from "@std/assert";
import { needing, notLinux, Peer } from "../support/helpers.ts";

Deno.test({
  ...needing(
    "a socket that nobody has any more closes its descriptor",
    notLinux,
  ),
  async fn() {
    await using child = Peer.deno("programs/collected.ts", [
      "--allow-all",
      "--v8-flags=--expose-gc",
    ]);
    assertEquals(JSON.parse(await child.rest()), {
      // Of each way to make sockets, so many.
      made: 140,
      left: 0,
      // What was given away or closed is nobody's to close again.
      givenAway: true,
      kept: "kept",
    });
  },
});
