/**
 * A graph of sockets, and a model of it: which descriptors must be open, what each end of a
 * connection must receive, and which promises must have settled.
 */

import { assert, assertEquals } from "@std/assert";
import {
  type Address,
  type AsyncSocket,
  OSError,
  type Socket,
} from "../../../async.ts";
import { turn } from "../../support/async.ts";
import { ordinal } from "../../programs/sequence.ts";
import { descriptorsTo, targetOf } from "../../support/descriptors.ts";

declare const gc: () => void;

/** A socket object of either kind. */
export type Any = Socket<Address> | AsyncSocket<Address>;

/** One direction of a connection. Its bytes follow from their positions. */
export class Flow {
  /** How many bytes the system has taken. */
  sent = 0;
  /** How many of them have been received. */
  received = 0;
  /** How many messages were sent since the last time that nothing was underway. */
  messages = 0;
  /** Whether the sender has ended it. */
  ended = false;
  readonly #salt: number;

  constructor(salt: number) {
    this.#salt = salt;
  }

  /** How many bytes are underway. */
  get underway(): number {
    return this.sent - this.received;
  }

  /** The next bytes to send. */
  next(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(
      { length },
      (_, i) => ordinal(this.sent + i) ^ this.#salt,
    );
  }

  /** Counts what the system has taken. */
  took(count: number): void {
    this.sent += count;
    this.messages++;
  }

  /** Checks bytes that were received. */
  came(data: Uint8Array): void {
    assert(
      data.length <= this.underway,
      `${data.length} bytes came, and ${this.underway} were underway`,
    );
    data.forEach((byte, i) => {
      const at = this.received + i;
      assertEquals(byte, ordinal(at) ^ this.#salt, `the byte at ${at}`);
    });
    this.received += data.length;
    if (this.underway === 0) this.messages = 0;
  }
}

/** An operation that waits. */
export interface Waiting {
  readonly node: Node;
  readonly abort: AbortController;
  /** What has to end it, if anything has. */
  due?: "closed" | "aborted";
}

/** An open file description: descriptors refer to it, and it lives as long as they do. */
export class Description {
  /** How many descriptors of this process refer to it. */
  references = 0;
  /** What `/proc` calls it. */
  identity = "";
  /** The receiving or accepting operations that wait. */
  waiting: Waiting[] = [];
}

/** One end of a connection. */
export class End extends Description {
  peer!: End;
  readonly isTcp: boolean;
  /** What it sends. */
  readonly out: Flow;
  /** Whether this end has ended receiving. */
  readShut = false;
  /** Whether the system may report a reset. */
  maybeReset = false;
  /** Whether all descriptors are closed. An end that was not accepted yet has none and is open. */
  gone = false;

  constructor(isTcp: boolean, salt: number) {
    super();
    this.isTcp = isTcp;
    this.out = new Flow(salt);
  }

  /** What it receives. */
  get in(): Flow {
    return this.peer.out;
  }

  /** Whether receiving need not wait. */
  get readable(): boolean {
    return this.in.underway > 0 || this.isAtEnd;
  }

  /** Whether receiving nothing is right once nothing is underway. */
  get isAtEnd(): boolean {
    return this.in.ended || this.readShut || this.maybeReset;
  }

  /** What follows from the last descriptor's end. */
  end(): void {
    this.gone = true;
    this.out.ended = true;
    if (this.in.underway > 0) this.peer.maybeReset = true;
  }
}

/** A listener. */
export class Listener extends Description {
  readonly address: Address;
  readonly isTcp: boolean;
  /** The ends that wait to be accepted. */
  backlog: End[] = [];

  constructor(address: Address, isTcp: boolean) {
    super();
    this.address = address;
    this.isTcp = isTcp;
  }
}

/** A socket object, and what it refers to. */
export interface Node {
  socket: Any | undefined;
  readonly of: Description;
}

/** All sockets of a sequence. */
export class World {
  readonly nodes: Node[] = [];
  readonly descriptions = new Set<Description>();
  /** The addresses of listeners that are closed, where nobody else can listen. */
  readonly dead: Address[] = [];
  readonly #patience: number;
  #failure: unknown;
  #salt = 0;

