/**
 * Two connected sockets, closed with the block:
 *
 *     using pair = tcpPair();
 *     const { a, b } = pair;
 */

import * as async from "../../async.ts";
import {
  type AddressOf,
  AF_INET,
  BlockingIOError,
  create_server,
  type InetAddress,
  SOCK_DGRAM,
  Socket,
  socketpair,
  type UnixAddress,
} from "../../mod.ts";

/** Two sockets for a block. A test may close or detach either of them before. */
export class Pair<S extends { close(): void }> implements Disposable {
  /** Of a connection, the end that connected. */
  readonly a: S;
  /** Of a connection, the end that was accepted. */
  readonly b: S;

  constructor(a: S, b: S) {
    this.a = a;
    this.b = b;
  }

  [Symbol.dispose](): void {
    this.a.close();
    this.b.close();
  }
}

/** The two sockets of `socketpair()`. */
export function socketPair<F extends number | null | undefined = undefined>(
  family?: F,
  type?: number | null,
): Pair<Socket<AddressOf<F, UnixAddress>>> {
  return new Pair(...socketpair(family, type));
}

/** A pair whose first socket is non-blocking and cannot send any more. */
export function fullPair(): Pair<Socket<UnixAddress>> {
  const pair = socketPair();
  pair.a.setblocking(false);
  const chunk = new Uint8Array(0x10000);
  try {
    for (;;) pair.a.send(chunk);
  } catch (error) {
    if (!(error instanceof BlockingIOError)) throw error;
  }
  return pair;
}

/** A TCP connection over loopback. */
export function tcpPair(): Pair<Socket<InetAddress>> {
  using listener = create_server(["127.0.0.1", 0]);
  const client = new Socket();
  client.connect(listener.getsockname());
  return new Pair(client, listener.accept()[0]);
}

/**
 * Two UDP sockets, each bound to a port of loopback but not connected.
 *
 * @param timeout their timeout in seconds
 */
export function boundUdpPair(
  timeout: number | null = null,
): Pair<Socket<InetAddress>> {
  const [a, b] = [0, 1].map(() => new Socket(AF_INET, SOCK_DGRAM));
  for (const socket of [a, b]) {
    socket.bind(["127.0.0.1", 0]);
    socket.settimeout(timeout);
  }
  return new Pair(a, b);
}

/** Two UDP sockets, connected to each other. */
export function udpPair(): Pair<Socket<InetAddress>> {
  const pair = boundUdpPair();
  pair.a.connect(pair.b.getsockname());
  pair.b.connect(pair.a.getsockname());
  return pair;
}

/** The two sockets of the awaiting `socketpair()`. */
export function asyncSocketPair<
  F extends number | null | undefined = undefined,
>(
  family?: F,
  type?: number | null,
): Pair<async.AsyncSocket<AddressOf<F, UnixAddress>>> {
  return new Pair(...async.socketpair(family, type));
}

/** A TCP connection over loopback, between awaiting sockets. */
export async function asyncTcpPair(): Promise<
  Pair<async.AsyncSocket<InetAddress>>
> {
  using listener = await async.create_server(["127.0.0.1", 0]);
  const client = new async.AsyncSocket();
  const [[accepted]] = await Promise.all([
    listener.accept(),
    client.connect(listener.getsockname()),
  ]);
  return new Pair(client, accepted);
}
