/** `AF_UNIX` addresses: a path, or a name in Linux's abstract namespace, in a `sockaddr_un`. */

import { rangeError, typeError } from "../../constants/stack.ts";
import { bytes, describe } from "../../errors/arguments.ts";
import { OSError } from "../../errors/errors.ts";
import { type AddressCodec, writeHead } from "./codec.ts";
import type { UnixAddress } from "./types.ts";

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The codec of `AF_UNIX`. */
export const unix: AddressCodec<UnixAddress> = {
  encode(address, into, socket, { layout, features }) {
    const path = pathBytes(address);
    const { sun_path } = layout.sockaddr_un;
    // On Linux, binding to an empty path lets the kernel choose an abstract name.
    const abstract = features.abstractNames &&
      (path.length === 0 || path[0] === 0);
    const room = sun_path.size - (abstract ? 0 : 1);
    if (path.length > room) {
      throw new OSError(null, `AF_UNIX path too long (at most ${room} bytes)`);
    }
    if (!abstract && path.includes(0)) {
      throw rangeError("address: embedded null byte in path");
    }
    const length = sun_path.at + path.length + (abstract ? 0 : 1);
    writeHead(into, socket.family, length, layout);
    into.bytes.set(path, sun_path.at);
    return length;
  },

  decode(
    { bytes },
    length,
    _socket,
    { layout: { sockaddr_un: { sun_path } }, features },
  ) {
    const path = bytes.subarray(sun_path.at, Math.max(length, sun_path.at));
    if (features.abstractNames && path.length > 0 && path[0] === 0) {
      return path.slice();
    }
    const end = path.indexOf(0);
    const name = end < 0 ? path : path.subarray(0, end);
    try {
      return strict.decode(name);
    } catch {
      return name.slice();
    }
  },
};

function pathBytes(address: unknown): Uint8Array<ArrayBuffer> {
  if (typeof address === "string") {
    return address.isWellFormed()
      ? encoder.encode(address)
      : unescaped(address);
  }
  if (
    ArrayBuffer.isView(address) || address instanceof ArrayBuffer ||
    address instanceof SharedArrayBuffer
  ) return bytes("address", address);
  throw typeError(
    `address must be a path (a string or bytes), not ${describe(address)}`,
  );
}

/**
 * Encodes a path with lone surrogates: U+DC80 to U+DCFF are the bytes 80 to FF, which Python writes
 * so where a path is not UTF-8 (`surrogateescape`).
 */
function unescaped(path: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (const character of path) {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) {
      bytes.push(code & 0xff);
    } else if (character.isWellFormed()) {
      bytes.push(...encoder.encode(character));
    } else {
      throw rangeError(
        `address: the path ${JSON.stringify(path)} has a lone surrogate`,
      );
    }
  }
  return Uint8Array.from(bytes);
}
