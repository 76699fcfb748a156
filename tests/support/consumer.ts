/** A project of others, with settings of its own for the compiler. */

import { text } from "./bytes.ts";

/** Settings that a project may have beyond Deno's own, which are strict already. */
export const STRICTEST = {
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

/**
 * Checks a project whose program imports the library.
 *
 * @param folder the project's, which is empty at first
 * @param root where the library is: a URL, or a path from the folder
 * @param ending of the files of its doors: `.ts`, or `.js` in a release
 * @param compilerOptions the project's settings
 * @param vendor whether the project keeps copies of what it imports by URL
 * @returns what the compiler says
 */
export async function checkedProject(
  folder: string,
  root: string,
  ending: ".ts" | ".js",
  compilerOptions: object,
  vendor = false,
): Promise<string> {
  const imports = {
    "@libc/socket": `${root}/mod${ending}`,
    "@libc/socket/async": `${root}/async${ending}`,
    "@libc/socket/bytes": `${root}/bytes${ending}`,
    "@libc/socket/selectors": `${root}/selectors${ending}`,
  };
  const config = { imports, compilerOptions, vendor };
  Deno.writeTextFileSync(`${folder}/deno.json`, JSON.stringify(config));
  Deno.writeTextFileSync(`${folder}/main.ts`, PROGRAM);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", "--allow-import=127.0.0.1", "."],
    cwd: folder,
    env: { DENO_DIR: `${folder}/.deno`, NO_COLOR: "1" },
  }).output();
  return success ? "" : text(stdout) + text(stderr);
}
