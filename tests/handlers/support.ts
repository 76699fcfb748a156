/** Helpers for the tests of sockets that call handlers. */

import { assertInstanceOf } from "@std/assert";
import type { EngineName } from "../../handlers.ts";
import { ringEngine } from "../../handlers/ring_engine.ts";
import { type Address, BlockingIOError, type Socket } from "../../mod.ts";
import { need, requires } from "../support/requires.ts";

/** Whether the system has `io_uring`, and allows it. */
export const hasRing = need("io_uring", ringEngine() !== undefined);

/** The engines, each with what it needs. */
const engines = [
  { engine: "poller", need: [] },
  { engine: "io_uring", need: [hasRing] },
] as const;

/** Registers a test for each engine. */
export function onEachEngine(
  name: string,
  run: (engine: EngineName) => Promise<void>,
  ...more: Parameters<typeof requires> extends [string, ...infer N] ? N : never
): void {
  for (const { engine, need: its } of engines) {
    Deno.test({
      ...requires(`${name} (${engine})`, ...its, ...more),
      fn: () => run(engine),
    });
  }
}

/** Fills the buffers of a connection, and returns with how many bytes. */
export function fill(socket: Socket<Address>): number {
  let filled = 0;
  socket.setblocking(false);
  for (const size of [0x10000, 1]) {
    try {
      for (;;) filled += socket.send(new Uint8Array(size));
    } catch (error) {
      assertInstanceOf(error, BlockingIOError);
    }
  }
  return filled;
}

/** What happened, as lines, and promises of lines to come. */
export class Log {
  /** The lines so far. */
  readonly lines: string[] = [];
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();

  /** Adds a line. */
  add(line: string): void {
    this.lines.push(line);
    this.#waiting.get(line)?.resolve();
  }

  /** Resolves once there is a line. */
  async has(line: string): Promise<void> {
    if (this.lines.includes(line)) return;
    let waiting = this.#waiting.get(line);
    if (waiting === undefined) {
      waiting = Promise.withResolvers();
      this.#waiting.set(line, waiting);
    }
    const timer = setTimeout(
      () => waiting.reject(new Error(`no "${line}" in: ${this.lines}`)),
      60_000,
    );
    try {
      await waiting.promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
