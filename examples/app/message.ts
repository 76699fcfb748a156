/**
 * The message protocol of server.ts and client.ts. A message consists of the length of its
 * header (2 bytes, the most significant first), the header (JSON in UTF-8), and the content, whose
 * kind the header names.
 */

import { type Address, BlockingIOError, type Socket } from "@libc/socket";
import {
  type BaseSelector,
  EVENT_READ,
  EVENT_WRITE,
} from "@libc/socket/selectors";
import { repr, tuple } from "./python_repr.ts";

/** A message's header. */
export interface Header {
  /** The byte order of the sender's machine: `"little"` or `"big"`. */
  readonly byteorder: string;
  /** The kind of content: `"text/json"`, or anything else for plain bytes. */
  readonly "content-type": string;
  /** How the content's text is encoded; `"binary"` for plain bytes. */
  readonly "content-encoding": string;
  /** The length of the content in bytes. */
  readonly "content-length": number;
}

/** What a message holds: bytes, or a value that is sent as JSON. */
export type Content = {
  readonly type: "text/json";
  readonly encoding: "utf-8";
  readonly value: Readonly<Record<string, string>>;
} | {
  readonly type: string;
  readonly encoding: "binary";
  readonly value: Uint8Array;
};

/** A connection, over which one message is sent and one received. */
export abstract class Message {
  /** The address of the other end. */
  readonly address: Address;
  /** The connection. */
  protected readonly socket: Socket;
  readonly #selector: BaseSelector<Message | null, Socket>;
  readonly #parts = parts();
  #part: Uint8Array;
  #filled = 0;
  #outgoing = new Uint8Array();

  /** Takes over a non-blocking socket that is registered with the selector, or will be. */
  constructor(
    selector: BaseSelector<Message | null, Socket>,
    socket: Socket,
    address: Address,
  ) {
    this.#selector = selector;
    this.socket = socket;
    this.address = address;
    this.#part = new Uint8Array(this.#parts.next().value as number);
  }

  /** Called with the message that was received. */
  protected abstract received(header: Header, content: unknown): void;

  /** Called when all of the message has been sent. */
  protected abstract sent(): void;

  /** Receives or sends what the socket is ready for. */
  processEvents(events: number): void {
    try {
      if (events & EVENT_READ) this.#read();
      if (events & EVENT_WRITE && this.socket.fileno() >= 0) this.#write();
    } catch (error) {
      // Readiness is only a hint; if it was wrong, another event will follow.
      if (!(error instanceof BlockingIOError)) throw error;
    }
  }

  /** Ends the connection. */
  close(): void {
    console.log(`Closing connection to ${tuple(this.address)}`);
    this.#selector.unregister(this.socket);
    this.socket.close();
  }

  /** Sends a message as soon as the socket is ready for it. */
  protected send(content: Content): void {
    this.#outgoing = encode(content);
    this.waitFor(EVENT_WRITE);
  }

  /** Chooses what the selector waits for. */
  protected waitFor(events: number): void {
    this.#selector.modify(this.socket, events, this);
  }

  #read(): void {
    for (;;) {
      while (this.#filled === this.#part.length) {
        const { done, value } = this.#parts.next(this.#part);
        if (done) return this.received(value.header, value.content);
        this.#part = new Uint8Array(value);
        this.#filled = 0;
      }
      const space = this.#part.subarray(this.#filled);
      const count = this.socket.recv_into(space);
      if (count === 0) throw new Error("Peer closed.");
      this.#filled += count;
    }
  }

  #write(): void {
    if (this.#outgoing.length === 0) return;
    console.log(`Sending ${repr(this.#outgoing)} to ${tuple(this.address)}`);
    this.#outgoing = this.#outgoing.subarray(this.socket.send(this.#outgoing));
    if (this.#outgoing.length === 0) this.sent();
  }
}

/** The longest content to accept, so that no stranger can fill our memory. */
const MAX_LENGTH = 1 << 24;

/** The parts of a message in turn: yields the length of the next one in bytes, and is given it. */
function* parts(): Generator<
  number,
  { header: Header; content: unknown },
  Uint8Array
> {
  const [high, low] = yield 2;
  const header = checked(decode(yield high << 8 | low, "utf-8"));
  const bytes = yield header["content-length"];
  const content = header["content-type"] === "text/json"
    ? decode(bytes, header["content-encoding"])
    : bytes;
  return { header, content };
}

function checked(header: unknown): Header {
  for (
    const name of [
      "byteorder",
      "content-length",
      "content-type",
      "content-encoding",
    ]
  ) {
    if (!Object.hasOwn(Object(header), name)) {
      throw new Error(`Missing required header '${name}'.`);
    }
  }
  const length = (header as Header)["content-length"];
  if (!(Number.isInteger(length) && length >= 0 && length <= MAX_LENGTH)) {
    throw new Error(`Invalid content-length ${repr(length)}.`);
  }
  return header as Header;
}

function encode({ type, encoding, value }: Content): Uint8Array<ArrayBuffer> {
  const content = encoding === "binary" ? value : json(value);
  const header = json({
    byteorder: new Uint8Array(Uint16Array.of(1).buffer)[0] ? "little" : "big",
    "content-type": type,
    "content-encoding": encoding,
    "content-length": content.length,
  });
  const message = new Uint8Array(2 + header.length + content.length);
  new DataView(message.buffer).setUint16(0, header.length);
  message.set(header, 2);
  message.set(content, 2 + header.length);
  return message;
}

/** A flat object as JSON, spaced as Python does it, so that both programs send the same bytes. */
function json(value: Readonly<Record<string, string | number>>): Uint8Array {
  const items = Object.entries(value).map((item) =>
    item.map((part) => JSON.stringify(part)).join(": ")
  );
  return new TextEncoder().encode(`{${items.join(", ")}}`);
}

function decode(bytes: Uint8Array, encoding: string): unknown {
  return JSON.parse(new TextDecoder(encoding, { fatal: true }).decode(bytes));
}
