/**
 * Another system than the one the tests run on: the module instance that becomes one takes that
 * system's tables and opens a C library that only records what it is called with. So every byte that
 * the system would see can be looked at without it.
 */

import type { Socket } from "../../mod.ts";

/** One call: the function's name in C, then its arguments; of buffers, what they held. */
export type Call = readonly [name: string, ...args: unknown[]];

/** What a function answers; by default 0. Buffers are the library's own, to be filled. */
// deno-lint-ignore no-explicit-any
export type Answer = (...args: any[]) => unknown;

const PAGE = 0x1000n;

/** What lies at made-up addresses. */
class Memory {
  readonly #regions: { readonly start: bigint; readonly bytes: Uint8Array }[] =
    [];

  /** The address of bytes, the same each time; of a part, that of the whole and its offset. */
  addressOf(bytes: Uint8Array): bigint {
    const known = this.#regions.find((one) =>
      one.bytes.buffer === bytes.buffer
    );
    const region = known ?? {
      start: 0x7000_0000_0000n + BigInt(this.#regions.length) * 0x100n * PAGE,
      bytes: new Uint8Array(bytes.buffer),
    };
    if (known === undefined) this.#regions.push(region);
    return region.start + BigInt(bytes.byteOffset);
  }

  /** The bytes at an address, to the end of what they belong to. */
  at(address: bigint): Uint8Array {
    for (const { start, bytes } of this.#regions) {
      const offset = address - start;
      if (offset >= 0n && offset < BigInt(bytes.length)) {
        return bytes.subarray(Number(offset));
      }
    }
    throw new Error(`nothing lies at 0x${address.toString(16)}`);
  }
}

/** The memory that the library and its C library share. */
export const memory = new Memory();

const errno = new Int32Array(1);

/** Makes a call fail: the answer's result, once `errno` is set. */
export function fail(number: number): number {
  errno[0] = number;
  return -1;
}

/** What the functions answer, by their names in C; a test adds its own. */
export const answers: Record<string, Answer> = {};

/** The calls since they were last taken. */
let calls: Call[] = [];

/** Gives the calls since they were last taken, and forgets them. */
export function takeCalls(): Call[] {
  const taken = calls;
  calls = [];
  return taken;
}

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** The functions that are part of the test's machinery: they are not recorded. */
const own: Readonly<Record<string, Answer>> = {
  __error: () => memory.addressOf(bytesOf(errno)),
  memcpy(to: ArrayBufferView, from: bigint, count: number) {
    const bytes = bytesOf(to);
    if (count > 0) bytes.set(memory.at(from).subarray(0, count));
    return memory.addressOf(bytes);
  },
  strlen: (address: bigint) => BigInt(memory.at(address).indexOf(0)),
  strerror_r(number: number, to: Uint8Array) {
    to.set(new TextEncoder().encode(`error ${number}\0`));
    return 0;
  },
};

/** A function as the FFI would give it. */
function symbol(key: string, declared: Deno.ForeignFunction): Answer {
  const { name = key, parameters, nonblocking } = declared;
  return (...args) => {
    if (args.length !== parameters.length) {
      throw new TypeError(`${name} takes ${parameters.length} arguments`);
    }
    if (!(name in own)) {
      const held = args.map((one) =>
        ArrayBuffer.isView(one) ? bytesOf(one).toHex() : one
      );
      calls.push([name, ...held]);
    }
    const answer = own[name] ?? answers[name];
    const result = answer === undefined ? 0 : answer(...args);
    return nonblocking ? Promise.resolve(result) : result;
  };
}

/** Exchanges the word at an offset of a struct for another; gives the old one. */
export function exchange(bytes: Uint8Array, at: number, word: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const old = view.getBigUint64(at, true);
  view.setBigUint64(at, word, true);
  return old;
}

/** What makes a system. */
export interface System {
  /** What Deno says of where it runs. */
  readonly build: Partial<typeof Deno.build>;
  /** The names of its C library. */
  readonly library: RegExp;
  /** Which of the functions that not every system has are in it. */
  readonly there: readonly string[];
}

/** Makes this module instance one of another system, before the library is imported. */
export function become({ build, library, there }: System): void {
  const dlopen = (
    filename: string,
    declarations: Readonly<Record<string, Deno.ForeignFunction>>,
  ): { symbols: Record<string, Answer | null>; close(): void } => {
    if (!library.test(filename)) throw new Error(`there is no ${filename}`);
    const symbols = Object.entries(declarations).map(([key, declared]) => {
      const { name = key, optional = false } = declared;
      const isThere = !optional || there.includes(name);
      return [key, isThere ? symbol(key, declared) : null] as const;
    });
    return { symbols: Object.fromEntries(symbols), close() {} };
  };
  // Made-up addresses are not for pointers; the library can do without.
  const UnsafePointer = {
    create(): never {
      throw new Deno.errors.NotCapable("no pointers here");
    },
  };
  Object.defineProperties(Deno, {
    build: { value: { ...Deno.build, env: undefined, ...build } },
    dlopen: { value: dlopen, writable: true },
    UnsafePointer: { value: UnsafePointer },
  });
}

/**
 * Tests of a system, each with a socket of its own, descriptor 7.
 *
 * @param system the system as the tests' names have it
 * @param make makes the socket
 */
export function testsOn(
  system: string,
  make: () => Socket,
): (behaviour: string, body: (socket: Socket) => void | Promise<void>) => void {
  return (behaviour, body) =>
    Deno.test(`on ${system}, ${behaviour}`, async () => {
      for (const name of Object.keys(answers)) delete answers[name];
      answers.socket = () => 7;
      const socket = make();
      takeCalls();
      try {
        await body(socket);
      } finally {
        socket.detach();
      }
    });
}
