/** Sends and receives over a pair of sockets in one process. */

import { socketpair } from "../../mod.ts";
import { rounds } from "../support/contestant.ts";

const [size, bufsize] = Deno.args.map(Number);
const data = new Uint8Array(size).fill(1);
const buffer = new Uint8Array(size);
const [a, b] = socketpair();

function into(count: number): void {
  for (let i = 0; i < count; i++) {
    if (size > 4096) a.sendall(data);
    else a.send(data);
    for (let received = 0; received < size;) received += b.recv_into(buffer);
  }
}

function allocating(count: number): void {
  for (let i = 0; i < count; i++) {
    a.send(data);
    b.recv(bufsize);
  }
}

await rounds(bufsize ? allocating : into);
