/** The list of `getaddrinfo(3)`, made in memory of our own. */

import { assertEquals } from "@std/assert";
import { layout } from "../../../ffi/layout/mod.ts";
import { load } from "../../../ffi/libc.ts";
import { addressOf } from "../../../ffi/memory.ts";
import { readEntries } from "../../../socket/resolver/addrinfo.ts";

Deno.test("no more of an address is copied than there is room for", () => {
  load();
  const { addrinfo } = layout;
  const address = new Uint8Array(4096).fill(7);
  for (
    const [from, length, copied] of [
      [addressOf(address), 16, 16],
      [addressOf(address), 4096, 128],
      [addressOf(address), 0xffffffff, 128],
      [0n, 16, 0],
    ] as const
  ) {
    const entry = new Uint8Array(addrinfo.size);
    const view = new DataView(entry.buffer);
    view.setUint32(addrinfo.ai_addrlen.at, length, true);
    view.setBigUint64(addrinfo.ai_addr.at, from, true);
    const [read] = readEntries(addressOf(entry));
    assertEquals(read.length, copied);
    const expected = new Uint8Array(128);
    expected.fill(7, 0, copied);
    assertEquals(read.address.bytes, expected);
  }
});
