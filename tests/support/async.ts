/** What the tests of awaiting sockets share. */

import {
  type Address,
  AsyncSocket,
  create_server,
  type InetAddress,
  TimeoutError,
  type UnixAddress,
} from "../../async.ts";
import { beside } from "./helpers.ts";

/** Two ends of a TCP connection over loopback. */
export interface Connection extends Disposable {
  /** The end that connected. */
  readonly near: AsyncSocket;
  /** The end that was accepted. */
  readonly far: AsyncSocket;
}

/** Connects two sockets by TCP. */
export async function connection(): Promise<Connection> {
  using listener = await create_server(["127.0.0.1", 0]);
  const near = new AsyncSocket();
  const [[far]] = await Promise.all([
    listener.accept(),
    near.connect(listener.getsockname()),
  ]);
  return {
    near,
    far,
    [Symbol.dispose](): void {
      near.close();
      far.close();
    },
  };
}

/** An address that nobody listens at. */
export function deadAddress(): InetAddress {
  using socket = new AsyncSocket();
  socket.bind(["127.0.0.1", 0]);
  return socket.getsockname();
}

/** Fills one of a pair of sockets until it takes no more; gives how many bytes that took. */
export async function fill(socket: AsyncSocket<UnixAddress>): Promise<number> {
  const { timeout } = socket;
  socket.settimeout(0.05); // what a connection passes on makes room once more
  const chunk = new Uint8Array(0x10000);
  let sent = 0;
  try {
    for (;;) sent += await socket.send(chunk);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  } finally {
    socket.settimeout(timeout);
  }
  return sent;
}

/** Receives a number of bytes. */
export async function receive(
  socket: AsyncSocket<Address>,
  count: number,
): Promise<Uint8Array> {
  const all = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const came = await socket.recv_into(all.subarray(at));
    if (came === 0) throw new Error(`the stream ended after ${at} bytes`);
    at += came;
  }
  return all;
}

/** Goes on after the event loop has gone round, so that all that could happen has. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** What a program of `programs/` printed, once it has ended by itself. */
export async function outcome(
  program: string,
  { args = [], flags = [], descriptors }: {
    args?: string[];
    flags?: string[];
    /** How many descriptors it may have open. */
    descriptors?: number;
  } = {},
): Promise<string> {
  const [command, ...limit] = descriptors === undefined ? [Deno.execPath()] : [
    "sh",
    "-c",
    `ulimit -n ${descriptors} && exec "$0" "$@"`,
    Deno.execPath(),
  ];
  const { code, stdout, stderr, signal } = await new Deno.Command(command, {
    args: [
      ...limit,
      "run",
      "--no-prompt",
      "--allow-all",
      "--v8-flags=--expose-gc",
      ...flags,
      beside(`programs/async/${program}`),
      ...args,
    ],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(300_000),
  }).output();
  const [out, errors] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  if (code !== 0) {
    throw new Error(`${program} ${args}: ${signal ?? code}\n${out}${errors}`);
  }
  return out.trim();
}
