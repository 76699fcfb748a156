/** Awaits `getaddrinfo` on threads of the C library. */

import { EAI_AGAIN, EAI_MEMORY, EAI_SYSTEM } from "../constants/mod.ts";
import { table } from "../constants/table.ts";
import { check, E_BAD_SOCKET, osError } from "../errors/errors.ts";
import {
  type AddrinfoQuery,
  beginLookup,
  cancelLookup,
  codeOf,
  EAI_INPROGRESS,
  freeLookup,
  newLookup,
  resultOf,
} from "../ffi/getaddrinfo_a.ts";
import { libc } from "../ffi/libc.ts";
import { waitReady } from "../poll/ready.ts";
import { abortable } from "./abortable.ts";
import {
  DONE,
  reactor,
  type Waiter,
  type Watch,
  WHEN_READY,
} from "./reactor.ts";

// How often to look whether a lookup has ended: the C library cannot tell where the system has no
// thread left for it to do so.
const CHECK_MS = 1000;
// A descriptor that the C library has not closed by then, it will not close.
const CLOSE_MS = 5000;

/** Lookups whose waiters have gone, and which a thread still uses. */
const abandoned = new Set<bigint>();

/** Frees the abandoned lookups that have ended. */
function freeAbandoned(): void {
  for (const lookup of abandoned) {
    const code = codeOf(lookup);
    if (code === EAI_INPROGRESS) continue;
    if (code === 0) libc.freeaddrinfo(resultOf(lookup));
    freeLookup(lookup);
    abandoned.delete(lookup);
  }
}

/** The two ends of a pipe: the C library closes one, and the reactor sees the other hang up. */
interface Pipe {
  readonly watch: Watch;
  readonly closing: number;
}

function openPipe(): Pipe {
  const ends = new Int32Array(2);
  check(libc.pipe2!(ends, table.constants.O_CLOEXEC), "pipe2");
  const [fd, closing] = ends;
  try {
    return { watch: reactor.watch(fd), closing };
  } catch (error) {
    libc.close(fd);
    libc.close(closing);
    throw error;
  }
}

/** Closes our end. */
function closeWatched({ watch: { fd } }: Pipe): void {
  reactor.forget(fd);
  libc.close(fd);
}

/**
 * Closes both ends once the C library will not close its own any more. Its number must not be
 * another descriptor's before that.
 */
function closeLate({ watch: { fd }, closing }: Pipe): void {
  reactor.forget(fd);
  Deno.unrefTimer(setTimeout(() => {
    if (waitReady(fd, "read", 0) === 0) libc.close(closing);
    libc.close(fd);
  }, CLOSE_MS));
}

/** Waits for the end of a lookup. */
class Ending implements Waiter {
  readonly promise: Promise<void>;
  readonly #lookup: bigint;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(lookup: bigint) {
    this.#lookup = lookup;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  attempt(): number {
    if (codeOf(this.#lookup) === EAI_INPROGRESS) return WHEN_READY;
    this.#resolve();
    return DONE;
  }

  forgotten(): void {
    this.#reject(osError(E_BAD_SOCKET, "getaddrinfo"));
  }
}

/**
 * Calls `getaddrinfo(3)` on a thread of the C library.
 *
 * @param query the arguments; `result` receives the result
 * @param signal aborting it rejects with its reason. The call goes on, but keeps neither the
 * process alive nor a descriptor open
 * @returns the call's return value
 * @throws {OSError} if no descriptor is left
 */
export async function addrinfoOnThread(
  query: AddrinfoQuery,
  signal: AbortSignal | undefined,
): Promise<number> {
  freeAbandoned();
  const pipe = openPipe();
  const lookup = newLookup(query);
  if (lookup === 0n) {
    closeWatched(pipe);
    libc.close(pipe.closing);
    return EAI_MEMORY;
  }
  const failure = beginLookup(lookup, pipe.closing);
  if (failure !== 0) {
    // Without a thread (EAI_SYSTEM) it has not begun; without memory for the notice it has.
    if (failure === EAI_SYSTEM) freeLookup(lookup);
    else abandoned.add(lookup);
    closeLate(pipe);
    return EAI_AGAIN;
  }
  const ending = new Ending(lookup);
  reactor.add(pipe.watch, "read", ending, WHEN_READY);
  const checking = setInterval(() => {
    if (ending.attempt() === DONE) reactor.remove(pipe.watch, "read", ending);
  }, CHECK_MS);
  Deno.unrefTimer(checking);
  try {
    await abortable(ending.promise, signal);
  } catch (reason) {
    closeWatched(pipe);
    if (cancelLookup(lookup)) {
      libc.close(pipe.closing);
      freeLookup(lookup);
    } else {
      abandoned.add(lookup);
      freeAbandoned(); // it may have ended at the same time
    }
    throw reason;
  } finally {
    clearInterval(checking);
  }
  if (waitReady(pipe.watch.fd, "read", 0) > 0) closeWatched(pipe);
  else closeLate(pipe);
  query.result[0] = resultOf(lookup);
  const code = codeOf(lookup);
  freeLookup(lookup);
  return code;
}
