/** With no descriptors left, accepting fails clearly, and works again once there is one. */

import * as socket from "../../../async.ts";
import { AsyncSocket } from "../../../async.ts";
import { openSignals } from "./support.ts";

/** Uses up the descriptors that are left. Returns the duplicates. */
function exhaust(descriptor: number): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(socket.dup(descriptor));
  } catch (error) {
    if ((error as { code: string }).code !== "EMFILE") throw error;
  }
  return taken;
}

openSignals();
const listener = new AsyncSocket();
listener.bind(["127.0.0.1", 0]);
listener.listen();
const [a, b] = socket.socketpair();
const client = new AsyncSocket();

// There is none for the poller, so the first operation that waits fails.
let taken = exhaust(a.fileno());
console.log(await a.recv(1).catch((error) => error.code));
// One for the poller and none for its waker is enough.
socket.close(taken.pop()!);
setTimeout(() => b.send(new Uint8Array([9])), 20);
console.log((await a.recv(1))[0]);
taken.forEach((fd) => socket.close(fd));
// Now there are enough.
setTimeout(() => b.send(new Uint8Array([8])), 20);
console.log((await a.recv(1))[0]);

const accepting = listener.accept();
taken = exhaust(a.fileno());
await client.connect(listener.getsockname());
console.log(await accepting.catch((error) => error.message));
const began = performance.now();
for (let i = 0; i < 3; i++) {
  console.log(await listener.accept().catch((error) => error.code));
}
console.log(performance.now() - began >= 100 ? "no spin" : "spins");
const next = listener.accept();
socket.close(taken.pop()!);
const [connection] = await next;
console.log(connection.remoteAddr.port === client.getsockname()[1]);
// While accepting backs off, it is still aborted and closed at once.
taken.push(...exhaust(a.fileno()));
await listener.accept().catch(() => {});
const failing = listener.accept().catch((error) => error.code);
const aborting = new AbortController();
const resting = listener.accept(aborting).catch((reason) => reason);
aborting.abort("aborted");
console.log(await resting);
listener.close();
console.log(await failing);
connection.close();
client.close();
taken.forEach((fd) => socket.close(fd));
a.close();
b.close();
