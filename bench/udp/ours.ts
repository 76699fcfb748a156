/** Sends and receives datagrams in one process. */

import { AF_INET, SOCK_DGRAM, Socket } from "../../mod.ts";
import { rounds } from "../support/contestant.ts";

const data = new Uint8Array(64);
const a = new Socket(AF_INET, SOCK_DGRAM);
const b = new Socket(AF_INET, SOCK_DGRAM);
a.bind(["127.0.0.1", 0]);
b.bind(["127.0.0.1", 0]);
const address = b.getsockname();

await rounds((count) => {
  for (let i = 0; i < count; i++) {
    a.sendto(data, address);
    b.recvfrom(2048);
  }
});
