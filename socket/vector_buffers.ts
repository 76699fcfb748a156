/** The buffers of a `MessageVector`, whose memory must not move because the system writes to it. */

import { rangeError, typeError } from "../constants/stack.ts";
import { bytes, integer } from "../errors/arguments.ts";
import { mayResize } from "../errors/views.ts";
import { MAX_BUFFERS } from "../ffi/msghdr.ts";
import { collect } from "./operations/ancillary.ts";

/** Allocates the buffers in one block of memory. */
export function owned(
  vlen: unknown,
  bufsize: unknown,
): Uint8Array<ArrayBuffer>[] {
  const count = integer("vlen", vlen, 1, MAX_BUFFERS);
  const size = integer("bufsize", bufsize, 0, 0x7fffffff);
  const slab = new Uint8Array(count * size);
  return Array.from(
    { length: count },
    (_, i) => slab.subarray(i * size, (i + 1) * size),
  );
}

/** Checks the buffers that a caller passes, and returns them as byte views. */
export function given(buffers: unknown): Uint8Array<ArrayBuffer>[] {
  const views = collect("buffers", buffers, fixed);
  if (views.length < 1 || views.length > MAX_BUFFERS) {
    throw rangeError(
      `buffers must be 1-${MAX_BUFFERS}, not ${views.length}`,
    );
  }
  return views;
}

/** Checks that a value is bytes of a fixed length; returns a view of them. */
function fixed(name: string, value: unknown): Uint8Array<ArrayBuffer> {
  const view = bytes(name, value);
  if (mayResize(view)) {
    throw typeError(`${name}: its ArrayBuffer is resizable`);
  }
  return view;
}

/** Returns a view of each `ArrayBuffer` behind the buffers; if one is detached, it is empty. */
export function memoryOf(
  buffers: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array[] {
  const memory = new Set(buffers.map(({ buffer }) => buffer));
  return Array.from(memory, (buffer) => new Uint8Array(buffer))
    .filter(({ byteLength }) => byteLength > 0);
}
