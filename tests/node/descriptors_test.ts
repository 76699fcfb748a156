/** What of Node's and Deno's shows a descriptor, as docs/from_deno_and_node.md lists it. */

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import * as child from "node:child_process";
import * as dgram from "node:dgram";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as socket from "../../async.ts";
import { text, utf8 } from "../support/bytes.ts";
import { targetOf } from "../support/descriptors.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";

/** What of a handle's members shows a descriptor. */
interface Shows {
  readonly fd?: number;
  fdForIpc?(): number;
}

const handleOf = (owner: unknown): Shows =>
  (owner as { _handle: Shows })._handle;

/** A socket of ours over a duplicate of a descriptor of Node's. */
const adopted = (owner: unknown): socket.AsyncSocket<socket.Address> =>
  new socket.AsyncSocket<socket.Address>(
    null,
    null,
    null,
    handleOf(owner).fdForIpc!(),
  );

Deno.test({
  ...requires("sockets of node:net over TCP are adopted", needs.linux),
  async fn() {
    const server = http.createServer((_, response) => response.end("hi"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    using listener = adopted(server);
    assertEquals(listener.getsockname(), ["127.0.0.1", port]);
    assertEquals(handleOf(server).fd, undefined);

    const client = net.connect(port, "127.0.0.1");
    await once(client, "connect");
    using ours = adopted(client);
    assertEquals(ours.getpeername(), ["127.0.0.1", port]);
    await ours.sendall(utf8("GET / HTTP/1.0\r\n\r\n"));
    const [answer] = await once(client, "data");
    assertEquals(String(answer).split("\r\n\r\n")[1], "hi");
    client.destroy();
    server.close();
  },
});

Deno.test({
  ...requires("sockets of node:net at a path are adopted", needs.linux),
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/socket`;
    const server = net.createServer().listen(path);
    await once(server, "listening");
    const client = net.connect(path);
    const [accepted] = await once(server, "connection");
    using ours = adopted(client);
    const fd = handleOf(client).fd!;
    assertEquals(targetOf(fd), targetOf(ours.fileno()));
    using copy = socket.fromfd(fd, socket.AF_UNIX, socket.SOCK_STREAM);
    await copy.sendall(utf8("hello"));
    const [data] = await once(accepted, "data");
    assertEquals(String(data), "hello");
    const { SO_PEERCRED, SOL_SOCKET } = socket;
    const credentials = ours.getsockopt(SOL_SOCKET, SO_PEERCRED, 12);
    assertEquals(socket.decodeCredentials(credentials).pid, Deno.pid);
    client.destroy();
    accepted.destroy();
    server.close();
  },
});

Deno.test({
  ...requires("sockets of node:dgram are adopted", needs.linux),
  async fn() {
    const theirs = dgram.createSocket("udp4");
    theirs.bind(0, "127.0.0.1");
    await once(theirs, "listening");
    using ours = adopted(theirs);
    assertEquals(ours.type, socket.SOCK_DGRAM);
    using sender = new socket.AsyncSocket(socket.AF_INET, socket.SOCK_DGRAM);
    await sender.sendto(utf8("hello"), ours.getsockname() as [string, number]);
    const [data] = await once(theirs, "message");
    assertEquals(text(data), "hello");
    theirs.close();
  },
});

Deno.test({
  ...requires(
    "files and pipes show descriptors, which are no sockets",
    needs.linux,
  ),
  async fn() {
    const fd = fs.openSync(beside("README.md"), "r");
    const file = await fs.promises.open(beside("README.md"));
    assertEquals(targetOf(fd), targetOf(file.fd));
    fs.closeSync(fd);
    await file.close();
    const cat = child.spawn("cat");
    assert(targetOf(handleOf(cat.stdout).fd!)?.startsWith("pipe:"));
    cat.stdin.end(Buffer.from("x"));
    cat.stdout.resume();
    await once(cat, "close");
  },
});

Deno.test({
  ...requires("Deno's own objects show none", needs.linux),
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    using accepted = await listener.accept();
    using file = Deno.openSync(beside("README.md"));
    for (const object of [listener, connection, accepted, file]) {
      for (const name of ["fd", "rid", "fileno", "_handle"]) {
        assertEquals(Reflect.get(object, name), undefined);
      }
    }
  },
});
