/**
 * Opens all kinds of things, closes nothing, and waits. The file of its argument hands on from one
 * run of this program to the next: the port to listen on, and a descriptor that was detached.
 *
 * Prints the port, how many descriptors were open at the start, and what became of the detached
 * one.
 */

import * as socket from "../../../async.ts";
import { DefaultSelector, EVENT_READ } from "../../../selectors.ts";
import { turn } from "../../support/async.ts";
import { descriptorsTo } from "../../support/descriptors.ts";

const [file] = Deno.args;

interface State {
  readonly port: number;
  readonly detached: number;
}

function restore(): State | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(file));
  } catch {
    return undefined;
  }
}

const last = restore();
const opened =
  descriptorsTo((to) => /^(socket|pipe|anon_inode:\[eventpoll\])/.test(to))
    .length;

async function open(): Promise<State> {
  const listener = await socket.create_server(["127.0.0.1", last?.port ?? 0]);
  const [, port] = listener.getsockname();
  listener.accept(); // parks a wait
  const client = new socket.Socket();
  client.connect(["127.0.0.1", port]);
  client.makefile("rwb");
  client.close(); // the file still has it
  const [a, b] = socket.socketpair();
  const [c, d] = socket.socketpair();
  socket.relay(b, c);
  await a.sendall(new Uint8Array(1));
  await d.recv(1);
  new socket.Socket(null, null, null, socket.dup(a.fileno()));
  new DefaultSelector().register(a, EVENT_READ);
  await turn();
  return { port, detached: new socket.Socket().detach() };
}

try {
  const state = await open();
  const detached = last === undefined
    ? "new"
    : descriptorsTo().includes(last.detached)
    ? "open"
    : "closed";
  if (last !== undefined) socket.close(last.detached);
  Deno.writeTextFileSync(file, JSON.stringify(state));
  console.log(JSON.stringify({ port: state.port, opened, detached }));
} catch (error) {
  console.log(JSON.stringify(String(error)));
}
