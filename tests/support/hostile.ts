/** Bytes whose properties lie about them. */

import type { Bytes } from "../../mod.ts";

/** A typed array that claims more than it has, and other things. */
export class Liar extends Uint8Array<ArrayBuffer> {
  static get [Symbol.species](): Uint8ArrayConstructor {
    throw new Error("asked for the species");
  }
  override get buffer(): ArrayBuffer {
    return new ArrayBuffer(1);
  }
  override get byteOffset(): number {
    return -1;
  }
  override get byteLength(): number {
    return 1000;
  }
  override get length(): number {
    return 1000;
  }
  override get [Symbol.toStringTag](): "Uint8Array" {
    return "Float32Array" as "Uint8Array";
  }
}

/** A buffer that claims more than it has, and never to be detached. */
export class LyingBuffer extends ArrayBuffer {
  override get byteLength(): number {
    return 1000;
  }
  override get detached(): boolean {
    return false;
  }
  override get resizable(): boolean {
    return false;
  }
}

/** Hides the fields of bytes behind properties of their own. */
export function lying<T extends object>(value: T): T {
  for (const name of ["byteLength", "length", "byteOffset", "buffer"]) {
    Object.defineProperty(value, name, { value: 1000 });
  }
  return value;
}

/** Bytes of each kind that lie, by what they are: each has four true bytes. */
export const liars: Record<string, () => Bytes> = {
  "a subclass": () => new Liar(new ArrayBuffer(8), 2, 4),
  "properties of its own": () =>
    lying(new Uint8Array(new ArrayBuffer(8), 2, 4)),
  "properties of its own, in the heap": () => lying(new Uint8Array(4)),
  "a DataView": () => lying(new DataView(new ArrayBuffer(8), 2, 4)),
  "wider elements": () => lying(new Uint16Array(new ArrayBuffer(8), 2, 2)),
  "a buffer": () => new LyingBuffer(4),
  "a view of a buffer that lies": () => new Uint8Array(new LyingBuffer(4)),
};
