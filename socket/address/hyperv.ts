/** Windows' `AF_HYPERV` addresses: `[vm_id, service_id]`, two GUIDs, in a `sockaddr_hv`. */

import { rangeError } from "../../constants/stack.ts";
import { string } from "../../errors/arguments.ts";
import type { Field } from "../../ffi/layout/types.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  type Sockaddr,
  writeHead,
} from "./codec.ts";
import type { HypervAddress } from "./types.ts";

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
