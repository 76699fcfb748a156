/** Reading socket options, as an int or as bytes. */

import { check } from "../../errors/errors.ts";
import { libc } from "../../ffi/libc.ts";
import type { Handle } from "./handle.ts";

const optionInt = new Int32Array(1);
const optionLength = new Uint32Array(1);

/** Reads an option that is a C int. Never waits. */
export function intOption(
  handle: Handle,
  level: number,
  optname: number,
): number {
  optionInt[0] = 0;
  optionLength[0] = optionInt.byteLength;
  check(
    libc.getsockopt(handle.fd, level, optname, optionInt, optionLength),
    "getsockopt",
  );
  return optionInt[0];
}

/** Reads an option as bytes, `buflen` at most. Never waits. */
export function option(
  handle: Handle,
  level: number,
  optname: number,
  buflen: number,
): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(buflen);
  optionLength[0] = buflen;
  check(
    libc.getsockopt(handle.fd, level, optname, value, optionLength),
    "getsockopt",
  );
  return value.slice(0, optionLength[0]);
}
