/** The modes of `makefile()`. */

import { rangeError, typeError } from "../../constants/stack.ts";
import { describe, string } from "../../errors/arguments.ts";

/** What a file is for: `r` to read (the default), `w` to write, `b` for bytes instead of text. */
export type FileMode =
  | ("" | "r" | "w" | "rw" | "wr")
  | ("b" | "rb" | "br" | "wb" | "bw")
  | ("rwb" | "rbw" | "wrb" | "wbr" | "brw" | "bwr");

/** A parsed mode. */
export interface ParsedMode {
  /** Whether the file can be read. */
  readonly reading: boolean;
  /** Whether the file can be written. */
  readonly writing: boolean;
  /** Whether the file contains bytes rather than text. */
  readonly binary: boolean;
}

/**
 * Parses a mode.
 *
 * @throws {TypeError} if it is not a string
 * @throws {RangeError} if it contains a letter other than `r`, `w` and `b`
 */
export function parseMode(mode: unknown): ParsedMode {
  const letters = string("mode", mode);
  if (/[^rwb]/.test(letters)) {
    throw rangeError(
      `mode: invalid mode ${JSON.stringify(letters)} (only r, w, b allowed)`,
    );
  }
  const writing = letters.includes("w");
  return {
    reading: letters.includes("r") || !writing,
    writing,
    binary: letters.includes("b"),
  };
}

/**
 * Checks an optional string. Returns `null` if it is omitted; throws `TypeError` if not a string.
 */
export function optionalString(name: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  throw typeError(
    `${name} must be a string or null, not ${describe(value)}`,
  );
}
