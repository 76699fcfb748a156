/** Adversarial bytes, and decoding that sees nothing else. */

import { assert, equal } from "@std/assert";
import type { Random } from "./random.ts";
import { faultOf } from "./verdict.ts";

/** How long one decoding may take, in milliseconds; it takes microseconds. */
const ENDLESS = 5000;

/** Bytes in the middle of others: none of those around them may come out. */
function within(data: Uint8Array, around: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(data.length + 64).fill(around);
  all.set(data, 32);
  return all.subarray(32, 32 + data.length);
}

/** Random bytes: any, few different ones, or numbers at the bounds. */
export function adversarial(
  random: Random,
  length: number,
): Uint8Array<ArrayBuffer> {
  const data = random.bytes(length);
  if (random.chance(0.3)) return data;
  const view = new DataView(data.buffer);
  for (let at = 0; at + 4 <= length; at += 4) {
    if (random.chance(0.5)) {
      view.setUint32(
        at,
        random.pick([
          ...[0, 1, 2, 3, 4, 8, 12, 16, 28, 127, 128, 255, 256],
          ...[length - 1, length, length + 1, 0x7fffffff, 0x80000000, -1],
        ]),
        true,
      );
    }
  }
  return data;
}

/**
 * Decodes bytes twice, between different neighbours. The results are the same if nothing beyond the
 * bytes was seen.
 */
export function decodeTwice(
  what: string,
  data: Uint8Array,
  decode: (data: Uint8Array<ArrayBuffer>) => unknown,
): void {
  const attempt = (around: number): unknown => {
    const begun = performance.now();
    try {
      return decode(within(data, around));
    } catch (error) {
      const fault = faultOf(error, [""]);
      if (fault === undefined) return String(error);
      throw new Error(`${what} of ${data.toHex()}: ${fault}`, { cause: error });
    } finally {
      assert(performance.now() - begun < ENDLESS, `${what} hardly ends`);
    }
  };
  const [one, other] = [attempt(0x5a), attempt(0xa5)];
  if (!equal(one, other)) {
    throw new Error(
      `${what} of ${data.toHex()} sees its neighbours: ${
        Deno.inspect([one, other])
      }`,
    );
  }
}
