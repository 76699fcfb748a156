/** The codecs of each platform, with made-up interfaces, names and kernel controls. */

import type { KnownPlatform } from "../../../constants/platform.ts";
import { tables } from "../../../constants/tables.ts";
import { layouts } from "../../../ffi/layout/all.ts";
import {
  type CodecContext,
  readText,
  type Sockaddr,
  sockaddrStorage,
  unknown,
} from "../../../socket/address/codec.ts";
import { codecsOf } from "../../../socket/address/registry.ts";
import type { Address } from "../../../socket/address/types.ts";
import { OSError } from "../../../errors/errors.ts";
import { featuresOf } from "../../../ffi/features.ts";
import { utf8 } from "../../support/bytes.ts";

/** The interfaces that the made-up kernel knows. */
const interfaces: Readonly<Record<string, number>> = { eth0: 3, can0: 5 };

/** The only kernel control that it knows. */
export const CONTROL = "com.apple.net.utun_control";

/** A codec of a platform, whose bytes are hexadecimal digits. */
export interface Codec {
  /** Encodes into storage that is not zero. */
  encode(address: unknown): string;
  /** Decodes from storage with other bytes behind the address. */
  decode(hex: string): Address;
}

/** What a platform tells a codec. */
export function contextOf(platform: KnownPlatform): CodecContext {
  const { constants } = tables[platform];
  const layout = layouts[platform];
  const index = (name: string): number => {
    if (name in interfaces) return interfaces[name];
    throw new OSError(null, "No such device");
  };
  return {
    constants,
    layout,
    features: featuresOf[platform],
    resolve: (host, family) => {
      if (host !== "host.example") throw new OSError(null, "unknown host");
      return family === constants.AF_INET ? "192.0.2.1" : "fe80::9%5";
    },
    if_nametoindex: index,
    ioctl(_fd, request, arg) {
      const view = new DataView(arg.buffer);
      if (request === constants.CTLIOCGINFO) {
        if (readText(arg, layout.ctl_info.ctl_name) !== CONTROL) {
          throw new OSError(null, "No such file or directory");
        }
        view.setUint32(layout.ctl_info.ctl_id.at, 2, true);
        return;
      }
      const name = layout.ifreq["ifr_ifrn.ifrn_name"];
      const { at } = layout.ifreq["ifr_ifru.ifru_ivalue"];
      if (request === constants.SIOCGIFINDEX) {
        view.setUint32(at, index(readText(arg, name)), true);
        return;
      }
      const found = Object.entries(interfaces)
        .find(([, number]) => number === view.getUint32(at, true));
      if (found === undefined) throw new OSError(null, "No such device");
      arg.set(utf8(found[0] + "\0"), name.at);
    },
  };
}

/** The codec of a platform's family, for a socket of a protocol, by name or number. */
export function codec(
  platform: KnownPlatform,
  family: string | number,
  proto: string | number = 0,
): Codec {
  const context = contextOf(platform);
  const { constants, layout } = context;
  const number = typeof family === "number" ? family : constants[family];
  const found = codecsOf(constants, layout).get(number) ?? unknown;
  const socket = {
    family: number,
    proto: typeof proto === "number" ? proto : constants[proto],
    fd: 7,
  };
  return {
    encode(address) {
      const storage = dirty();
      const length = found.encode(address, storage, socket, context);
      return storage.bytes.subarray(0, length).toHex();
    },
    decode(hex) {
      const storage = dirty();
      const bytes = Uint8Array.fromHex(hex);
      storage.bytes.set(bytes);
      return found.decode(storage, bytes.length, socket, context);
    },
  };
}

function dirty(): Sockaddr {
  const storage = sockaddrStorage();
  storage.bytes.fill(0xaa);
  return storage;
}
