import { socketpair } from "../../mod.ts";
import { rounds } from "../support/contestant.ts";

const size = Number(Deno.args[0]);
const data = new Uint8Array(size);
const buffer = new Uint8Array(size);
const [a, b] = socketpair();

await rounds((count) => {
  for (let i = 0; i < count; i++) {
    if (size > 4096) a.sendall(data);
    else a.send(data);
    for (let received = 0; received < size;) received += b.recv_into(buffer);
  }
});
