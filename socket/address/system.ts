/** macOS's `AF_SYSTEM` addresses, of `SYSPROTO_CONTROL`: `[id, unit]` in a `sockaddr_ctl`. */

import {
  type AddressCodec,
  checkTuple,
  clearRest,
  type CodecContext,
  type CodecSocket,
  read,
  uint32,
  write,
  writeHead,
  writeText,
} from "./codec.ts";
import type { SystemAddress, UnknownAddress } from "./types.ts";
import { unknown } from "./unknown.ts";

/** The codec of `AF_SYSTEM`; Python has no address form for its other protocols. */
export const system: AddressCodec<SystemAddress | UnknownAddress> = {
  encode(address, into, socket, context) {
    const { layout, constants } = context;
    if (socket.proto !== constants.SYSPROTO_CONTROL) {
      return unknown.encode(address, into, socket, context);
    }
    const [id, unit] = typeof address === "string"
      ? [controlId(address, socket, context), 0]
      : checkTuple(address, 2, 2, "[id: number, unit: number] or a name");
    const sc_id = uint32("id", id);
    const sc_unit = uint32("unit", unit);
    const ctl = layout.sockaddr_ctl;
    writeHead(into, socket.family, ctl.size, layout);
    write(into.view, ctl.ss_sysaddr, constants.AF_SYS_CONTROL);
    write(into.view, ctl.sc_id, sc_id);
    write(into.view, ctl.sc_unit, sc_unit);
    return ctl.size;
  },

  decode(from, length, socket, context) {
    const { layout: { sockaddr_ctl: ctl }, constants } = context;
    if (socket.proto !== constants.SYSPROTO_CONTROL) {
      return unknown.decode(from, length, socket, context);
    }
    clearRest(from, length, ctl.size);
    return [read(from.view, ctl.sc_id), read(from.view, ctl.sc_unit)];
  },
};

/** Returns the id of the kernel control with a name. */
function controlId(
  name: string,
  { fd }: CodecSocket,
  { layout: { ctl_info }, constants, ioctl }: CodecContext,
): number {
  const info = new Uint8Array(ctl_info.size);
  writeText(info, ctl_info.ctl_name, "address", name);
  ioctl(fd, constants.CTLIOCGINFO, info);
  return read(new DataView(info.buffer), ctl_info.ctl_id);
}
