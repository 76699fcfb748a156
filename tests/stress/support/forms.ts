/** Every form in which bytes are sent and received, blocking and awaiting. */

import * as async from "../../../async.ts";
import * as socket from "../../../mod.ts";
import type { Random } from "./random.ts";

/** What is sent: a block over and over, so that a position determines a byte. */
export class Content {
  readonly #twice: Uint8Array<ArrayBuffer>;
  readonly #length: number;

  constructor(readonly block: Uint8Array<ArrayBuffer>) {
    this.#length = block.length;
    this.#twice = new Uint8Array(2 * block.length);
    this.#twice.set(block);
    this.#twice.set(block, block.length);
  }

  /** The bytes from a position on, at most one block of them. */
  at(position: number, length: number): Uint8Array<ArrayBuffer> {
    const begin = position % this.#length;
    return this.#twice.subarray(begin, begin + Math.min(length, this.#length));
  }

  /** Checks the bytes at a position. */
  check(position: number, data: Uint8Array): void {
    for (let done = 0; done < data.length;) {
      const right = this.at(position + done, data.length - done);
      for (let i = 0; i < right.length; i++) {
        if (data[done + i] !== right[i]) {
          throw new Error(`the byte at ${position + done + i} is wrong`);
        }
      }
      done += right.length;
    }
  }
}

/** A transfer. */
export interface Transfer {
  readonly content: Content;
  readonly random: Random;
  /** How many bytes to send. */
  readonly length: number;
  /** A file with the content, over and over. */
  readonly path: string;
  /** How many bytes the file has. */
  readonly size: number;
}

/** Called with what was received, in order. */
export type Sink = (data: Uint8Array) => void;

const sizes = [1, 100, 5000, 65536, 300_000, 1 << 20];

/** The parts of the file that together have what is sent. */
function* parts(
  { content, length, size }: Transfer,
): Generator<[offset: number, count: number]> {
  for (let at = 0; at < length;) {
    const offset = at % content.block.length;
    const count = Math.min(size - offset, length - at);
    yield [offset, count];
    at += count;
  }
}

/** The pieces of what is sent. */
export function* pieces(
  { content, random, length }: Transfer,
): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < length;) {
    const piece = content.at(at, Math.min(random.pick(sizes), length - at));
    yield piece;
    at += piece.length;
  }
}

type Blocking = socket.Socket<socket.InetAddress>;
type Awaiting = async.AsyncSocket<socket.InetAddress>;

/** The blocking forms of sending. */
export const sending: Record<string, (to: Blocking, how: Transfer) => void> = {
  sendall(to, how) {
    for (const piece of pieces(how)) to.sendall(piece);
  },
  "sendall with a timeout"(to, how) {
    to.settimeout(60);
    for (const piece of pieces(how)) to.sendall(piece);
  },
  send(to, { content, random, length }) {
    for (let at = 0; at < length;) {
      at += to.send(
        content.at(at, Math.min(random.pick(sizes), length - at)),
      );
    }
  },
  sendmsg(to, { content, length }) {
    for (let at = 0; at < length;) {
      const all = content.at(at, Math.min(200_000, length - at));
      const middle = all.length >> 1;
      at += to.sendmsg([all.subarray(0, middle), all.subarray(middle)]);
    }
  },
  makefile(to, how) {
    const file = to.makefile("wb");
    for (const piece of pieces(how)) file.write(piece);
    file.close();
  },
  sendfile(to, how) {
    for (const part of parts(how)) to.sendfile(how.path, ...part);
  },
  "zero copy"(to, how) {
    const sender = new socket.ZeroCopySender(to);
    for (const piece of pieces(how)) sender.sendall(piece);
    sender.wait();
  },
};

/** The blocking forms of receiving. */
export const receiving: Record<
  string,
  (from: Blocking, sink: Sink, random: Random) => void
