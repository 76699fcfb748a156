/** Sends a file with `sendfile`. */

import { create_connection, SHUT_WR } from "../../mod.ts";
import { rounds } from "../support/contestant.ts";

const [file, port] = Deno.args;

await rounds(() => {
  using connection = create_connection(["127.0.0.1", Number(port)]);
  connection.sendfile(file);
  connection.shutdown(SHUT_WR);
  connection.recv(1); // the end: everything has arrived
});
