/** Whether an error is one that a caller should see. */

import { fileURLToPath } from "node:url";
import { OSError } from "../../../mod.ts";
import { OwnError } from "./bad_values.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
/** Sentences about something else than an argument, such as a constant, and sentences of Python's. */
const otherSubjects = new RegExp(
  [
    "is not available on ",
    "^only SOCK_STREAM type sockets are supported$",
    "^not an? (socket|AsyncSocket) of this library: ",
    "^non-blocking sockets are not supported$",
    "^Invalid file (object|descriptor): ",
    "^(un)?pack(_into|_from)? (expected|requires)",
  ].join("|"),
);
const sources = new Map<string, string[]>();

/** What stands where an error was made: the rest of the line, or `undefined` outside the library. */
function origin(error: Error): string | undefined {
  const { stack = "", message } = error;
  // A message may have lines that look like the stack.
  const frame = stack.slice(stack.indexOf(message) + message.length).split("\n")
    .find((line) => /^\s+at /.test(line)) ?? "";
  const place = /\(?(file:[^()]*?):(\d+):(\d+)\)?$/.exec(frame);
  if (place === null) return undefined;
  const path = fileURLToPath(place[1]);
  if (!path.startsWith(root)) return undefined;
  let lines = sources.get(path);
  if (lines === undefined) {
    lines = Deno.readTextFileSync(path).split("\n");
    sources.set(path, lines);
  }
  return lines[Number(place[2]) - 1]?.slice(Number(place[3]) - 1);
}

/**
 * Says what is wrong with an error, or `undefined` if nothing is.
 *
 * It must be an `OSError`, a `TypeError` or a `RangeError`, and its sentence the library's: an error
 * that the engine makes has another origin than `new …Error` in a file of the library.
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
  if (!/^(new|super)\b/.test(origin(error) ?? "")) {
    return "threw a sentence of the engine's";
  }
  const isNamed = names.some((name) =>
    error.message.includes(name.replace(/s$/, ""))
  );
  const isOther = otherSubjects.test(error.message);
  return isNamed || isOther ? undefined : `names none of ${names.join(", ")}`;
}
