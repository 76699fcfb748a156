/** Adopts the connection that is its standard input, and answers on it. */

import { AsyncSocket, SHUT_WR } from "../../../async.ts";

await using connection = new AsyncSocket(null, null, null, 0);
const question = await connection.recv(100);
await connection.sendall(question.toReversed());
connection.shutdown(SHUT_WR);
