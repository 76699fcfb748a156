/** Makes sockets, drops them, collects garbage, and prints how many descriptors are left. */

import * as socket from "../../mod.ts";
import { text, utf8 } from "../support/bytes.ts";
import { descriptorsTo, targetOf } from "../support/descriptors.ts";

declare const gc: () => void;

async function collect(done: () => boolean): Promise<void> {
  // Finalizers run in later tasks than the collection.
  for (let i = 0; i < 100 && !done(); i++) {
    gc();
    await new Promise((next) => setTimeout(next));
  }
}

/** How many descriptors refer to the sockets of a set. */
const count = (sockets: ReadonlySet<string>): number =>
  descriptorsTo((target) => sockets.has(target)).length;

const forgotten = new Set<string>();

function forget(...sockets: { fileno(): number }[]): void {
  for (const each of sockets) forgotten.add(targetOf(each.fileno())!);
}

using listener = socket.create_server(["127.0.0.1", 0]);
const kept = socket.socketpair();

function make(): number {
  const address = listener.getsockname();
  for (let i = 0; i < 20; i++) {
    forget(new socket.Socket());
    forget(...socket.socketpair()); // 2
    const original = new socket.Socket();
    forget(original);
    new socket.Socket(null, null, null, socket.dup(original.fileno()));
    original.dup();
    socket.fromfd(original.fileno(), socket.AF_INET, socket.SOCK_STREAM);
    original.close();
    using client = socket.create_connection(address);
    forget(client, listener.accept()[0]);
    const [from, to] = socket.socketpair();
    const sent = new socket.Socket();
    forget(from, to, sent); // 3
    socket.send_fds(from, [utf8("x")], [sent.fileno()]);
    sent.close();
    socket.decodeControl(to.recvmsg(1, socket.controlSize("rights"))[1]);
  }
  return count(forgotten);
}

const made = make();

/** A detached descriptor, and a descriptor whose number belonged to a socket that was closed. */
function giveAway(): [detached: number, reused: number] {
  const detached = new socket.Socket().detach();
  for (;;) {
    const closed = new socket.Socket();
    const fd = closed.fileno();
    closed.close();
    const reused = socket.dup(detached);
    if (reused === fd) return [detached, reused];
    socket.close(reused); // another thread of the process took the number
  }
}

const [detached, reused] = giveAway();
const given = new Set([targetOf(detached)!]);
await collect(() => count(forgotten) === 0);
await collect(() => false); // once more, in case it closes too much
kept[0].sendall(utf8("kept"));
console.log(JSON.stringify({
  made,
  left: count(forgotten),
  givenAway: count(given) === 2 &&
    targetOf(reused) === targetOf(detached),
  kept: text(kept[1].recv(8)),
}));
