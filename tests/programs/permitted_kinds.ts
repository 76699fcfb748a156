/** Makes and uses sockets of every kind, and prints as JSON what permission each lacks. */

import * as socket from "../../mod.ts";
import { table } from "../../constants/table.ts";

const { constants } = table;
const { Socket, AF_INET, AF_INET6, SOCK_DGRAM, SOCK_RAW } = socket;
const data = new Uint8Array(8);
const refused: Record<string, string> = {};

/** Notes what a call lacks. That the system cannot do it, or will not, is nothing to note. */
async function kind(name: string, call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) refused[name] = error.message;
    else if (!(error instanceof socket.OSError)) throw error;
  }
}

/** A raw socket of the family with a number. */
function family(number: number): socket.Socket {
  return new Socket<socket.Address>(number, SOCK_RAW);
}

const older = socket.hasattr("AF_NETLINK")
  ? new Socket(socket.AF_NETLINK, SOCK_RAW, 0)
  : undefined;
const { AF_UNIX = -1, AF_VSOCK = -1 } = constants;

socket.enforceNetPermissions();

await kind("listen, unbound", () => {
  using s = new Socket();
  s.listen();
});
await kind("listen, unbound, IPv6", () => {
  using s = new Socket(AF_INET6);
  s.listen();
});
await kind("listen, bound", () => {
  using s = new Socket();
  s.bind(["127.0.0.1", 0]);
  s.listen();
});
await kind("IPv4 in IPv6 form", () => {
  using s = new Socket(AF_INET6, SOCK_DGRAM);
  s.sendto(data, ["::ffff:127.0.0.1", 9]);
});
await kind("another IPv4 in IPv6 form", () => {
  using s = new Socket(AF_INET6, SOCK_DGRAM);
  s.connect(["::ffff:127.0.0.2", 9]);
});
await kind("IPv6", () => {
  using s = new Socket(AF_INET6, SOCK_DGRAM);
  s.connect(["::1", 9]);
});
await kind("any host", () => {
  using s = new Socket(AF_INET, SOCK_DGRAM);
  s.connect(["", 9]);
});
await kind("ping", () => {
  using s = new Socket(AF_INET, SOCK_DGRAM, constants.IPPROTO_ICMP);
  s.connect(["127.0.0.1", 0]);
});
await kind("raw", () => family(AF_INET).close());
for (const name of Object.keys(constants).sort()) {
  const number = constants[name];
  if (!/^AF_(?!UNSPEC$|MAX$)/.test(name) || /INET6?$/.test(name)) continue;
  if (number === AF_UNIX || number === AF_VSOCK) continue;
  await kind(name, () => family(number).close());
}
await kind("a family without a name", () => family(99).close());
await kind("SCTP", () => new Socket(AF_INET, undefined, 132).close());
await kind("an adopted raw socket", () => {
  using s = new Socket(AF_INET, SOCK_DGRAM);
  using adopted = new Socket(AF_INET, SOCK_RAW, 255, socket.dup(s.fileno()));
  adopted.connect(["127.0.0.1", 9]);
});
if (older !== undefined) {
  await kind("a socket from before", () => older.bind([0, 0]));
}
if (socket.hasattr("AF_UNIX")) {
  await kind("an abstract name", () => {
    using s = new Socket(socket.AF_UNIX);
    s.bind(`\0permitted-${Deno.pid}`);
  });
  await kind("no name", () => {
    using s = new Socket(socket.AF_UNIX);
    s.bind("");
  });
  await kind("a path that is not UTF-8", () => {
    using s = new Socket(socket.AF_UNIX);
    s.connect("/nowhere/\udcff");
  });
}
if (socket.hasattr("AF_VSOCK")) {
  await kind("vsock", () => {
    using s = new Socket(socket.AF_VSOCK);
    s.bind([1, 4321]);
  });
}

console.log(JSON.stringify(refused));
