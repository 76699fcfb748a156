/** Adversarial bytes for the decoders of netlink: messages, attributes, values, errors. */

import { concat } from "../../../bytes.ts";
import * as netlink from "../../../netlink.ts";
import { adversarial, decodeTwice } from "./adversarial.ts";
import type { Random } from "./random.ts";

const { u8, u16, u32, u64, s32, be16, be32, text, binary, flag, ip } = netlink;

/** Deeper than any message of the kernel. */
const deep = netlink.nested({
  A: [
    1,
    netlink.nested({ B: [1, netlink.list(netlink.nested({ C: [1, u32] }))] }),
  ],
});

const formats: Record<string, { decode(payload: Uint8Array): unknown }> = {
  ifinfomsg: netlink.ifinfomsg,
  ifaddrmsg: netlink.ifaddrmsg,
  rtmsg: netlink.rtmsg,
  ndmsg: netlink.ndmsg,
  nlctrl: netlink.nlctrl,
  payload: netlink.payload,
  genlmsghdr: netlink.genlmsghdr({
    NAME: [1, text],
    SIZE: [2, u64],
    PORTS: [3, netlink.list(be16)],
    DEEP: [4, deep],
  }),
};

const values: Record<string, netlink.ValueType<unknown, never>> = {
  ...{ u8, u16, u32, u64, s32, be16, be32, text, binary, flag, ip, deep },
  struct: netlink.struct({ a: u8, b: u64, c: be16, d: s32 }),
};

/** Attributes within attributes, whose lengths and types are about every bound. */
function attributes(random: Random, depth: number): Uint8Array<ArrayBuffer> {
  const parts = Array.from({ length: random.below(5) }, () => {
    const data = depth > 0 && random.chance(0.5)
      ? attributes(random, depth - 1)
      : adversarial(random, random.below(random.chance(0.2) ? 300 : 24));
    const part = new Uint8Array((4 + data.length + 3) & ~3);
    const view = new DataView(part.buffer);
    const length = random.chance(0.8)
      ? 4 + data.length
      : random.pick([0, 1, 3, 4, 5, part.length + 1, part.length + 4, 0xffff]);
    view.setUint16(0, length, true);
    view.setUint16(
      2,
      random.below(random.chance(0.8) ? 64 : 0x4000) |
        random.pick([0, 0, 0x4000, 0x8000, 0xc000]),
      true,
    );
    part.set(data, 4);
    return part;
  });
  return concat(...parts);
}

/** The payload of a message: a structure of any size, then attributes. */
const payload = (random: Random): Uint8Array<ArrayBuffer> =>
  random.chance(0.1) ? adversarial(random, random.below(300)) : concat(
    adversarial(random, random.pick([0, 4, 8, 12, 16, random.below(24)])),
    attributes(random, 3),
  );

/** Messages, one after the other. */
const messages = (random: Random): Uint8Array<ArrayBuffer> =>
  concat(...Array.from({ length: random.below(4) }, () => {
    const content = payload(random);
    const part = new Uint8Array(16 + content.length);
    const view = new DataView(part.buffer);
    const length = random.chance(0.8)
      ? part.length
      : random.pick([0, 1, 15, 16, part.length + 1, 0x7fffffff, 0xffffffff]);
    view.setUint32(0, length, true);
    // NLMSG_ERROR, NLMSG_DONE, or any.
    view.setUint16(4, random.pick([2, 3, random.below(0x10000)]), true);
    view.setUint16(6, random.below(0x10000), true);
    view.setUint32(8, random.below(2 ** 32), true);
    part.set(content, 16);
    if (content.length >= 4 && random.chance(0.5)) {
      view.setInt32(16, -random.below(200), true);
    }
    return part;
  }));

/** Decodes some of each. */
export function netlinkBytes(random: Random): void {
  decodeTwice(
    "netlink messages",
    messages(random),
    (data) =>
      netlink.decodeMessages(data).map((message) => {
        const error = [2, 3].includes(message.type)
          ? netlink.errorOf(message)
          : undefined;
        return [message, error?.message, error?.cause];
      }),
  );
  const content = payload(random);
  for (const [name, format] of Object.entries(formats)) {
    decodeTwice(name, content, (data) => format.decode(data));
  }
  const data = random.chance(0.5)
    ? attributes(random, 3)
    : adversarial(random, random.below(40));
  decodeTwice("attributes", data, (data) => netlink.decodeAttributes(data));
  for (const [name, type] of Object.entries(values)) {
    decodeTwice(
      `a value of ${name}`,
      data,
      (data) => type.decode(data, "value"),
    );
  }
}
