/** Ends by itself, although two streams are open: neither keeps the process alive. */

import { create_connection, create_server } from "../../../async.ts";
import { duplex } from "../../../node.ts";

const listener = await create_server(["127.0.0.1", 0]);
const near = duplex(await create_connection(listener.getsockname())).unref();
const far = duplex((await listener.accept())[0]).unref();
near.setTimeout(600_000);
near.resume();
far.resume();
console.log("idle");
