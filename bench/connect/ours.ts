/** Connects, accepts and closes both ends, in one process. */

import { create_server, Socket } from "../../mod.ts";
import { rounds } from "../support/contestant.ts";

const listener = create_server(["127.0.0.1", 0]);
const address = listener.getsockname();

await rounds((count) => {
  for (let i = 0; i < count; i++) {
    const client = new Socket();
    client.connect(address);
    const [connection] = listener.accept();
    client.close();
    connection.close();
  }
});
