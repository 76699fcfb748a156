/** Addresses of any length: what lies in the storage beyond them is not read. */

import { assertEquals } from "@std/assert";
import type { KnownPlatform } from "../../../constants/platform.ts";
import { layouts } from "../../../ffi/layout/all.ts";
import { emptyLayout } from "../../../ffi/layout/mod.ts";
import {
  type AddressCodec,
  sockaddrStorage,
  unknown,
} from "../../../socket/address/codec.ts";
import { codecsOf } from "../../../socket/address/registry.ts";
import type { Address } from "../../../socket/address/types.ts";
import { contextOf } from "./platforms.ts";
import { golden } from "./golden.ts";

/** What every family's storage may hold, though it means nothing. */
const noise = [
  new Uint8Array(128).fill(0xff),
  Uint8Array.from({ length: 128 }, (_, i) => i),
];

/** An address as text, which is faster to compare. */
const shown = (address: Address): string =>
  [address].flat().map((part) =>
    part instanceof Uint8Array ? part.toHex() : `${typeof part} ${part}`
  ).join();

for (const platform of Object.keys(layouts) as KnownPlatform[]) {
  if (layouts[platform] === emptyLayout) continue;
  const context = contextOf(platform);
  const { constants } = context;
  const known = golden.filter(([on]) =>
    on === platform || on.includes(platform as never)
  );

  Deno.test(`${platform}: an address of any length is read as if zeros followed`, () => {
    const check = (
      codec: AddressCodec,
      family: number,
      proto: number,
      content: Uint8Array,
    ) => {
      for (let length = 0; length <= 128; length++) {
        const decode = (behind: number): string => {
          const storage = sockaddrStorage();
          storage.bytes.set(content);
          storage.bytes.fill(behind, length);
          const socket = { family, proto, fd: 7 };
          return shown(codec.decode(storage, length, socket, context));
        };
        const zeros = decode(0);
        for (const behind of [0xaa, 3]) {
          assertEquals(decode(behind), zeros, `${family}: ${length} bytes`);
        }
      }
    };
    const codecs = codecsOf(constants, layouts[platform]);
    for (const content of noise) check(unknown, 250, 0, content);
    for (const [, name, proto, , hex] of known) {
      const family = typeof name === "string" ? constants[name] : name;
      const number = typeof proto === "string" ? constants[proto] : proto;
      for (const content of [Uint8Array.fromHex(hex), ...noise]) {
        check(codecs.get(family) ?? unknown, family, number, content);
      }
    }
  });
}
