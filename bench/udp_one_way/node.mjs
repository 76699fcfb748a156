// As server: counts what comes, and tells after each step. With a port: sends so many datagrams.
import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";
import { announce } from "../support/contestant.mjs";

const [role, bytes, port] = process.argv.slice(2);
const size = Number(bytes);
const WINDOW = size > 1000 ? 64 : 128; // as in window.ts
const STEP = WINDOW / 2;
const socket = createSocket("udp4");

function receive() {
  let total = 0;
  socket.on("message", (_data, { port, address }) => {
    if (++total % STEP > 0) return;
    const answer = Buffer.alloc(4);
    answer.writeUInt32LE(total);
    socket.send(answer, port, address);
  });
  socket.bind(0, "127.0.0.1", () => announce(socket.address().port));
}

function send() {
  const data = Buffer.alloc(size);
  let sent = 0, total = 0, end = 0, began = 0n;
  const go = () => {
    const until = Math.min(end, total + WINDOW);
    for (; sent < until; sent++) socket.send(data);
  };
  socket.on("message", (answer) => {
    total = answer.readUInt32LE();
    if (total < end) go();
    else console.log(String(process.hrtime.bigint() - began));
  });
  socket.connect(Number(port), "127.0.0.1", () => {
    createInterface({ input: process.stdin }).on("line", (line) => {
      began = process.hrtime.bigint();
      end = sent + Number(line);
      go();
    }).on("close", () => process.exit());
  });
}

if (role === "receive") receive();
else send();
