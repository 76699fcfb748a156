/** Streams over sockets that have ended, in whatever way, are collected. Prints how many are left. */

import { create_connection, create_server } from "../../../async.ts";
import { duplex } from "../../../node.ts";
import { collect, until } from "./support.ts";

const COUNT = 60;
const refs: WeakRef<object>[] = [];

using listener = await create_server(["127.0.0.1", 0]);

async function use(i: number): Promise<void> {
  const near = duplex(await create_connection(listener.getsockname()));
  const far = duplex((await listener.accept())[0]);
  const controller = new AbortController();
  const aborted = duplex(
    await create_connection(listener.getsockname()),
    { signal: controller.signal },
  );
  const other = duplex((await listener.accept())[0]);
  const all = [near, far, aborted, other];
  const closed = all.map((stream) => {
    refs.push(new WeakRef(stream), new WeakRef(stream.socket));
    stream.setTimeout(600_000, () => {});
    stream.on("error", () => {}).resume();
    return new Promise((resolve) => stream.once("close", resolve));
  });
  near.write("x");
  far.write(new Uint8Array(i % 3 === 0 ? 1 << 24 : 1));
  if (i % 4 === 0) near.end();
  else if (i % 4 === 1) near.destroy();
  else if (i % 4 === 2) near.destroy(new Error("x"));
  else near.resetAndDestroy();
  controller.abort();
  await Promise.all(closed);
}

for (let i = 0; i < COUNT; i++) await use(i);
await until("all are collected", () => {
  collect();
  return refs.every((ref) => ref.deref() === undefined);
}).catch(() => {});
console.log(refs.filter((ref) => ref.deref() !== undefined).length);
