/** Text and numbers as bytes. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Encodes text. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> =>
  encoder.encode(text);

/** Decodes text. */
export const text = (bytes: Uint8Array): string => decoder.decode(bytes);

/** An `int`, as options and ancillary data have it. */
export const int32 = (value: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new Int32Array([value]).buffer);
