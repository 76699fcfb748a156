/**
 * Stacks that begin in the caller's program. An error of this library says what a caller did wrong
 * or what the system answered, so the first line of its stack is the caller's.
 *
 * V8 captures a stack when an error is made, and makes text of it at first use. That text is what
 * is shortened here: a program that only catches errors pays for no text.
 */

/** A captured stack. */
export interface Trace {
  readonly stack?: unknown;
}

type Procedure = CallableFunction | NewableFunction;

/** The property with what was captured for an error, the latest first. A WeakMap costs more. */
const TRACES = Symbol("traces");

interface Traced extends Error {
  [TRACES]?: Trace[];
}

/** The folders of this library; `undefined` in a bundle, where its files are no longer apart. */
const folders = /^(.*\/)constants\/stack\.[jt]s$/.exec(import.meta.url)?.[1];

/** The rooms whose frames are left out. Examples and tests are callers. */
const ROOMS =
  /^(constants|ffi|errors|poll|bytes|selectors|socket|async|handlers|node|netlink)\/[\w/]+\.[jt]s:/;

/** Whether a line of a stack names a place outside this library and outside Deno. */
function isCallers(line: string): boolean {
  if (!/:\d+:\d+\)?$/.test(line) || /[( ](ext|node):/.test(line)) return false;
  const at = folders === undefined ? -1 : line.indexOf(folders);
  return at < 0 || !ROOMS.test(line.slice(at + folders!.length));
}

/** The lines of a stack, without the message above them. */
function linesOf({ stack }: Trace): string[] {
  return typeof stack === "string" ? stack.split("\n    at ").slice(1) : [];
}

/** The lines from the caller's on; none if the caller is not among them. */
function callersLines(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => isCallers(` ${line}`));
  return first < 0 ? [] : lines.slice(first);
}

const [major, minor] = Deno.version.deno.split(".").map(Number);

/**
 * V8's own getter, where Deno needs it: of an uncaught error, Deno before 2.9 shows what this
 * getter leaves behind for it, or else only the line that made the error.
 */
const ownGetter = major < 2 || major === 2 && minor < 9
  ? Object.getOwnPropertyDescriptor(new Error(), "stack")?.get
  : undefined;

function set(error: Error, value: unknown): void {
  // Not of a frozen error.
  Reflect.defineProperty(error, "stack", {
    value,
    writable: true,
    configurable: true,
  });
}

/** The property `stack` of an error, until its first use. */
const property: PropertyDescriptor & ThisType<Traced> = {
  configurable: true,
  get() {
    ownGetter?.call(this);
    const captured = (this[TRACES] ?? []).map(linesOf);
    // Without the caller's line, those of the library are better than none.
    const lines =
      captured.map(callersLines).find((lines) => lines.length > 0) ??
        captured.at(-1) ?? [];
    const head = Error.prototype.toString.call(this);
    const shown = lines.slice(0, Error.stackTraceLimit);
    const stack = [head, ...shown].join("\n    at ");
    set(this, stack);
    return stack;
  },
  set(value) {
    set(this, value);
  },
};

// Between a call and the error there may be as many frames of this library.
const DEPTH = 30;

/** Captures the stack above a function's frame. */
export function capture(above: Procedure): Trace {
  const trace = {};
  const { stackTraceLimit } = Error; // undefined if the program wants no stacks
  // Not `=`, which throws where the program has frozen `Error`.
  const isAsked = stackTraceLimit > 0;
  if (isAsked) Reflect.set(Error, "stackTraceLimit", stackTraceLimit + DEPTH);
  Error.captureStackTrace(trace, above);
  if (isAsked) Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  return trace;
}

/**
 * Makes the stack of an error begin at the caller of this library.
 *
 * @param error the error, about to be thrown
 * @param above the function whose frame, with all below it, is not to count among the few frames
 * that V8 captures
 * @returns the error
 */
export function fromCaller<E extends Error>(
  error: E,
  above: Procedure = fromCaller,
): E {
  Object.defineProperty(error, TRACES, { value: [capture(above)] });
  return Object.defineProperty(error, "stack", property);
}

/** Returns the lines of a captured stack from the caller's on; if it is not there, all lines. */
export function textOf(trace: Trace): string {
  const lines = linesOf(trace);
  const callers = callersLines(lines);
  return (callers.length > 0 ? callers : lines)
    .slice(0, Error.stackTraceLimit)
    .map((line) => `at ${line}`).join("\n");
}

/** Makes a `TypeError` whose stack begins at the caller of this library. */
export function typeError(message: string, options?: ErrorOptions): TypeError {
  return fromCaller(new TypeError(message, options), typeError);
}

/** Makes a `RangeError` whose stack begins at the caller of this library. */
export function rangeError(
  message: string,
  options?: ErrorOptions,
): RangeError {
  return fromCaller(new RangeError(message, options), rangeError);
}

/**
 * Captures the stack of an error of this library once more, nearer to the caller: the first stack
 * may have too few frames, or be that of a timer or of the reactor. Leaves other errors alone.
 *
 * @param error what was caught
 * @param above as for {@linkcode fromCaller}
 * @returns what was caught
 */
export function recaptured<E>(error: E, above: Procedure): E {
  return seenFrom(error, capture(above));
}

/** Makes the stack of an error of this library one that was captured before. */
export function seenFrom<E>(error: E, trace: Trace): E {
  if (error instanceof Error) {
    (error as Traced)[TRACES]?.unshift(trace);
  }
  return error;
}

/**
 * Rejects a promise that was waited for. The stack of an error of this library shows who awaits the
 * promise.
 *
 * V8 knows who that is only while it runs a reaction of a promise that the awaited one waits for,
 * so one is made here. An operation that succeeds has no part in this.
 *
 * @param resolve resolves the promise
 * @param error what to reject it with
 */
export function rejectFromCaller(
  resolve: (promise: Promise<never>) => void,
  error: unknown,
): void {
  const { promise, reject } = Promise.withResolvers<never>();
  // Before the rejection: the promises must be linked when the reaction runs.
  resolve(promise.then(undefined, rethrow));
  reject(error);
}

function rethrow(error: unknown): never {
  throw recaptured(error, rethrow);
}
