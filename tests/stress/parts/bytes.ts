/**
 * Random and adversarial bytes into every decoder, for the layout of every platform: each returns or
 * throws the library's error, sees nothing beyond the bytes, and comes to an end.
 */

import { assert } from "@std/assert";
import type { KnownPlatform } from "../../../constants/platform.ts";
import { layouts } from "../../../ffi/layout/all.ts";
import type { Layout } from "../../../ffi/layout/mod.ts";
import { addressOf } from "../../../ffi/memory.ts";
import * as socket from "../../../mod.ts";
import { sockaddrStorage, unknown } from "../../../socket/address/codec.ts";
import {
  addressIn,
  codecsOf,
  decodeSockaddr,
} from "../../../socket/address/registry.ts";
import { parseControl } from "../../../socket/operations/ancillary.ts";
import { readEntries } from "../../../socket/resolver/addrinfo.ts";
import {
  asksHostsFileFirst,
  parseHosts,
} from "../../../socket/resolver/hosts_file.ts";
import {
  type ControlContext,
  decodeItem,
  kindOf,
} from "../../../socket/structures/control_decode.ts";
import {
  extendedError,
  packetInfo,
  packetInfo6,
  timespec,
  timestamping,
  timeval,
} from "../../../socket/structures/ancillary.ts";
import { credentials, linger } from "../../../socket/structures/options.ts";
import { tcpInfo } from "../../../socket/structures/tcp_info.ts";
import { contextOf } from "../../socket/address/platforms.ts";
import { adversarial, decodeTwice } from "../support/adversarial.ts";
import { netlinkBytes } from "../support/netlink_bytes.ts";
import { type PartOptions, rounds } from "../support/part.ts";
import type { Random } from "../support/random.ts";
import { faultOf } from "../support/verdict.ts";

const platforms = Object.keys(layouts)
  .filter((name) => name !== "unsupported") as KnownPlatform[];

/** How many times a round does each thing. */
const TIMES = 50;
const contexts = new Map(platforms.map((platform) => {
  const context = contextOf(platform);
  const codecs = codecsOf(context.constants, context.layout);
  const codec = (family: number) => codecs.get(family) ?? unknown;
  return [platform, { ...context, codec, families: [...codecs.keys()] }];
}));

type Context = ControlContext & { families: number[] };

function addresses(random: Random, platform: string, context: Context): void {
  const { layout, families } = context;
  const data = adversarial(random, random.below(140));
  const { sa_family, sa_len } = layout.sockaddr;
  const family = random.chance(0.9)
    ? random.pick(families)
    : random.below(0x10000);
  if (data.length >= 2) {
    const view = new DataView(data.buffer);
    if (sa_family.size === 2) view.setUint16(sa_family.at, family, true);
    else view.setUint8(sa_family.at, family);
    if (sa_len !== undefined && random.chance(0.5)) {
      data[sa_len.at] = random.pick([0, 1, 2, data.length, 255]);
    }
    const proto = random.below(10);
    decodeTwice(`an address on ${platform}`, data, (bytes) =>
      decodeSockaddr(
        bytes,
        context,
        { family, proto, fd: 7 },
        context.codec(family),
      ));
  }
  decodeTwice(
    `an address in a struct on ${platform}`,
    data,
    (bytes) => addressIn(bytes, context, context.codec),
  );
  // What the storage holds behind the address is the rest of an earlier one.
  const length = random.below(129);
  const [one, other] = [0x5a, 0xa5].map((rest) => {
    const storage = sockaddrStorage();
    storage.bytes.fill(rest).set(data.subarray(0, Math.min(length, 128)));
    const used = Math.min(length, data.length);
    return String(
      Deno.inspect(
        context.codec(family).decode(
          storage,
          used,
          { family, proto: 0, fd: 7 },
          context,
        ),
      ),
    );
  });
  assert(
    one === other,
    `an address on ${platform} of ${length} of ${data.toHex()}: ${one} ${other}`,
  );
}

