/** The buffers of a `MessageVector`: the system writes to their memory, so that it must stay where it is. */

import { bytes, integer } from "../errors/arguments.ts";
import { MAX_BUFFERS } from "../ffi/msghdr.ts";
import { collect } from "./operations/ancillary.ts";

/** Buffers in one block of memory. */
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

/** The buffers that a caller gives. */
export function given(buffers: unknown): Uint8Array<ArrayBuffer>[] {
  const views = collect("buffers", buffers, fixed);
  if (views.length < 1 || views.length > MAX_BUFFERS) {
    throw new RangeError(
      `buffers must be 1-${MAX_BUFFERS}, not ${views.length}`,
    );
  }
  return views;
}

/** Bytes that stay where they are and as long as they are. */
function fixed(name: string, value: unknown): Uint8Array<ArrayBuffer> {
  const view = bytes(name, value);
  const { resizable, growable } = view.buffer as {
    resizable?: boolean;
    growable?: boolean;
  };
  if (resizable || growable) {
    throw new TypeError(`${name}: its ArrayBuffer is resizable`);
  }
  // No view of a class of the caller's, which might not tell the truth.
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** One view of each memory that buffers lie in; it is empty once that was detached. */
export function memoryOf(
  buffers: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array[] {
  const memory = new Set<ArrayBuffer>();
  for (const { buffer } of buffers) {
    if (buffer.byteLength > 0) memory.add(buffer);
  }
  return Array.from(memory, (buffer) => new Uint8Array(buffer));
}
