/** Memory that libc owns, read by copying; and our own, made ready for libc. */

import { libc } from "./libc.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The address of a buffer's memory, to be written into a structure. It holds nobody: keep the
 * buffer in a variable until the call that uses the structure has returned.
 */
export function addressOf(buffer: Uint8Array): bigint {
  return libc.memcpy_address(buffer as Uint8Array<ArrayBuffer>, 0n, 0);
}

/** The largest buffer that is remembered, and so kept from being collected. */
const MAX_REMEMBERED = 0x10000;

/**
 * Remembers the buffer of the last call. A loop mostly passes the same one again, and then its
 * pointer, once taken, spares the FFI looking its memory up.
 */
export class LastBuffer {
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #pointer: Deno.PointerValue = null;

  /** The pointer to a buffer's memory if it was the last call's too, else null. */
  pointerIfRepeated(buffer: Uint8Array<ArrayBuffer>): Deno.PointerValue {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer.byteLength <= MAX_REMEMBERED ? buffer : undefined;
      return this.#pointer = null;
    }
    // One that was detached or has shrunk meanwhile has the length to tell: nobody reads beyond.
    return this.#pointer ??= libc.memcpy_pointer(buffer, 0n, 0);
  }
}

/** A copy of `length` bytes of memory at an address. */
export function copy(address: bigint, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  if (length > 0) libc.memcpy_from(bytes, address, length);
  return bytes;
}

/** A copy of `length` bytes at an address, as a view for reading structure fields. */
export function view(address: bigint, length: number): DataView<ArrayBuffer> {
  return new DataView(copy(address, length).buffer);
}

/** The text of the NUL-terminated string at an address. */
export function stringAt(address: bigint): string {
  return decoder.decode(copy(address, Number(libc.strlen(address))));
}

/** The pointers of the NULL-terminated array at an address. */
export function pointersAt(address: bigint): bigint[] {
  const pointers: bigint[] = [];
  if (address === 0n) return pointers;
  for (let at = address;; at += 8n) {
    const pointer = view(at, 8).getBigUint64(0, true);
    if (pointer === 0n) return pointers;
    pointers.push(pointer);
  }
}

/** The text of the NUL-terminated string at the start of a buffer. */
export function stringIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/**
 * A string or bytes as a NUL-terminated C string.
 *
 * @param name what the value is called in the error message
 * @throws {RangeError} if it has a NUL inside, which would cut it short
 */
export function cstring(
  name: string,
  value: string | Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  if (bytes.includes(0)) throw new RangeError(`${name}: embedded null byte`);
  const terminated = new Uint8Array(bytes.length + 1);
  terminated.set(bytes);
  return terminated;
}

const text = new Uint8Array(1024);

/** What libc says of an error number: `"Connection refused"`. */
export function strerror(errno: number): string {
  text.fill(0);
  (libc.__xpg_strerror_r ?? libc.strerror_r)!(errno, text, text.length);
  return stringIn(text);
}