/** Control messages whose lengths are at every bound. */
function control(random: Random, layout: Layout): Uint8Array {
  const { cmsg_len, cmsg_level, cmsg_type } = layout.cmsghdr;
  const { header } = layout.cmsg;
  const data = adversarial(random, random.below(300));
  const view = new DataView(data.buffer);
  for (let at = 0; at + header <= data.length;) {
    const rest = data.length - at;
    const length = random.pick([
      ...[0, 1, header - 1, header, header + 1, header + 4, header + 16],
      ...[rest - 1, rest, rest + 1, 2 ** 31, 2 ** 32 - 1, random.below(64)],
    ]);
    if (cmsg_len.size === 8) {
      const long = random.pick([
        ...[BigInt(length), BigInt(length), BigInt(length)],
        2n ** 53n + 1n,
        2n ** 64n - 1n,
      ]);
      view.setBigUint64(at + cmsg_len.at, BigInt.asUintN(64, long), true);
    } else view.setUint32(at + cmsg_len.at, length, true);
    view.setInt32(at + cmsg_level.at, random.pick([0, 1, 41, 0xffff]), true);
    view.setInt32(at + cmsg_type.at, random.below(80), true);
    at += Math.max(header, Math.min(length, rest) + 7 & ~7);
  }
  return data;
}

function ancillary(random: Random, platform: string, context: Context): void {
  const { layout } = context;
  const data = control(random, layout);
  const length = random.chance(0.8) ? data.length : random.below(400);
  decodeTwice(`control messages on ${platform}`, data, (bytes) => {
    const items = parseControl(bytes, length, layout);
    const total = items.reduce((sum, [, , data]) => sum + data.length, 0);
    assert(total <= data.length, "more comes out than was put in");
    return items.map(([level, type, data]) => {
      // Their owner closes descriptors: these numbers are none.
      if (/rights|pidfd/.test(kindOf(level, type, context))) data.fill(0x7f);
      const { ...fields } = decodeItem([level, type, data], context);
      if ("fds" in fields) return fields.fds.length;
      return fields;
    });
  });
}

function structures(random: Random, platform: string, context: Context): void {
  const { layout, codec } = context;
  const decoders: Record<string, (data: Uint8Array) => unknown> = {
    linger: (data) => linger(data, layout),
    credentials: (data) => credentials(data, layout),
    packetInfo: (data) => packetInfo(data, layout),
    packetInfo6: (data) => packetInfo6(data, layout),
    tcpInfo: (data) => tcpInfo(data, layout),
    timeval: (data) => timeval(data, layout),
    timespec: (data) => timespec(data, layout),
    timestamping: (data) => timestamping(data, layout),
    extendedError: (data) => extendedError(data, context, codec),
  };
  const data = adversarial(
    random,
    random.below(random.chance(0.5) ? 32 : 300),
  );
  for (const [name, decode] of Object.entries(decoders)) {
    decodeTwice(`${name} on ${platform}`, data, decode);
  }
}

/** A list as `getaddrinfo` returns it, in memory of our own. */
function addrinfo(random: Random): void {
  const layout = layouts[`linux_${Deno.build.arch}` as KnownPlatform];
  const info = layout.addrinfo;
  const kept: Uint8Array[] = []; // what the list points to
  let next = 0n;
  const count = random.below(5);
  for (let i = 0; i < count; i++) {
    const entry = adversarial(random, info.size);
    const address = random.bytes(1024);
    const name = new Uint8Array(64);
    name.set(random.bytes(random.below(63)));
    const view = new DataView(entry.buffer);
    // More than any address has: no more may be copied than there is room for.
    const length = random.pick([0, 1, 16, 28, 110, 127, 128, 129, 500, 1024]);
    view.setUint32(info.ai_addrlen.at, length, true);
    view.setBigUint64(
      info.ai_addr.at,
      length === 0 || random.chance(0.1) ? 0n : addressOf(address),
      true,
    );
    view.setBigUint64(
      info.ai_canonname.at,
      random.chance(0.5) ? 0n : addressOf(name),
      true,
    );
    view.setBigUint64(info.ai_next.at, next, true);
    next = addressOf(entry);
    kept.push(entry, address, name);
  }
  const entries = readEntries(next);
  assert(entries.length === count);
  for (const { address, length } of entries) {
    assert(length <= address.bytes.length, "longer than its storage");
  }
  assert(kept.length === 3 * count);
}

