/**
 * With `receive`: a server that receives all data, connection by connection. With a port: a client
 * that sends a given number of MiB.
 */

import { create_connection, create_server, SHUT_WR } from "../../mod.ts";
import { rounds } from "../support/contestant.ts";

const CHUNK = 0x10000;

function receive(): void {
  const buffer = new Uint8Array(CHUNK);
  const listener = create_server(["127.0.0.1", 0]);
  console.log(listener.getsockname()[1]);
  for (;;) { // it blocks, so the harness has to kill it
    using connection = listener.accept()[0];
    while (connection.recv_into(buffer) > 0);
  }
}

if (Deno.args[0] === "receive") receive();
const port = Number(Deno.args[0]);
const data = new Uint8Array(CHUNK).fill(1);
await rounds((mebibytes) => {
  using connection = create_connection(["127.0.0.1", port]);
  const chunks = mebibytes * 2 ** 20 / CHUNK;
  for (let i = 0; i < chunks; i++) connection.sendall(data);
  connection.shutdown(SHUT_WR);
  connection.recv(1); // the end: everything has arrived
});
