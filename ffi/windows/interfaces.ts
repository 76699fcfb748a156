/** `if_nameindex` and related functions, on the interface table of the IP Helper API. */

import { if_nameindex as struct, layout } from "../layout/mod.ts";
import type { Libc } from "../system.ts";
import type { Windows } from "./libraries.ts";

/** `MibIfTableRaw`: all interfaces, unfiltered. */
const RAW = 1;
/** `ERROR_NOT_FOUND` */
const NOT_FOUND = 1168;
/** `NDIS_IF_MAX_STRING_SIZE`, and 1 for the NUL. */
const MAX_NAME = 257;

const decoder = new TextDecoder("utf-16le");
const encoder = new TextEncoder();

/** Makes the functions for interfaces. */
export function interfaceCalls(
  windows: Windows,
): Pick<Libc, "if_freenameindex" | "if_indextoname" | "if_nameindex"> {
  /** The list last returned by `if_nameindex`, and the names it points to. */
  const held: Uint8Array[] = [];

  /** Returns the interfaces' indices and names; `undefined` on failure, with the error set. */
  function interfaces(): [index: number, name: string][] | undefined {
    const cell = new BigUint64Array(1);
    const error = windows.GetIfTable2Ex(RAW, cell);
    if (error !== 0) {
      windows.WSASetLastError(error);
      return undefined;
    }
    const [address] = cell;
    try {
      const { mib_if_table2: { NumEntries, Table }, mib_if_row2: row } = layout;
      const count = new Uint32Array(1);
      windows.memcpy_from(count, address + BigInt(NumEntries.at), 4);
      return Array.from({ length: count[0] }, (_, i) => {
        const fields = new DataView(new ArrayBuffer(row.InterfaceIndex.at + 4));
        const at = address + BigInt(Table.at + i * row.size);
        windows.memcpy_from(fields, at, fields.byteLength);
        return [
          fields.getUint32(row.InterfaceIndex.at, true),
          nameOf(new Uint8Array(fields.buffer, row.InterfaceLuid.at)),
        ];
      });
    } finally {
      windows.FreeMibTable(address);
    }
  }

  function nameOf(luid: Uint8Array<ArrayBuffer>): string {
    const name = new Uint16Array(MAX_NAME);
    windows.ConvertInterfaceLuidToNameW(luid, name, name.length);
    return decoder.decode(name.subarray(0, name.indexOf(0)));
  }

  const addressOf = (bytes: Uint8Array<ArrayBuffer>): bigint =>
    windows.memcpy_address(bytes, 0n, 0);

  return {
    if_nameindex() {
      const found = interfaces();
      if (found === undefined) return 0n;
      const names = found.map(([, name]) => encoder.encode(`${name}\0`));
      // An entry of zeros ends the list.
      const list = new DataView(
        new ArrayBuffer((found.length + 1) * struct.size),
      );
      found.forEach(([index], i) => {
        const at = i * struct.size;
        list.setUint32(at + struct.if_index.at, index, true);
        list.setBigUint64(at + struct.if_name.at, addressOf(names[i]), true);
      });
      const bytes = new Uint8Array(list.buffer);
      held.splice(0, held.length, bytes, ...names);
      return addressOf(bytes);
    },

    if_freenameindex() {
      held.length = 0;
    },

    if_indextoname(index, name) {
      const found = windows.if_indextoname(index, name);
      if (found === 0n) windows.WSASetLastError(NOT_FOUND); // it sets none itself
      return found;
    },
  };
}
