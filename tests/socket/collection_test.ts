/** When a socket is garbage-collected, its descriptor is closed. */

import { assertEquals } from "@std/assert";
import { needs, requires } from "../support/requires.ts";
import { Peer } from "../support/peer.ts";

Deno.test({
  ...requires(
    "a socket that nobody has any more closes its descriptor",
    needs.linux,
  ),
  async fn() {
    await using child = Peer.deno("programs/collected.ts", [
      "--allow-all",
      "--v8-flags=--expose-gc",
    ]);
    assertEquals(JSON.parse(await child.rest()), {
      // Twenty rounds, with all ways to make sockets, and a received descriptor.
      made: 200,
      left: 0,
      // Descriptors that were detached or closed must not be closed again.
      givenAway: true,
      kept: "kept",
    });
  },
});
