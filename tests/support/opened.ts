/**
 * Records the descriptors that foreign functions open in this isolate, and have not closed. Neither
 * the runtime's own descriptors nor those of other isolates of the process are among them. Import it
 * before the library.
 */

import { targetOf } from "./descriptors.ts";

/** A descriptor that is open. */
export interface Opened {
  readonly fd: number;
  /** The C function that returned it. */
  readonly by: string;
  /** What it refers to, if the test that opened it may know. */
  readonly target: string | undefined;
  /** The lines of the stack when it was opened, the innermost first. */
  readonly stack: readonly string[];
}

const opened = new Map<number, Opened>();

/**
 * What stays open until the isolate ends: how the stack shows the function that opens it, and how
 * many descriptors of it there may be.
 */
const lasting: readonly (readonly [opener: RegExp, most: number])[] = [
  [/^at Reactor\.#openPoller /, 1],
  [/^at Reactor\.#park /, 2], // a waker
  [/^at takePipe /, 16], // spare pipes
  [/^at ringEngine /, 2], // a ring and its eventfd
];

/** The descriptors that are still what was opened. None where there is no /proc. */
export function stillOpen(): Opened[] {
  const counts = lasting.map(([, most]) => most);
  return [...opened.values()].filter(({ fd, target, stack }) => {
    // Others may have closed one: a Worker that it was given to, or Deno.
    const now = readableTarget(fd);
    if (now === undefined || (target !== undefined && now !== target)) {
      return false;
    }
    const which = lasting.findIndex(([opener]) =>
      stack.some((line) => opener.test(line))
    );
    return which < 0 || counts[which]-- <= 0;
  });
}

/** As {@linkcode targetOf}; also `undefined` without permission to look, as some tests are. */
function readableTarget(fd: number): string | undefined {
  try {
    return targetOf(fd);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** How many frames of a stack are looked at. */
const FRAMES = 40;

function add(fd: number, by: string): void {
  if (fd < 0) return;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  // The first lines are the message and this file's.
  const lines = stack.split("\n").map((line) => line.trim())
    .filter((line) => /^at /.test(line) && !line.includes(import.meta.url));
  opened.set(fd, { fd, by, target: readableTarget(fd), stack: lines });
}

type Foreign = (...args: unknown[]) => unknown;
type Look = (result: number, args: unknown[], name: string) => void;

const asResult: Look = (fd, _, name) => add(fd, name);
const asPair = (at: number): Look => (result, args, name) => {
  if (result !== 0) return;
  const buffer = args[at] as ArrayBufferView;
  new Int32Array(buffer.buffer, buffer.byteOffset, 2)
    .forEach((fd) => add(fd, name));
};

/** The functions that open descriptors or close them, by the names that the library has for them. */
const looks: Readonly<Record<string, Look>> = {
  socket: asResult,
  accept: asResult,
  accept4: asResult,
  open: asResult,
  epoll_create1: asResult,
  kqueue: asResult,
  eventfd: asResult,
  io_uring_setup: asResult,
  fcntl_int: asResult, // used to duplicate
  socketpair: asPair(3),
  pipe2: asPair(0),
  recvmsg: (count, [, header], name) => {
    if (count < 0 || Deno.build.os !== "linux") return;
    for (const fd of received(header as Uint8Array)) add(fd, name);
  },
  close: (_, [fd]) => opened.delete(fd as number),
};

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const SCM_PIDFD = 4;

/** The descriptors in the control messages of Linux's `struct msghdr`. */
function* received(header: Uint8Array): Generator<number> {
  const view = new DataView(header.buffer, header.byteOffset);
  const length = Number(view.getBigUint64(40, true));
  const pointer = Deno.UnsafePointer.create(view.getBigUint64(32, true));
  if (pointer === null || length < 16) return;
  const control = new DataView(
    Deno.UnsafePointerView.getArrayBuffer(pointer, length),
  );
  for (let at = 0; at + 16 <= length;) {
    const size = Number(control.getBigUint64(at, true));
    if (size < 16) return;
    const isDescriptors = control.getInt32(at + 8, true) === SOL_SOCKET &&
      [SCM_RIGHTS, SCM_PIDFD].includes(control.getInt32(at + 12, true));
    const end = Math.min(at + size, length);
    for (let each = at + 16; isDescriptors && each + 4 <= end; each += 4) {
      yield control.getInt32(each, true);
    }
    at += size + 7 & ~7;
  }
}

const { dlopen } = Deno;

/** As `Deno.dlopen`, with the functions of {@linkcode looks} looked at. */
function watching(
  path: string | URL,
  declarations: Deno.ForeignLibraryInterface,
): unknown {
  const library = dlopen(path, declarations);
  const symbols: Record<string, unknown> = { ...library.symbols };
  for (const [name, look] of Object.entries(looks)) {
    const call = symbols[name] as Foreign | undefined;
    if (typeof call !== "function") continue;
    symbols[name] = (...args: unknown[]) => {
      const result = call(...args);
      look(Number(result), args, name);
      return result;
    };
  }
  return { symbols, close: () => library.close() };
}

if (Deno.build.os !== "windows") Deno.dlopen = watching as typeof dlopen;
