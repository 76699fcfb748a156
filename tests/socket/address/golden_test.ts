/** The bytes of every family's addresses, on every platform that has it. */

import { assertEquals } from "@std/assert";
import type { KnownPlatform } from "../../../constants/platform.ts";
import { tables } from "../../../constants/tables.ts";
import { layouts } from "../../../ffi/layout/all.ts";
import { codecsOf } from "../../../socket/address/registry.ts";
import { golden } from "./golden.ts";
import { codec } from "./platforms.ts";

for (const [on, family, proto, address, hex, decoded = address] of golden) {
  for (const platform of typeof on === "string" ? [on] : on) {
    const title = `${platform} has ${family} ${Deno.inspect(address)}` +
      (typeof proto === "string" ? ` of ${proto}` : "");
    Deno.test(`${title.replace(/\s+/g, " ")} as the right bytes`, () => {
      const { encode, decode } = codec(platform, family, proto);
      assertEquals(encode(address), hex);
      assertEquals(decode(hex), decoded);
      // Once more, now that the codec has cached the address.
      assertEquals(encode(address), hex);
      assertEquals(decode(hex), decoded);
      assertEquals(encode(decoded), hex);
    });
  }
}

Deno.test("every platform's families with a codec have their bytes above", () => {
  for (const [platform, { constants }] of Object.entries(tables)) {
    const covered = new Set(
      golden.filter(([on]) => on === platform || on.includes(platform as never))
        .map(([, family]) => constants[family]),
    );
    const known = codecsOf(constants, layouts[platform as KnownPlatform]);
    assertEquals(
      [...known.keys()].filter((n) => !covered.has(n)),
      [],
      platform,
    );
  }
});
