// What can go wrong with a connection, told apart as Python's program tells it.

import { assertEquals } from "@std/assert";
import { type AsyncSocket, create_server } from "../../async.ts";
import {
  encodeLinger,
  errno,
  SO_LINGER,
  Socket,
  SOL_SOCKET,
} from "../../mod.ts";
import { osError } from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { withoutCalls } from "../support/errors.ts";
import { beside } from "../support/files.ts";
import { needs, requires, unless } from "../support/requires.ts";
import { type Ended, ours, Program, theirs } from "./programs.ts";

const makers = [
  ["ours", ours, false],
  ["Python's", theirs, needs.python],
] as const;

const argumentsFor = (host: string, port: number | string): string[] => [
  `--host=${host}`,
  `--port=${port}`,
  "--file=/index.html",
];

/** The commands, for a program that starts them in its way. */
const commands = {
  ours: [
    Deno.execPath(),
    "run",
    "--allow-ffi",
    beside("../examples/socket_errors.ts"),
  ],
  "Python's": ["python3", beside("examples/socket_errors.py")],
};

const failure = (out: string): Ended => ({
  code: 1,
  signal: null,
  out: `${out}\n`,
  err: "",
});

/** What a program said, in Python's words. */
const said = (end: Ended): Ended => ({ ...end, out: withoutCalls(end.out) });

/** Takes a connection and its whole request. */
async function requested(listener: AsyncSocket): Promise<AsyncSocket> {
  const [connection] = await listener.accept();
  const request = "GET /index.html HTTP/1.0\r\n\r\n";
  let came = "";
  while (came.length < request.length) {
    came += text(await connection.recv(1024));
  }
  assertEquals(came, request);
  return connection;
}

for (const [maker, start, needed] of makers) {
  Deno.test({
    ...requires(`socket_errors (${maker}) prints what it fetches`, needed),
    async fn() {
      using listener = await create_server(["127.0.0.1", 0]);
      const [host, port] = listener.getsockname();
      await using program = start("socket_errors", argumentsFor(host, port));
      using connection = await requested(listener);
      const page = `HTTP/1.0 200 OK\r\n\r\n${"Grüße\n".repeat(50_000)}`;
      await connection.sendall(utf8(page));
      connection.close();
      assertEquals(await program.end(), {
        code: 0,
        signal: null,
        out: page,
        err: "",
      });
    },
  });

  Deno.test({
    ...requires(`socket_errors (${maker}) tells a failure to receive`, needed),
    async fn() {
      using listener = await create_server(["127.0.0.1", 0]);
      const [host, port] = listener.getsockname();
      await using program = start("socket_errors", argumentsFor(host, port));
      using connection = await requested(listener);
      const reset = encodeLinger(true, 0);
      connection.setsockopt(SOL_SOCKET, SO_LINGER, reset);
      connection.close();
      assertEquals(
        said(await program.end()),
        failure(
          `Error receiving data: ${osError(errno.ECONNRESET).message}`,
        ),
      );
    },
  });

  Deno.test({
    ...requires(`socket_errors (${maker}) tells a failure to connect`, needed),
    async fn() {
      using silent = new Socket();
      silent.bind(["127.0.0.1", 0]); // bound, but nobody listens
      const [host, port] = silent.getsockname();
      await using program = start("socket_errors", argumentsFor(host, port));
      assertEquals(
        said(await program.end()),
        failure(
          `Connection error: ${osError(errno.ECONNREFUSED).message}`,
        ),
      );
    },
  });

  for (
    const [stage, call, error, line] of [
      [
        "make a socket",
        "socket",
        errno.EMFILE,
        `Error creating socket: [Errno ${errno.EMFILE}] Too many open files`,
      ],
      [
        "send",
        "sendto",
        errno.EPIPE,
        `Error sending data: [Errno ${errno.EPIPE}] Broken pipe`,
      ],
    ] as const
  ) {
    Deno.test({
      ...requires(
        `socket_errors (${maker}) tells a failure to ${stage}`,
        needs.python,
        needs.linux,
        unless(noRefusal()),
      ),
      async fn() {
        using listener = new Socket();
        listener.bind(["127.0.0.1", 0]);
        listener.listen();
        const [host, port] = listener.getsockname();
        await using program = new Program([
          "python3",
          beside("examples/refused.py"),
          call,
          String(error),
          ...commands[maker],
          ...argumentsFor(host, port),
        ]);
        assertEquals(said(await program.end()), failure(line));
      },
    });
  }
}

/** Why system calls cannot be refused here, or `undefined`. */
function noRefusal(): string | undefined {
  if (!needs.python.isMet) return undefined;
  const { success } = new Deno.Command("python3", {
    args: [beside("examples/refused.py"), "sendto", "1", "true"],
  }).outputSync();
  return success ? undefined : "seccomp filters";
}

Deno.test({
  ...requires("socket_errors tells a host that is not found", needs.python),
  async fn() {
    const args = argumentsFor("no-such-host.invalid", 80);
    await using our = ours("socket_errors", args);
    await using their = theirs("socket_errors", args);
    const end = await our.end();
    assertEquals(said(end), await their.end());
    assertEquals(
      end.out.split(/: \[Errno -?\d+\] /)[0],
      "Address-related error connecting to server",
    );
  },
});
