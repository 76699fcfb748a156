/** Helpers for the tests of awaiting sockets. */

import {
  type Address,
  AsyncSocket,
  type InetAddress,
  TimeoutError,
  type UnixAddress,
} from "../../async.ts";
import { text } from "./bytes.ts";
import { beside } from "./files.ts";

/** An address without a listener. */
export function deadAddress(): InetAddress {
  using socket = new AsyncSocket();
  socket.bind(["127.0.0.1", 0]);
  return socket.getsockname();
}

/** Sends until a socket takes no more. Returns how many bytes that took. */
export async function fill(socket: AsyncSocket<UnixAddress>): Promise<number> {
  const { timeout } = socket;
  socket.settimeout(0.05); // a connection makes room again as it delivers
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

/** Lets the event loop turn, so that everything that is ready happens. */
export function turn(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The output of a program of `programs/async/`, once it has ended by itself. */
export async function outcome(
  program: string,
  { args = [], flags = [], descriptors, folder = "async" }: {
    /** Its folder in `programs/`. */
    folder?: string;
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
      beside(`programs/${folder}/${program}`),
      ...args,
    ],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(300_000),
  }).output();
  const [out, errors] = [stdout, stderr].map(text);
  if (code !== 0) {
    throw new Error(`${program} ${args}: ${signal ?? code}\n${out}${errors}`);
  }
  return out.trim();
}
