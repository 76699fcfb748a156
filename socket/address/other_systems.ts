/** The codecs of families that Linux lacks. */

import { rangeError } from "../../constants/stack.ts";
import { bytes, integer, string } from "../../errors/arguments.ts";
import { cstring, stringIn } from "../../ffi/memory.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  type CodecContext,
  type CodecSocket,
  read,
  type Sockaddr,
  uint32,
  unknown,
  write,
  writeHead,
  writeText,
} from "./codec.ts";
import type {
  HypervAddress,
  LinkAddress,
  SystemAddress,
  UnknownAddress,
} from "./types.ts";
import type { Field } from "../../ffi/layout/mod.ts";

// `AF_LINK` addresses of the BSDs and macOS: `[ifname, index, type, addr]` in a `sockaddr_dl`.

/**
 * The most bytes of the name, and of the hardware address: both then fit in the 128-byte storage.
 */
const MAX_DATA = 48;

/** The codec of `AF_LINK`. */
export const link: AddressCodec<LinkAddress> = {
  encode(address, into, socket, { layout }) {
    const form = "[ifname: string, index: number, type: number, addr: bytes]";
    const [ifname, index, type, addr] = checkTuple(address, 4, 4, form);
    const { size, ...sdl } = layout.sockaddr_dl;
    const name = cstring("ifname", string("ifname", ifname)).subarray(0, -1);
    const data = bytes("addr", addr);
    for (
      const [field, { length }] of Object.entries({ ifname: name, addr: data })
    ) {
      if (length > MAX_DATA) {
        throw rangeError(`${field} too long (at most ${MAX_DATA} bytes)`);
      }
    }
    const sdl_index = integer("index", index, 0, 0xffff);
    const sdl_type = integer("type", type, 0, 0xff);
    const { at } = sdl.sdl_data;
    const length = Math.max(size, at + name.length + data.length);
    writeHead(into, socket.family, length, layout);
    write(into.view, sdl.sdl_index, sdl_index);
    write(into.view, sdl.sdl_type, sdl_type);
    write(into.view, sdl.sdl_nlen, name.length);
    write(into.view, sdl.sdl_alen, data.length);
    into.bytes.set(name, at);
    into.bytes.set(data, at + name.length);
    return length;
  },

  decode(from, length, _socket, { layout: { sockaddr_dl: sdl } }) {
    const { at } = sdl.sdl_data;
    clearRest(from, length, at);
    const { bytes, view } = from;
    const data = bytes.subarray(at, Math.max(at, length));
    const nlen = read(view, sdl.sdl_nlen);
    return [
      stringIn(data.subarray(0, nlen)),
      read(view, sdl.sdl_index),
      read(view, sdl.sdl_type),
      data.slice(nlen, nlen + read(view, sdl.sdl_alen)),
    ];
  },

  // Windows has the family too, but a different structure of that name.
  suits: ({ sockaddr_dl }) => "sdl_nlen" in sockaddr_dl,
};

// macOS's `AF_SYSTEM` addresses, of `SYSPROTO_CONTROL`: `[id, unit]` in a `sockaddr_ctl`.

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

// Windows' `AF_HYPERV` addresses: `[vm_id, service_id]`, two GUIDs, in a `sockaddr_hv`.

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * For each byte of a GUID's text, its offset in memory: the first three numbers are little-endian.
 */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

function guid(name: string, value: unknown): number[] {
  const text = string(name, value);
  if (!GUID.test(text)) {
    throw rangeError(
      `${name} is not a valid UUID string: ${JSON.stringify(text)}`,
    );
  }
  const digits = text.replaceAll("-", "");
  return ORDER.map((at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

function guidText({ bytes }: Sockaddr, field: Field): string {
  return ORDER.map((at) => bytes[field.at + at].toString(16).padStart(2, "0"))
    .join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The codec of `AF_HYPERV`. */
export const hyperv: AddressCodec<HypervAddress> = {
  encode(address, into, socket, { layout }) {
    const form = "[vm_id: string, service_id: string]";
    const [vm_id, service_id] = checkTuple(address, 2, 2, form);
    const machine = guid("vm_id", vm_id);
    const service = guid("service_id", service_id);
    const { size, VmId, ServiceId } = layout.sockaddr_hv;
    writeHead(into, socket.family, size, layout);
    into.bytes.set(machine, VmId.at);
    into.bytes.set(service, ServiceId.at);
    return size;
  },

  decode(from, length, _socket, { layout: { sockaddr_hv } }) {
    clearRest(from, length, sockaddr_hv.size);
    return [
      guidText(from, sockaddr_hv.VmId),
      guidText(from, sockaddr_hv.ServiceId),
    ];
  },

  // FreeBSD has the family too, but its structure holds a port instead of GUIDs.
  suits: (layout) => "sockaddr_hv" in layout,
};
