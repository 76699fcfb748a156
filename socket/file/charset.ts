/** What the character sets of text files have in common. */

/** Bytes that are not in the encoding, or not yet all there. */
export interface Fault {
  /** The offset of the first byte. */
  readonly at: number;
  /** How many bytes. */
  readonly length: number;
  /** What is wrong, in Python's words. */
  readonly reason: string;
  /** Whether more bytes could make a character of them. */
  readonly isIncomplete?: boolean;
}

/** An encoding, without state. */
export interface Charset {
  /** The name in error messages, as Python has it. */
  readonly name: string;
  /** How many bytes a code unit has. */
  readonly unit: 1 | 2 | 4;
  /** Decodes bytes. Returns `undefined` if some of them are not in the encoding. */
  decode(bytes: Uint8Array): string | undefined;
  /**
   * Finds the next bytes that are not in the encoding.
   *
   * @param bytes the bytes
   * @param from the offset of the first one
   * @param final whether there are no more after these
   */
  fault(bytes: Uint8Array, from: number, final: boolean): Fault | undefined;
  /** Encodes text. Returns `undefined` if it contains a character that the encoding lacks. */
  encode(text: string): Uint8Array<ArrayBuffer> | undefined;
  /** Whether the encoding lacks a character. */
  lacks(code: number): boolean;
  /** Why it lacks characters, in Python's words. */
  readonly lacking: string;
  /** What is peculiar to the encodings of Unicode: bytes that stand for a surrogate. */
  readonly surrogates?: {
    /** Returns the surrogate at an offset, or `undefined` if there is none. */
    decode(bytes: Uint8Array, at: number): number | undefined;
    /** Encodes a surrogate. */
    encode(surrogate: number): Uint8Array<ArrayBuffer>;
  };
}

/** Whether a code point is a surrogate. */
export const isSurrogate = (code: number): boolean =>
  code >= 0xd800 && code <= 0xdfff;
