/** The buffer that sockets without another one receive into. */

const SIZE = 0x10000;

// One for all sockets: a handler uses it only until it returns.
let buffer = new Uint8Array(SIZE);
let view = buffer;

/** Returns the buffer: another one if a handler has transferred it elsewhere. */
export function receiveBuffer(): Uint8Array<ArrayBuffer> {
  if (buffer.length === 0) buffer = view = new Uint8Array(SIZE);
  return buffer;
}

/** Returns the first bytes of it. */
export function receivedView(length: number): Uint8Array<ArrayBuffer> {
  // Messages often have the same length, and another view costs as much as a short message.
  return view.length === length ? view : view = buffer.subarray(0, length);
}