  /** @param patience for how long what must happen may take, in milliseconds */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** The two ends of a new connection. */
  connection(isTcp: boolean): [End, End] {
    const a = new End(isTcp, this.#salt++ & 0xff);
    const b = new End(isTcp, this.#salt++ & 0xff);
    a.peer = b;
    b.peer = a;
    return [a, b];
  }

  /** Adds a socket object that has a descriptor of its own. */
  add(socket: Any, of: Description): Node {
    const identity = targetOf(socket.fileno());
    if (identity === undefined) throw new Error(`${socket} is not open`);
    if (of.references++ === 0) of.identity = identity;
    else {assertEquals(
        identity,
        of.identity,
        "a duplicate is of another socket",
      );}
    this.descriptions.add(of);
    const node = { socket, of };
    this.nodes.push(node);
    return node;
  }

  /** Takes a socket object out, whose descriptor is closed or given away. */
  remove(node: Node): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    for (const waiting of node.of.waiting) {
      if (waiting.node === node) waiting.due ??= "closed";
    }
  }

  /** Counts a descriptor as closed. */
  release(of: Description): void {
    if (--of.references > 0) return;
    if (of instanceof End) of.end();
    if (!(of instanceof Listener)) return;
    for (const end of of.backlog) {
      end.end();
      end.peer.maybeReset = true;
    }
    of.backlog = [];
    if (!of.isTcp) this.dead.push(of.address);
  }

  /** Watches an operation that may wait. Whatever it does has to be right at that time. */
  watch<T>(
    node: Node,
    start: (options: { signal: AbortSignal }) => Promise<T>,
    done: (result: T) => void,
    mayFail: (error: unknown) => boolean = () => false,
  ): void {
    const waiting: Waiting = { node, abort: new AbortController() };
    const { of } = node;
    of.waiting.push(waiting);
    const settled = (check: () => void) => {
      of.waiting.splice(of.waiting.indexOf(waiting), 1);
      try {
        check();
      } catch (error) {
        this.#failure ??= error;
      }
    };
    start({ signal: waiting.abort.signal }).then(
      (result) =>
        settled(() => {
          assert(waiting.due === undefined, `resolved, though ${waiting.due}`);
          done(result);
        }),
      (error) =>
        settled(() => {
          if (waiting.due === "aborted" && error === "stop") return;
          if (waiting.due === "closed" && isError(error, "EBADF")) return;
          if (waiting.due === undefined && mayFail(error)) return;
          throw error;
        }),
    );
  }

  /** What must have settled and has not. */
  #late(): Waiting | undefined {
    for (const of of this.descriptions) {
      const late = of.waiting.find(({ due }) =>
        due !== undefined || of instanceof End && of.readable ||
        of instanceof Listener && of.backlog.length > 0
      );
      if (late !== undefined) return late;
    }
  }

  /** Waits until all has settled that must, and compares what is open. */
  async check(): Promise<void> {
    const end = performance.now() + this.#patience;
    while (this.#late() !== undefined && this.#failure === undefined) {
      if (performance.now() > end) {
        const { due, node } = this.#late()!;
        throw new Error(
          `an operation of ${node.of.constructor.name} still waits: ${
            due ?? "ready"
          }`,
        );
      }
      await turn();
    }
    if (this.#failure !== undefined) throw this.#failure;
    const open = this.#open();
    for (const { identity, references } of this.descriptions) {
      if (identity === "") continue;
      assertEquals(
        open.get(identity) ?? 0,
        references,
        `the descriptors of ${identity}`,
      );
    }
  }

  #open(): Map<string, number> {
    const open = new Map<string, number>();
    descriptorsTo((target) => {
      open.set(target, (open.get(target) ?? 0) + 1);
      return false;
    });
    return open;
  }

  /** Collects garbage until a description has as many descriptors as it should. */
  async collect(of: Description): Promise<void> {
    for (let i = 0; i < 200; i++) {
      gc();
      await turn();
      if ((this.#open().get(of.identity) ?? 0) === of.references) return;
    }
  }
}

/** Whether an error is of the system, with one of some codes. */
export function isError(error: unknown, ...codes: string[]): boolean {
  return error instanceof OSError && codes.includes(error.code as string);
}
