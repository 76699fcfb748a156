/** Whether an error is one that a caller should see. */

import { OSError } from "../../../mod.ts";
import { OwnError } from "./bad_values.ts";

/** Sentences about something else than an argument, such as a constant, and sentences of Python's. */
const otherSubjects = new RegExp(
  [
    "is not available on ",
    "^only SOCK_STREAM type sockets are supported$",
    "^not an? (socket|AsyncSocket) of this library: ",
    "^non-blocking sockets are not supported$",
    "^Invalid file (object|descriptor): ",
    "^'[\\w-]+' codec can't (en|de)code ",
    "^(un)?pack(_into|_from)? (expected|requires)",
  ].join("|"),
);
/** Whether the library made an error: it then captures stacks for it. */
function isOurs(error: Error): boolean {
  return Object.getOwnPropertySymbols(error)
    .some(({ description }) => description === "traces");
}

/**
 * Says what is wrong with an error, or `undefined` if nothing is.
 *
 * It must be an `OSError`, a `TypeError` or a `RangeError`, and its sentence the library's, not the
 * engine's.
 *
 * @param names words, one of which a `TypeError` or `RangeError` must contain
 */
export function faultOf(
  error: unknown,
  names: readonly string[],
): string | undefined {
  if (error instanceof OwnError) return undefined;
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  if (error instanceof OSError) return undefined;
  if (error instanceof AggregateError) { // of create_connection
    return error.errors.map((each) => faultOf(each, names))
      .find((fault) => fault !== undefined);
  }
  if (error instanceof DOMException && /Abort|Timeout/.test(error.name)) {
    return undefined; // the reason of a signal
  }
  if (!(error instanceof TypeError || error instanceof RangeError)) {
    return `threw a ${error.name}`;
  }
  // Streams of Node have Node's errors.
  if (/^ERR_/.test((error as { code?: string }).code ?? "")) return undefined;
  if (!isOurs(error)) {
    return "threw a sentence of the engine's";
  }
  const isNamed = names.some((name) =>
    error.message.includes(name.replace(/s$/, ""))
  );
  const isOther = otherSubjects.test(error.message);
  return isNamed || isOther ? undefined : `names none of ${names.join(", ")}`;
}
