/** Network interfaces by name and by index. */

import { integer, stringOrBytes } from "../../errors/arguments.ts";
import { OSError, osError } from "../../errors/errors.ts";
import { if_nameindex as struct } from "../../ffi/layout/mod.ts";
import { errno, load } from "../../ffi/libc.ts";
import { cstring, stringAt, stringIn, view } from "../../ffi/memory.ts";
import { orExhausted } from "./call.ts";

// Windows has the longest names, up to 256 characters.
const name = new Uint8Array(1024);

/**
 * Lists the network interfaces of this machine.
 *
 * @returns their indices and names
 * @throws {OSError} if the system cannot list them
 * @see {@link https://docs.python.org/3/library/socket.html#socket.if_nameindex}, `if_nameindex(3)`
 * @category Names and addresses
 */
export function if_nameindex(): [index: number, name: string][] {
  const libc = load();
  const list = libc.if_nameindex();
  if (list === 0n) throw osError(errno(), "if_nameindex");
  try {
    const { size, if_index, if_name } = struct;
    const interfaces: [number, string][] = [];
    for (let at = list;; at += BigInt(size)) {
      const entry = view(at, size);
      const index = entry.getUint32(if_index.at, true);
      if (index === 0) return interfaces;
      interfaces.push([index, stringAt(entry.getBigUint64(if_name.at, true))]);
    }
  } finally {
    libc.if_freenameindex(list);
  }
}

/**
 * Returns the index of a network interface.
 *
 * @param if_name the interface's name
 * @returns the index, greater than 0
 * @throws {OSError} `no interface with this name`, if there is none
 * @see {@link https://docs.python.org/3/library/socket.html#socket.if_nametoindex}
 * @see `if_nametoindex(3)`
 * @category Names and addresses
 */
export function if_nametoindex(if_name: string | Uint8Array): number {
  const index = load().if_nametoindex(
    cstring("if_name", stringOrBytes("if_name", if_name)),
  );
  if (index === 0) {
    const syscall = "if_nametoindex";
    const options = { syscall, address: [if_name] };
    throw orExhausted(
      new OSError(null, "no interface with this name", options),
      syscall,
    );
  }
  return index;
}

/**
 * Returns the name of a network interface.
 *
 * @param if_index the interface's index
 * @returns the name
 * @throws {OSError} `[Errno 6] No such device or address`, if there is none
 * @throws {RangeError} if the index is out of bounds
 * @see {@link https://docs.python.org/3/library/socket.html#socket.if_indextoname}
 * @see `if_indextoname(3)`
 * @category Names and addresses
 */
export function if_indextoname(if_index: number): string {
  const index = integer("if_index", if_index, 0, 0xffffffff);
  if (load().if_indextoname(index, name) === 0n) {
    throw osError(errno(), "if_indextoname", [index]);
  }
  return stringIn(name);
}
