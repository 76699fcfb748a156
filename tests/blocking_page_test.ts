/** What docs/blocking_and_awaiting.md says of Workers and of Ctrl-C. */

import { assertEquals, assertMatch } from "@std/assert";
import { create_connection } from "../mod.ts";
import { text } from "./support/bytes.ts";
import { beside, temporaryFolder } from "./support/files.ts";
import { Running } from "./support/program.ts";
import { need, requires } from "./support/requires.ts";

const linux = need("Linux", Deno.build.os === "linux");

const page = Deno.readTextFileSync(
  beside("../docs/blocking_and_awaiting.md"),
);

/** The programs of the page that say their name, and others, with the library as an import. */
function folder(
  programs: Record<string, string> = {},
): Disposable & { path: string } {
  const folder = temporaryFolder();
  Deno.symlinkSync(beside("../"), `${folder.path}/libc-socket`);
  const imports = {
    "@libc/socket": "./libc-socket/mod.ts",
    "@libc/socket/async": "./libc-socket/async.ts",
  };
  const files: Record<string, string> = {
    ...programs,
    "deno.json": JSON.stringify({ imports }),
  };
  for (const [, code] of page.matchAll(/^```ts ignore\n([^]*?)^```$/gm)) {
    const [, name] = /^\/\/ (\w+\.ts)\n/.exec(code)!;
    files[name] = code;
  }
  for (const [name, code] of Object.entries(files)) {
    Deno.writeTextFileSync(`${folder.path}/${name}`, code);
  }
  return folder;
}

/** Runs a program of a folder. */
const run = (path: string, program: string): Running =>
  new Running("--allow-ffi", "--allow-read", `${path}/${program}`);

function answer(port: number): string {
  using client = create_connection(["127.0.0.1", port], 20);
  return text(client.recv(100));
}

Deno.test({
  ...requires("the programs of docs/blocking_and_awaiting.md compile", linux),
  async fn() {
    using files = folder();
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "main.ts", "worker.ts", "until_ctrl_c.ts"],
      cwd: files.path,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(success, true, text(stderr));
  },
});

Deno.test({
  ...requires(
    "a Worker takes over a descriptor, and an Interrupter wakes it",
    linux,
  ),
  async fn() {
    using files = folder();
    await using main = run(files.path, "main.ts");
    const line = await main.line();
    assertMatch(line, /^Listening on port \d+$/);
    const port = Number(line.match(/\d+/));
    assertEquals(answer(port), "hello\n");
    main.interrupt();
    assertEquals(await main.end(), { out: "bye\n", err: "", end: 0 });
  },
});

Deno.test({
  ...requires("the program of the page cleans up at Ctrl-C", linux),
  async fn() {
    using files = folder();
    await using running = run(files.path, "until_ctrl_c.ts");
    const port = Number((await running.line()).match(/\d+$/));
    assertEquals(answer(port), "hello\n");
    running.interrupt();
    assertEquals(await running.end(), {
      out: "cleaned up\n",
      err: "",
      end: 0,
    });
  },
});

const cleaning = `
  globalThis.addEventListener("unload", () => console.log("unload"));
  using _ = { [Symbol.dispose]: () => console.log("using") };
`;
const printing = `
  const heard = Promise.withResolvers();
  Deno.addSignalListener("SIGINT", () => {
    console.log("SIGINT");
    heard.resolve();
  });
`;
const blocked = `
  import { create_server } from "@libc/socket";
  ${cleaning}
  const server = create_server(["127.0.0.1", 0]);
  try {
    console.log(server.getsockname()[1]);
    server.accept();
  } finally {
    console.log("finally");
  }
  await new Promise((resolve) => setTimeout(resolve));
`;
const awaiting = blocked
  .replace(`"@libc/socket"`, `"@libc/socket/async"`)
  .replace("= create_server", "= await create_server")
  .replace("server.accept()", "await server.accept()");

for (
  const [name, program] of Object.entries({ blocked, awaiting })
) {
  Deno.test({
    ...requires(`Ctrl-C without a listener ends a program: ${name}`, linux),
    async fn() {
      using files = folder({ "program.ts": program });
      await using running = run(files.path, "program.ts");
      await running.line();
      running.interrupt();
      const { out, end } = await running.end();
      assertEquals([out, end], ["", "SIGINT"]);
    },
  });
}

Deno.test({
  ...requires("Ctrl-C with a listener waits for a blocking call", linux),
  async fn() {
    // However late the signal arrives, the program waits for it.
    const waiting = blocked.replace(
      /await new Promise.*/,
      "await heard.promise;",
    );
    using files = folder({ "program.ts": printing + waiting });
    await using running = run(files.path, "program.ts");
    const port = Number(await running.line());
    running.interrupt();
    running.interrupt();
    create_connection(["127.0.0.1", port], 20).close();
    const { out, end } = await running.end();
    assertMatch(out, /^finally\n(SIGINT\n){1,2}using\nunload\n$/);
    assertEquals(end, 0);
  },
});

Deno.test({
  ...requires("Ctrl-C with a listener reaches a program that awaits", linux),
  async fn() {
    using files = folder({ "program.ts": printing + awaiting });
    await using running = run(files.path, "program.ts");
    const port = Number(await running.line());
    running.interrupt();
    assertEquals(await running.line(), "SIGINT");
    create_connection(["127.0.0.1", port], 20).close();
    const { out, end } = await running.end();
    assertEquals([out, end], ["finally\nusing\nunload\n", 0]);
  },
});

/**
 * A program that ends a Worker with a listener, then has clients try it, until one has an answer or
 * an error that is `last`: the Worker may end a moment later.
 */
const ending = (worker: string, last: string) => `
  import { create_connection, create_server, OSError } from "@libc/socket";
  const server = create_server(["127.0.0.1", 0]);
  const url = new URL("./${worker}", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const ready = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage(server.dup().detach());
  await ready;
  const address = server.getsockname();
  server.close();
  worker.terminate();
  for (let answer = ""; answer !== "${last}";) {
    using client = create_connection(address);
    client.settimeout(0.5);
    try {
      answer = new TextDecoder().decode(client.recv(100));
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      answer = error.strerror;
    }
  }
  Deno.exit(); // the Worker may block
`;
const awaitingWorker = `
  /// <reference lib="deno.worker" />
  import { AsyncSocket } from "@libc/socket/async";
  self.onmessage = async ({ data }) => {
    const server = new AsyncSocket(null, null, null, data);
    self.postMessage("ready");
    for await (const [client] of server) client.sendall(new Uint8Array(1));
  };
`;
const blockedWorker = `
  /// <reference lib="deno.worker" />
  import { Socket } from "@libc/socket";
  self.onmessage = ({ data }) => {
    const server = new Socket(null, null, null, data);
    self.postMessage("ready");
    for (;;) {
      const [client] = server.accept();
      client.sendall(new TextEncoder().encode("served"));
      client.close();
    }
  };
`;

Deno.test({
  ...requires("a Worker that awaits leaves its sockets open", linux),
  async fn() {
    using files = folder({
      "program.ts": ending("ended.ts", "timed out"),
      "ended.ts": awaitingWorker,
    });
    await using running = run(files.path, "program.ts");
    const { out, end } = await running.end();
    assertEquals([out, end], ["", 0]);
  },
});

Deno.test({
  ...requires("a Worker that is blocked goes on after terminate()", linux),
  async fn() {
    using files = folder({
      "program.ts": ending("ended.ts", "served"),
      "ended.ts": blockedWorker,
    });
    await using running = run(files.path, "program.ts");
    const { out, end } = await running.end();
    assertEquals([out, end], ["", 0]);
  },
});
