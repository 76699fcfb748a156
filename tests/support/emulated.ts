/**
 * Emulates another system: the library takes that system's tables, and opens a C library that only
 * records its calls. So tests can check every byte that the system would see.
 */

import type { Socket } from "../../mod.ts";
import { utf8 } from "./bytes.ts";

/**
 * One call: the function's name in C, then its arguments. For a buffer, its contents in
 * hexadecimal.
 */
export type Call = readonly [name: string, ...args: unknown[]];

/** What a function returns, by default 0. It may fill the buffers, which are the library's. */
// deno-lint-ignore no-explicit-any
export type Answer = (...args: any[]) => unknown;

const PAGE = 0x1000n;

/** Bytes at made-up addresses. */
class Memory {
  readonly #regions: { readonly start: bigint; readonly bytes: Uint8Array }[] =
    [];

  /**
   * The address of bytes, the same each time. A part has the address of the whole plus its offset.
   */
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

  /** The bytes from an address to the end of their buffer. */
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

/** Sets `errno`, and returns what a call that failed returns. */
export function fail(number: number): number {
  errno[0] = number;
  return -1;
}

/** The answers of functions, by their names in C. Tests add theirs. */
export const answers: Record<string, Answer> = {};

/** The calls since the last `takeCalls()`. */
let calls: Call[] = [];

/** Returns the calls since the last time, and forgets them. */
export function takeCalls(): Call[] {
  const taken = calls;
  calls = [];
  return taken;
}

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** Functions that serve the emulation. They are not recorded. */
const own: Readonly<Record<string, Answer>> = {
  __error: () => memory.addressOf(bytesOf(errno)),
  memcpy(to: ArrayBufferView, from: bigint, count: number) {
    const bytes = bytesOf(to);
    if (count > 0) bytes.set(memory.at(from).subarray(0, count));
    return memory.addressOf(bytes);
  },
  strlen: (address: bigint) => BigInt(memory.at(address).indexOf(0)),
  strerror_r(number: number, to: Uint8Array) {
    to.set(utf8(`error ${number}\0`));
    return 0;
  },
};

/** A function as the FFI would return it. */
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

/** Replaces the word at an offset of a struct. Returns the old one. */
export function exchange(bytes: Uint8Array, at: number, word: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const old = view.getBigUint64(at, true);
  view.setBigUint64(at, word, true);
  return old;
}

/** A system to emulate. */
export interface System {
  /** What `Deno.build` says. */
  readonly build: Partial<typeof Deno.build>;
  /** The names of its C library. */
  readonly library: RegExp;
  /** Its optional functions. */
  readonly there: readonly string[];
}

/** Emulates a system. Call it before the library is imported. */
export function emulate({ build, library, there }: System): void {
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
  // There are no pointers to made-up addresses. The library works without them.
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