> = {
  recv(from, sink, random) {
    for (;;) {
      const data = from.recv(random.pick(sizes));
      if (data.length === 0) break;
      sink(data);
    }
  },
  "recv with a timeout"(from, sink, random) {
    from.settimeout(60);
    receiving.recv(from, sink, random);
  },
  recv_into(from, sink) {
    const buffer = new Uint8Array(100_000);
    for (let n; (n = from.recv_into(buffer)) > 0;) sink(buffer.subarray(0, n));
  },
  recvmsg(from, sink, random) {
    for (;;) {
      const [data] = from.recvmsg(random.pick(sizes));
      if (data.length === 0) break;
      sink(data);
    }
  },
  makefile(from, sink, random) {
    const file = from.makefile("rb");
    for (;;) {
      const data = file.read(random.pick(sizes))!;
      if (data.length === 0) break;
      sink(data);
    }
    file.close();
  },
  splice(from, sink) {
    const [a, b] = socket.socketpair();
    using _a = a, _b = b;
    for (let n; (n = socket.splice(from, a, 50_000)) > 0;) {
      for (let left = n; left > 0;) {
        const data = b.recv(left);
        sink(data);
        left -= data.length;
      }
    }
  },
};

/** The awaiting forms of sending. */
export const asyncSending: Record<
  string,
  (to: Awaiting, how: Transfer) => Promise<unknown>
> = {
  async sendall(to, how) {
    for (const piece of pieces(how)) await to.sendall(piece);
  },
  async "sendall, several at once"(to, how) {
    let pending: Promise<void>[] = [];
    for (const piece of pieces(how)) {
      pending.push(to.sendall(piece));
      if (pending.length < 8) continue;
      await Promise.all(pending);
      pending = [];
    }
    await Promise.all(pending);
  },
  async send(to, { content, random, length }) {
    for (let at = 0; at < length;) {
      at += await to.send(
        content.at(at, Math.min(random.pick(sizes), length - at)),
      );
    }
  },
  async sendmsg(to, { content, length }) {
    for (let at = 0; at < length;) {
      const all = content.at(at, Math.min(200_000, length - at));
      const middle = all.length >> 1;
      at += await to.sendmsg([all.subarray(0, middle), all.subarray(middle)]);
    }
  },
  async stream(to, how) {
    const writer = to.writable.getWriter();
    for (const piece of pieces(how)) await writer.write(piece);
    writer.releaseLock();
  },
  async sendfile(to, how) {
    for (const part of parts(how)) await to.sendfile(how.path, ...part);
  },
  async "zero copy"(to, how) {
    const sender = new async.ZeroCopySender(to);
    for (const piece of pieces(how)) await sender.sendall(piece);
  },
};

/** The awaiting forms of receiving. */
export const asyncReceiving: Record<
  string,
  (from: Awaiting, sink: Sink, random: Random) => Promise<unknown>
> = {
  async recv(from, sink, random) {
    for (;;) {
      const data = await from.recv(random.pick(sizes));
      if (data.length === 0) break;
      sink(data);
    }
  },
  async recv_into(from, sink) {
    const buffer = new Uint8Array(100_000);
    for (let n; (n = await from.recv_into(buffer)) > 0;) {
      sink(buffer.subarray(0, n));
    }
  },
  async "recv, several at once"(from, sink, random) {
    for (;;) {
      const all = await Promise.all(
        [1, 2, 3].map(() => from.recv(random.pick(sizes))),
      );
      for (const data of all) if (data.length > 0) sink(data);
      if (all[2].length === 0) break;
    }
  },
  async stream(from, sink) {
    // The stream ends the socket if the other one has ended too: it is read to its end.
    for await (const data of from.readable) sink(data);
  },
  async splice(from, sink) {
    const [a, b] = await async.socketpair();
    using _a = a, _b = b;
    const spliced = async.splice(from, a).finally(() =>
      a.shutdown(socket.SHUT_WR)
    );
    spliced.catch(() => {});
    await asyncReceiving.recv_into(
      b as unknown as Awaiting,
      sink,
      undefined as unknown as Random,
    );
    await spliced;
  },
};
