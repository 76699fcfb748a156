/** Reads memory that libc owns by copying it, and passes JavaScript memory to libc. */

import { rangeError } from "../constants/stack.ts";
import { libc } from "./libc.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Returns the address of a buffer's memory, to be written into a struct. An address does not keep
 * the buffer alive: keep a reference until the call that uses the struct has returned.
 */
export function addressOf(buffer: Uint8Array): bigint {
  return libc.memcpy_address(buffer as Uint8Array<ArrayBuffer>, 0n, 0);
}

/** The largest buffer to remember, in bytes: a remembered buffer cannot be garbage-collected. */
const MAX_REMEMBERED = 0x10000;

/**
 * Remembers the buffer of the last call. A loop usually passes the same buffer again; a pointer
 * taken once then saves the FFI from looking up its memory.
 */
export class LastBuffer {
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #pointer: Deno.PointerValue = null;

  /**
   * Returns the pointer to a buffer's memory if it was the last call's too, else null.
   *
   * @param buffer the buffer
   * @param byteLengthOf returns its true length, which its own property may not report
   */
  pointerIfRepeated(
    buffer: Uint8Array<ArrayBuffer>,
    byteLengthOf: (buffer: Uint8Array) => number,
  ): Deno.PointerValue {
    if (buffer !== this.#buffer) {
      const isSmall = byteLengthOf(buffer) <= MAX_REMEMBERED;
      this.#buffer = isSmall ? buffer : undefined;
      return this.#pointer = null;
    }
    // A buffer detached or shrunk since then has a new length, which bounds the call.
    return this.#pointer ??= libc.memcpy_pointer(buffer, 0n, 0);
  }
}

/** Returns a copy of the `length` bytes at an address. */
export function copy(address: bigint, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  if (length > 0) libc.memcpy_from(bytes, address, length);
  return bytes;
}

/** Returns a copy of the `length` bytes at an address, as a view for reading struct fields. */
export function view(address: bigint, length: number): DataView<ArrayBuffer> {
  return new DataView(copy(address, length).buffer);
}

/** Decodes the NUL-terminated string at an address. */
export function stringAt(address: bigint): string {
  return decoder.decode(copy(address, Number(libc.strlen(address))));
}

/** Reads the NULL-terminated array of pointers at an address; none for a null address. */
export function pointersAt(address: bigint): bigint[] {
  const pointers: bigint[] = [];
  if (address === 0n) return pointers;
  for (let at = address;; at += 8n) {
    const pointer = view(at, 8).getBigUint64(0, true);
    if (pointer === 0n) return pointers;
    pointers.push(pointer);
  }
}

/** Decodes a buffer up to its first NUL, or whole if it has none. */
export function stringIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/**
 * Converts a string or bytes to a NUL-terminated C string.
 *
 * @param name what the error message calls the value
 * @throws {RangeError} if the value contains a NUL, which would truncate it, or a lone surrogate,
 * which has no bytes
 */
export function cstring(
  name: string,
  value: string | Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = typeof value === "string" ? utf8(name, value) : value;
  if (bytes.includes(0)) throw rangeError(`${name}: embedded null byte`);
  const terminated = new Uint8Array(bytes.length + 1);
  terminated.set(bytes);
  return terminated;
}

/** Encodes a string, which must not contain a lone surrogate: it would become another character. */
function utf8(name: string, value: string): Uint8Array<ArrayBuffer> {
  if (value.isWellFormed()) return encoder.encode(value);
  const characters = [...value];
  const at = characters.findIndex((character) => !character.isWellFormed());
  const code = characters[at].charCodeAt(0).toString(16);
  throw rangeError( // Python's text
    `${name}: 'utf-8' codec can't encode character '\\u${code}' in position ${at}: surrogates not allowed`,
  );
}

const text = new Uint8Array(1024);

/** Returns libc's message for an error number, such as `"Connection refused"`. */
export function strerror(errno: number): string {
  text.fill(0);
  (libc.__xpg_strerror_r ?? libc.strerror_r)!(errno, text, text.length);
  return stringIn(text);
}
