/** Databases that tests start: each has a folder and a port of its own. */

import { create_server } from "../../mod.ts";
import { exists, temporaryFolder } from "../support/files.ts";
import { type Need, need } from "../support/requires.ts";
import { installed, Program } from "./programs.ts";

/** A server that runs. It is ended with the block. */
export class Server implements AsyncDisposable {
  /** Where it listens, on 127.0.0.1. */
  readonly port: string;
  readonly #program: Program;
  readonly #folder: Disposable;

  private constructor(port: string, program: Program, folder: Disposable) {
    this.port = port;
    this.#program = program;
    this.#folder = folder;
  }

  /** Starts a server on a port that is free. If someone takes it before the server, tries again. */
  static async start(
    folder: Disposable,
    ready: string,
    command: (port: string) => string[],
  ): Promise<Server> {
    for (;;) {
      const port = freePort();
      const all = ["sh", "-c", 'exec "$@" 2>&1', "sh", ...command(port)];
      const program = new Program(all);
      const said = await program.out
        .until(new RegExp(`${ready}|Address already in use`));
      if (said[0] === ready) return new Server(port, program, folder);
      await program[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#program.kill("SIGINT");
    await this.#program.end();
    this.#folder[Symbol.dispose]();
  }
}

function freePort(): string {
  using listener = create_server(["127.0.0.1", 0]);
  return String(listener.getsockname()[1]);
}

/** What {@linkcode startRedis} needs. */
export const redis = installed("redis-server");

/** Starts Redis, which keeps nothing on disk. */
export function startRedis(): Promise<Server> {
  const folder = temporaryFolder();
  return Server.start(folder, "Ready to accept connections", (port) => [
    ...["redis-server", "--port", port, "--bind", "127.0.0.1"],
    ...["--save", "", "--dir", folder.path],
  ]);
}

/** The folder with PostgreSQL's programs: Debian keeps them off the path. */
const postgresPrograms = ["17", "16", "15", "14"]
  .map((version) => `/usr/lib/postgresql/${version}/bin`)
  .find((folder) => exists(`${folder}/initdb`));

/** PostgreSQL refuses to run as root. */
const isRoot = Deno.build.os !== "windows" && Deno.uid() === 0;
const asNobody = isRoot
  ? "setpriv --reuid=65534 --regid=65534 --clear-groups".split(" ")
  : [];

/** What {@linkcode startPostgres} needs. */
export const postgres: readonly Need[] = [
  need("PostgreSQL", postgresPrograms !== undefined),
  isRoot ? installed("setpriv") : need("", true),
];

/** Starts PostgreSQL, which trusts the user `test`. */
export async function startPostgres(): Promise<Server> {
  const folder = temporaryFolder();
  if (isRoot) Deno.chownSync(folder.path, 65534, 65534);
  const data = `${folder.path}/data`;
  const [program, ...args] = [
    ...asNobody,
    `${postgresPrograms}/initdb`,
    ...["--pgdata", data, "--auth", "trust", "--username", "test"],
    ...["--no-sync", "--no-locale", "--encoding", "UTF8"],
  ];
  const { success, stderr } = await new Deno.Command(program, { args })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Server.start(folder, "ready to accept connections", (port) => [
    ...asNobody,
    ...[`${postgresPrograms}/postgres`, "-D", data, "-k", folder.path],
    ...["-F", "-c", "listen_addresses=127.0.0.1", "-p", port],
  ]);
}