/** A hosts file of fragments, and an `nsswitch.conf`. */
function hosts(random: Random): void {
  const parts = ["127.0.0.1", "::1", "fe80::1%lo", "name", "\t", " ", "\n"];
  const odd = [
    "hosts:",
    "files",
    "dns",
    "[NOTFOUND=return]",
    ":",
    "#",
    "\0",
    "\r",
    "é",
    "\ud800",
    "__proto__",
    "%",
    ":".repeat(9),
  ];
  const text = Array.from(
    { length: random.below(60) },
    () => random.pick([...parts, ...parts, ...odd]),
  ).join("");
  for (const { names } of parseHosts(text)) assert(Array.isArray(names));
  asksHostsFileFirst(text);
}

/** Requests about interfaces, with any structure: nothing is written beyond it. */
function requests(random: Random): void {
  using made = new socket.Socket(socket.AF_INET, socket.SOCK_DGRAM);
  const around = 32;
  const length = random.below(random.chance(0.5) ? 41 : 200);
  const whole = new Uint8Array(length + 2 * around).fill(0x5a);
  const ifreq = whole.subarray(around, around + length);
  ifreq.set(adversarial(random, length));
  if (random.chance(0.7)) new TextEncoder().encodeInto("lo\0", ifreq);
  const known = [
    ...[socket.SIOCGIFADDR, socket.SIOCGIFFLAGS, socket.SIOCGIFHWADDR],
    ...[socket.SIOCGIFINDEX, socket.SIOCGIFMTU, socket.SIOCGIFNAME],
    ...[socket.SIOCGIFNETMASK, socket.SIOCGIFBRDADDR, socket.SIOCGIFCONF],
  ];
  // Of those that are not known, none that could set something.
  const request = random.chance(0.8)
    ? random.pick(known)
    : 0x80000000 + random.below(0x40000000);
  try {
    socket.ioctl(made, request, ifreq);
  } catch (error) {
    const fault = faultOf(error, ["argument", "request"]);
    assert(fault === undefined, `ioctl ${request} of ${length}: ${fault}`);
  }
  const rest = [whole.subarray(0, around), whole.subarray(around + length)];
  assert(
    rest.every((part) => part.every((byte) => byte === 0x5a)),
    `ioctl ${request} writes beyond ${length} bytes`,
  );
}

/** Options that are read with any length, also those that count something else than bytes. */
function options(random: Random): void {
  using made = new socket.Socket<socket.Address>(
    random.pick([socket.AF_INET, socket.AF_INET6, socket.AF_UNIX]),
    random.pick([socket.SOCK_STREAM, socket.SOCK_DGRAM]),
  );
  let instructions = 1 + random.below(200);
  const filter = Array.from(
    { length: instructions },
    () => socket.BPF_STMT(socket.BPF_RET, 0xffff),
  );
  try {
    socket.attachFilter(made, filter);
  } catch (error) {
    // Of TCP sockets, newer kernels let the privileged do it alone.
    if (!(error instanceof socket.PermissionError)) throw error;
    instructions = 0;
  }
  const level = random.pick([socket.SOL_SOCKET, 0, 6, 17, 41, 263]);
  const name = random.chance(0.3) ? socket.SO_GET_FILTER : random.below(90);
  const length = random.chance(0.5) ? random.below(1025) : random.below(40);
  try {
    const value = made.getsockopt(level, name, length);
    if (length > 0) assert(value.length <= 65535 * 8);
  } catch (error) {
    const fault = faultOf(error, [""]);
    assert(fault === undefined, `getsockopt(${level}, ${name}): ${fault}`);
  }
  assert(socket.attachedFilter(made).length === instructions);
}

/** Runs the part. */
export async function run(partOptions: PartOptions): Promise<void> {
  using opened = new socket.Socket(); // loads the C library
  assert(opened.fileno() >= 0);
  const isLinux = Deno.build.os === "linux";
  const count = await rounds(partOptions, (random) => {
    for (let i = 0; i < TIMES; i++) {
      for (const [platform, context] of contexts) {
        addresses(random, platform, context);
        ancillary(random, platform, context);
        structures(random, platform, context);
      }
      hosts(random);
      netlinkBytes(random);
      if (!isLinux) continue;
      addrinfo(random);
      options(random);
      requests(random);
    }
  });
  partOptions.log(
    `${count * TIMES} times each kind of bytes on ${platforms.join(", ")}`,
  );
}
