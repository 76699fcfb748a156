// An echo server on Bun; with an argument, each answer has that length.

const answer = process.argv.length > 2
  ? new Uint8Array(Number(process.argv[2])).fill(1)
  : undefined;
const server = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: { data: (socket, data) => void socket.write(answer ?? data) },
});
console.log(server.port);
for await (const _ of Bun.stdin.stream()); // until the input ends
process.exit();
