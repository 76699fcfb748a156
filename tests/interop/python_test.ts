/** Data exchanged with CPython, as the server and as the client. */

import { assertEquals } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_STREAM,
} from "../../constants/mod.ts";
import type {
  AddressInput,
  Inet6Address,
  InetAddress,
  UnixAddress,
} from "../../socket/address/types.ts";
import { Socket } from "../../socket/constructor.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { Peer } from "../support/peer.ts";
import { needs, requires } from "../support/requires.ts";

type AnyAddress = InetAddress | Inet6Address | UnixAddress;

const kinds = {
  tcp4: [AF_INET, SOCK_STREAM, ["127.0.0.1", 0]],
  tcp6: [AF_INET6, SOCK_STREAM, ["::1", 0]],
  udp4: [AF_INET, SOCK_DGRAM, ["127.0.0.1", 0]],
  udp6: [AF_INET6, SOCK_DGRAM, ["::1", 0]],
  unix: [AF_UNIX, SOCK_STREAM, ""],
  "unix-datagrams": [AF_UNIX, SOCK_DGRAM, ""],
} as const;
type Kind = keyof typeof kinds;

const SIZES = [1, 0, 1400, 60000];

const random = (size: number): Uint8Array<ArrayBuffer> => {
  const data = new Uint8Array(size);
  for (let at = 0; at < size; at += 0x10000) {
    crypto.getRandomValues(data.subarray(at, at + 0x10000));
  }
  return data;
};

const sha256 = async (data: Uint8Array<ArrayBuffer>): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex();

function receiveExactly(
  connection: Socket<AnyAddress>,
  length: number,
): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = connection.recv_into(data.subarray(at));
    if (count === 0) throw new Error("the stream ended early");
    at += count;
  }
  return data;
}

async function answerStream(connection: Socket<AnyAddress>): Promise<void> {
  const length = new DataView(receiveExactly(connection, 4).buffer)
    .getUint32(0);
  const data = receiveExactly(connection, length);
  connection.sendall(Uint8Array.fromHex(await sha256(data)));
  assertEquals(connection.recv(1).length, 0);
}

async function askStream(connection: Socket<AnyAddress>): Promise<void> {
  const data = random(1 << 20);
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, data.length);
  connection.sendall(length);
  connection.sendall(data);
  connection.shutdown(SHUT_WR);
  assertEquals(receiveExactly(connection, 32).toHex(), await sha256(data));
  assertEquals(connection.recv(1).length, 0);
}

async function answerDatagrams(socket: Socket<AnyAddress>): Promise<void> {
  for (const size of SIZES) {
    const [data, address] = socket.recvfrom(65536);
    assertEquals(data.length, size);
    socket.sendto(Uint8Array.fromHex(await sha256(data)), address);
  }
}

async function askDatagrams(
  socket: Socket<AnyAddress>,
  address: AnyAddress,
): Promise<void> {
  for (const size of SIZES) {
    const data = random(size);
    assertEquals(socket.sendto(data, address), size);
    const [digest, sender] = socket.recvfrom(65536);
    assertEquals(digest.toHex(), await sha256(data));
    assertEquals(sender, address);
  }
}

function open(kind: Kind): Socket<AnyAddress> {
  const [family, type] = kinds[kind];
  const socket = new Socket<AnyAddress>(family, type);
  socket.settimeout(30);
  return socket;
}

const python = (what: "serve" | "call", kind: Kind, address: unknown): Peer =>
  Peer.start("python3", [
    beside("interop/peer.py"),
    what,
    kind,
    JSON.stringify(address),
  ]);

for (const kind of Object.keys(kinds) as Kind[]) {
  const needed = [needs.python, kind.endsWith("6") && needs.ipv6];
  const [, type, local] = kinds[kind];

  Deno.test({
    ...requires(`our client talks to a Python server over ${kind}`, ...needed),
    async fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/server`;
      await using server = python("serve", kind, path);
      const address = JSON.parse(await server.line()) as AnyAddress;
      using socket = open(kind);
      if (type === SOCK_STREAM) {
        socket.connect(address);
        assertEquals(socket.getpeername(), address);
        await askStream(socket);
      } else {
        socket.bind(local === "" ? `${path}.client` : local);
        await askDatagrams(socket, address);
      }
      socket.close();
      assertEquals((await server.rest()).trim(), '"done"');
    },
  });

  Deno.test({
    ...requires(`a Python client talks to our server over ${kind}`, ...needed),
    async fn() {
      using folder = temporaryFolder();
      using socket = open(kind);
      const address: AddressInput<AnyAddress> = local === ""
        ? `${folder.path}/server`
        : local;
      socket.bind(address);
      if (type === SOCK_STREAM) socket.listen();
      await using client = python("call", kind, socket.getsockname());
      if (type === SOCK_STREAM) {
        const [connection, from] = socket.accept();
        using _ = connection;
        assertEquals(from, connection.getpeername());
        connection.settimeout(30);
        await answerStream(connection);
      } else await answerDatagrams(socket);
      assertEquals((await client.rest()).trim(), '"done"');
    },
  });
}
