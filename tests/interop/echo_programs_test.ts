/**
 * The echo examples, and echoes over Unix sockets, with other programs: socat, nc, node, Python.
 */

import { assertEquals } from "@std/assert";
import {
  AF_UNIX,
  type Family,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  Socket,
  type UnixAddress,
} from "../../mod.ts";
import { installed, ours, Program } from "../examples/programs.ts";
import { text, utf8 } from "../support/bytes.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";

const node = (...args: string[]): string[] => [
  "node",
  beside("interop/node_echo.mjs"),
  ...args,
];

/** Programs that send their input, and write what comes back. */
const clients: Record<string, (port: string) => string[]> = {
  "tcp socat": (port) => ["socat", "-t", "9", "-", `TCP:127.0.0.1:${port}`],
  "tcp nc": (port) => ["nc", "-N", "127.0.0.1", port],
  "tcp node": (port) => node("tcp", port),
  "udp socat": (port) => ["socat", "-t", "9", "-", `UDP:127.0.0.1:${port}`],
  "udp nc": (port) => ["nc", "-u", "127.0.0.1", port],
  "udp node": (port) => node("udp", port),
};

for (const [name, command] of Object.entries(clients)) {
  const [kind, program] = name.split(" ");
  const server = kind === "tcp" ? "echo_server" : "udp_server";
  Deno.test({
    ...requires(
      `${program} is served by ${server}.ts`,
      installed(program),
    ),
    async fn() {
      await using ourServer = ours(server, ["127.0.0.1", "0"]);
      const port = await ourServer.port();
      await using client = new Program(command(port), { input: "Grüße\n" });
      await client.out.until(/^Grüße\n$/);
      if (kind === "udp") return; // datagrams have no end
      assertEquals((await client.end()).code, 0);
      assertEquals((await ourServer.end()).code, 0);
    },
  });
}

const socketserver = ["python3", beside("interop/socketserver_echo.py")];

/** Programs that send back what they receive, and report their port. */
const servers: Record<string, string[]> = {
  "tcp socat": ["socat", "-dd", "TCP-LISTEN:0,bind=127.0.0.1", "PIPE"],
  "tcp node": node("tcp"),
  "tcp python3": [...socketserver, "tcp"],
  "udp socat": ["socat", "-dd", "UDP-LISTEN:0,bind=127.0.0.1", "PIPE"],
  "udp node": node("udp"),
  "udp python3": [...socketserver, "udp"],
};

for (const [name, command] of Object.entries(servers)) {
  const [kind, program] = name.split(" ");
  const client = kind === "tcp" ? "echo_client" : "udp_client";
  Deno.test({
    ...requires(`${program} serves ${client}.ts`, installed(program)),
    async fn() {
      await using server = new Program(command);
      const [, port] = await server.err.until(
        /istening on .*(?:', |127\.0\.0\.1:)(\d+)/,
      );
      const message = kind === "udp" ? ["Hello, world"] : [];
      const args = ["127.0.0.1", port, ...message];
      await using ourClient = ours(client, args);
      const { code, out, err } = await ourClient.end();
      assertEquals([code, err], [0, ""]);
      assertEquals(
        out.trimEnd().split("\n").at(-1)!.toLowerCase(),
        "received b'hello, world'",
      );
    },
  });
}

/** A Unix socket of ours, with a timeout. */
function unix(type: number): Socket<UnixAddress> {
  const socket = new Socket(AF_UNIX as Family<UnixAddress>, type);
  socket.settimeout(60);
  return socket;
}

for (
  const [kind, type, program, command] of [
    ["stream", SOCK_STREAM, "socat", "socat - UNIX-CONNECT:PATH"],
    ["stream", SOCK_STREAM, "nc", "nc -N -U PATH"],
    [
      "seqpacket",
      SOCK_SEQPACKET,
      "socat",
      "socat - UNIX-CONNECT:PATH,socktype=5",
    ],
  ] as const
) {
  Deno.test({
    ...requires(
      `a Unix ${kind} listener serves ${program}`,
      installed(program),
    ),
    async fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/server`;
      using listener = unix(type);
      listener.bind(path);
      listener.listen();
      await using client = new Program(
        command.replace("PATH", path).split(" "),
        { input: "Grüße\n" },
      );
      await client.fed;
      using connection = listener.accept()[0];
      connection.settimeout(60);
      const data = connection.recv(100);
      assertEquals(text(data), "Grüße\n");
      connection.sendall(data);
      connection.close();
      assertEquals((await client.end()).out, "Grüße\n");
    },
  });
}

for (
  const [program, command] of [
    ["socat", "socat -t 9 - UNIX-SENDTO:PATH,bind=PATH.client"],
    ["nc", "nc -u -U -s PATH.client PATH"],
  ] as const
) {
  Deno.test({
    ...requires(
      `a Unix datagram socket answers ${program}`,
      installed(program),
    ),
    async fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/server`;
      using socket = unix(SOCK_DGRAM);
      socket.bind(path);
      await using client = new Program(
        command.replaceAll("PATH", path).split(" "),
        { input: "Grüße\n" },
      );
      await client.fed;
      const [data, address] = socket.recvfrom(100);
      assertEquals([text(data), address], ["Grüße\n", `${path}.client`]);
      socket.sendto(data, address);
      await client.out.until(/^Grüße\n$/);
    },
  });
}

for (
  const [kind, type, listen] of [
    ["stream", SOCK_STREAM, "UNIX-LISTEN:PATH"],
    ["datagram", SOCK_DGRAM, "UNIX-RECVFROM:PATH"],
    ["seqpacket", SOCK_SEQPACKET, "UNIX-LISTEN:PATH,socktype=5"],
  ] as const
) {
  Deno.test({
    ...requires(`socat serves a Unix ${kind} socket`, installed("socat")),
    async fn() {
      using folder = temporaryFolder();
      const path = `${folder.path}/server`;
      await using server = new Program(
        ["socat", "-dd", listen.replace("PATH", path), "PIPE"],
      );
      await server.err.until(/(listening|receiving) on/);
      using socket = unix(type);
      if (type === SOCK_DGRAM) socket.bind(`${path}.client`);
      socket.connect(path);
      socket.sendall(utf8("Grüße"));
      assertEquals(text(socket.recv(100)), "Grüße");
    },
  });
}

Deno.test({
  ...requires("python3 echoes empty datagrams too", needs.python),
  async fn() {
    await using server = new Program([...socketserver, "udp"]);
    await using client = ours("udp_client", [
      "127.0.0.1",
      await server.port(),
      "",
    ]);
    const { code, out } = await client.end();
    assertEquals(code, 0);
    assertEquals(out, "sending b''\nwaiting to receive\nreceived b''\n");
  },
});
