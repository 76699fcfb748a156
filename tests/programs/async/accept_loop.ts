/** Accepts in a loop that simply continues after errors, while no descriptor is left. */

import * as socket from "../../../async.ts";
import { AsyncSocket, type OSError } from "../../../async.ts";
import { turn } from "../../support/async.ts";
import { openSignals } from "./support.ts";

const [way] = Deno.args;
openSignals();
const listener = new AsyncSocket();
listener.bind(["127.0.0.1", 0]);
listener.listen();
const clients = [new socket.Socket(), new socket.Socket()];

let errors: (string | undefined)[] = [];
let received = Promise.withResolvers<number>();
const onError = ({ code }: OSError): unknown => errors.push(code);

async function* accepted(): AsyncGenerator<AsyncSocket> {
  if (way === "for await") {
    for await (const [connection] of listener.connections({ onError })) {
      yield connection;
    }
  }
  while (listener.fileno() >= 0) {
    try {
      yield (await listener.accept())[0];
    } catch (error) {
      onError(error as OSError);
    }
  }
}

/** Uses up the descriptors that are left. Returns the duplicates. */
function exhaust(): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(socket.dup(listener.fileno()));
  } catch (error) {
    if ((error as OSError).code !== "EMFILE") throw error;
  }
  return taken;
}

const serving = async (): Promise<void> => {
  for await (const connection of accepted()) {
    connection.recv(1).then(([byte]) => {
      connection.close();
      received.resolve(byte);
    });
  }
};

for (const [i, when] of ["without a poller", "with a poller"].entries()) {
  received = Promise.withResolvers();
  errors = [];
  const taken = exhaust();
  if (i === 0) serving();
  clients[i].connect(listener.getsockname());
  clients[i].send(new Uint8Array([i + 1]));
  await turn(500);
  const few = errors.length > 0 && errors.length < 50 ? "few" : errors.length;
  console.log(
    `${when}: a timer ran, and errors were ${few}: ${[...new Set(errors)]}`,
  );
  taken.forEach((fd) => socket.close(fd));
  console.log("received", await received.promise);
}
listener.close();
