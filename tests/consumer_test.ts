/**
 * Projects of others, with the strictest settings of the compiler: their own code is checked by
 * these, and the library is no reason for an error.
 */

import { assertEquals } from "@std/assert";
import { text } from "./support/bytes.ts";
import { beside, temporaryFolder } from "./support/files.ts";
import { servedTree } from "./support/served_tree.ts";
import { needs, requires } from "./support/requires.ts";

/** Settings that a project may have beyond Deno's own, which are strict already. */
const STRICTEST = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  isolatedDeclarations: true,
  verbatimModuleSyntax: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  erasableSyntaxOnly: true,
};

/**
 * Those of them that hold for the library's own source, which is checked where it is a folder of
 * the project. The tables of constants and structs are looked up by name, and the declarations of C
 * functions have the types of their literals: the others would refuse those.
 */
const { exactOptionalPropertyTypes, verbatimModuleSyntax } = STRICTEST;
const { noImplicitOverride, erasableSyntaxOnly } = STRICTEST;
const OF_SOURCE = {
  exactOptionalPropertyTypes,
  verbatimModuleSyntax,
  noImplicitOverride,
  erasableSyntaxOnly,
};

/** A project's program, which uses what these settings are about. */
const PROGRAM = `
import {
  AF_INET, AF_INET6, create_connection, create_server, getaddrinfo, joinGroup, OSError, Socket,
  type InetAddress,
} from "@libc/socket";
import { AsyncSocket, create_connection as connect, type WaitOptions } from "@libc/socket/async";
import { pack } from "@libc/socket/bytes";
import { DefaultSelector, EVENT_READ } from "@libc/socket/selectors";

export class Client {
  readonly socket: Socket;
  readonly peers: Map<Socket, InetAddress> = new Map();

  constructor(v6?: boolean | undefined) {
    this.socket = new Socket(v6 ? AF_INET6 : AF_INET);
  }
}

export async function program(
  signal: AbortSignal | undefined,
  timeout: number | undefined,
  backlog: number | null | undefined,
): Promise<number> {
  const options: WaitOptions = { signal };
  using server = create_server(["127.0.0.1", 0], { backlog, family: undefined });
  using client = create_connection(server.getsockname(), { timeout });
  using later = await connect(server.getsockname(), { timeout, signal });
  const [first] = getaddrinfo("localhost", 80, AF_INET);
  const [connection, [host, port]] = server.accept();
  using _connection = connection;
  using file = connection.makefile("rw", { encoding: undefined });
  joinGroup(client, "224.0.0.1", { interface: undefined });
  await later.sendall(pack("!H", port), options);
  const found: string = first?.[4][0] ?? host;
  using selector = new DefaultSelector<undefined, Socket>();
  selector.register(client, EVENT_READ, undefined);
  try {
    return found.length + file.readline().length;
  } catch (error) {
    if (error instanceof OSError && error.code === "ECONNRESET") return -1;
    throw new OSError(null, "failed", { cause: error, syscall: undefined });
  }
}

export const made: typeof AsyncSocket = AsyncSocket;
`;

const doors = (root: string): Record<string, string> => ({
  "@libc/socket": `${root}/mod.ts`,
  "@libc/socket/async": `${root}/async.ts`,
  "@libc/socket/bytes": `${root}/bytes.ts`,
  "@libc/socket/selectors": `${root}/selectors.ts`,
});

/** Checks a project; resolves to what the compiler says. */
async function checked(
  folder: string,
  root: string,
  compilerOptions: object,
  vendor = false,
): Promise<string> {
  const config = { imports: doors(root), compilerOptions, vendor };
  Deno.writeTextFileSync(`${folder}/deno.json`, JSON.stringify(config));
  Deno.writeTextFileSync(`${folder}/main.ts`, PROGRAM);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", "--allow-import=127.0.0.1", "main.ts"],
    cwd: folder,
    env: { DENO_DIR: `${folder}/.deno`, NO_COLOR: "1" },
  }).output();
  return success ? "" : text(stdout) + text(stderr);
}

Deno.test("a project with the strictest settings imports the library by URL", async () => {
  await using tree = servedTree();
  using folder = temporaryFolder();
  assertEquals(await checked(folder.path, tree.origin, STRICTEST), "");
});

Deno.test("a project with the strictest settings has the library vendored", async () => {
  using folder = temporaryFolder();
  let origin: string;
  {
    await using tree = servedTree();
    ({ origin } = tree);
    assertEquals(await checked(folder.path, origin, STRICTEST, true), "");
  }
  // From its own copy from here on: nobody serves the library any more.
  Deno.removeSync(`${folder.path}/.deno`, { recursive: true });
  assertEquals(await checked(folder.path, origin, STRICTEST, true), "");
});

Deno.test({
  ...requires("a project has the source as a folder", needs.posix),
  async fn() {
    using folder = temporaryFolder();
    const copy = `${folder.path}/third_party/socket`;
    Deno.mkdirSync(copy, { recursive: true });
    for (
      const name of ["async", "bytes", "constants", "errors", "ffi", "poll"]
        .concat("selectors", "socket", "mod.ts", "async.ts", "bytes.ts")
        .concat("selectors.ts")
    ) copyAll(beside(`../${name}`), `${copy}/${name}`);
    const said = await checked(folder.path, "./third_party/socket", OF_SOURCE);
    assertEquals(said, "");
  },
});

function copyAll(from: string, to: string): void {
  if (!Deno.statSync(from).isDirectory) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) {
    copyAll(`${from}/${name}`, `${to}/${name}`);
  }
}
