/** Values and outcomes in the form in which both sides tell them, as JSON. */

import { OSError } from "../../../mod.ts";
import type { Random } from "../support/random.ts";

/** A value as JSON: bytes and large integers are objects. */
export type Told =
  | string
  | number
  | boolean
  | null
  | { bytes: string }
  | { int: string }
  | Told[];

/** What comes of a call. */
export type Outcome =
  | { result: Told }
  | { error: string; errno?: number | null };

/** A kind of cases: what is sent to Python is the case itself. */
export interface Kind<Case = unknown> {
  /** Makes a case. */
  make(random: Random): Case;
  /** What this library makes of it. */
  run(one: Case): unknown;
  /** Makes both results comparable, or leaves them as they are. */
  comparable?(one: Case, result: unknown): unknown;
}

/** Tells a value. */
export function tell(value: unknown): Told {
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return { bytes: value.toHex() };
  if (typeof value === "bigint") return { int: String(value) };
  if (Array.isArray(value)) return value.map(tell);
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    return Number.isInteger(value) ? { int: String(BigInt(value)) } : value;
  }
  return value as Told;
}

/** The value that was told. */
export function valueOf(told: Told): unknown {
  if (Array.isArray(told)) return told.map(valueOf);
  if (typeof told !== "object" || told === null) return told;
  return "bytes" in told ? Uint8Array.fromHex(told.bytes) : BigInt(told.int);
}

/** What comes of a call; an error that no call should throw passes through. */
export function outcome(call: () => unknown): Outcome {
  try {
    return { result: tell(call()) };
  } catch (error) {
    if (error instanceof OSError) {
      return { error: error.name, errno: error.errno };
    }
    if (error instanceof RangeError) return { error: "RangeError" };
    if (error instanceof TypeError) return { error: "TypeError" };
    throw error;
  }
}

/** An integer about a bound, or any. */
export function anyInteger(random: Random): Told {
  const bits = random.pick([0, 1, 2, 4, 7, 8, 15, 16, 20, 29, 31, 32]);
  const about = 2 ** bits + random.below(3) - 1;
  if (random.chance(0.3)) return random.below(300);
  if (random.chance(0.05)) return { int: String(2n ** 64n - 1n) };
  return random.chance(0.1) ? -about : about;
}

/** A value of a kind that hardly fits. */
export function oddity(random: Random): Told {
  return random.pick<Told>([
    null,
    "",
    "text",
    1.5,
    -1,
    true,
    [],
    { bytes: "" },
    { bytes: "00ff" },
    { int: String(2n ** 70n) },
    "a\0b",
  ]);
}
