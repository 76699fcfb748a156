/** The forms in which Deno runs a program: the library works in each. */

import { pathToFileURL } from "node:url";
import { assertEquals } from "@std/assert";
import { bundle, bundler } from "./support/bundle.ts";
import { text } from "./support/bytes.ts";
import { beside, temporaryFolder } from "./support/files.ts";
import { libraryPath } from "./support/library.ts";
import { needs, requires } from "./support/requires.ts";

const door = (name: string): string => pathToFileURL(beside(`../${name}`)).href;

/** A program that sends and receives, blocking and awaiting; without its import statements. */
const BODY = `
const server = socket.create_server(["127.0.0.1", 0]);
const client = socket.create_connection(server.getsockname());
const connection = server.accept()[0];
const later = await awaiting.create_connection(server.getsockname());
connection.sendall(new Uint8Array(3));
await later.sendall(new Uint8Array(4));
const received = [client.recv(9).length, server.accept()[0].recv(9).length];
console.log("received", ...received);
Deno.exit(0);
`;

const PROGRAM = `
import * as socket from "${door("mod.ts")}";
import * as awaiting from "${door("async.ts")}";
${BODY}`;

/** The same without import statements. */
const DYNAMIC = `
const socket = await import("${door("mod.ts")}");
const awaiting = await import("${door("async.ts")}");
${BODY}`;

/** Runs Deno in a folder; resolves to the last line that it printed, or to its error. */
async function deno(
  folder: string,
  args: string[],
  input = "",
  program = Deno.execPath(),
): Promise<string> {
  await using child = new Deno.Command(program, {
    args,
    cwd: folder,
    env: {
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      PATH: `${Deno.execPath()}/..:${Deno.env.get("PATH")}`,
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const out = text(stdout);
  return success ? /received .*/.exec(out)?.[0] ?? out : text(stderr) + out;
}

/** A form: what it needs of a folder with `main.ts`, and how it is run there. */
type Form = (folder: string) => Promise<string>;

const run = ["run", "--no-prompt", "--no-lock", "--allow-ffi"];

const forms: Record<string, Form> = {
  "a file": (folder) => deno(folder, [...run, "main.ts"]),
  "standard input": (folder) => deno(folder, [...run, "-"], PROGRAM),
  "deno eval": (folder) => deno(folder, ["eval", "--no-lock", PROGRAM]),
  "the REPL": (folder) =>
    deno(folder, [
      "repl",
      "--allow-ffi",
      "--allow-read",
      "--no-lock",
      "--eval",
      DYNAMIC,
    ], ""),
  "--v8-flags=--jitless": (folder) =>
    deno(folder, [...run, "--v8-flags=--jitless", "main.ts"]),
  "--cached-only": async (folder) => {
    await deno(folder, ["cache", "--no-lock", "main.ts"]);
    return await deno(folder, [...run, "--cached-only", "main.ts"]);
  },
  "deno install --global": async (folder) => {
    const said = await deno(folder, [
      ...["install", "--global", "--root", folder, "--name", "installed"],
      ...["--allow-ffi", "main.ts"],
    ]);
    return await deno(folder, [], "", `${folder}/bin/installed`) || said;
  },
  "deno bundle": (folder) => bundled(folder, []),
  "deno bundle --minify": (folder) => bundled(folder, ["--minify"]),
  "a Worker with permissions of its own": (folder) =>
    worker(folder, `{ ffi: ["${libraryPath}"], read: true }`),
  "a Worker that inherits them": (folder) => worker(folder, '"inherit"'),
};

async function bundled(folder: string, flags: string[]): Promise<string> {
  const output = `${folder}/bundled.js`;
  return bundle(`${folder}/main.ts`, output, flags) ||
    await deno(folder, [...run, "bundled.js"]);
}

async function worker(folder: string, permissions: string): Promise<string> {
  Deno.writeTextFileSync(
    `${folder}/starter.ts`,
    `new Worker(new URL("main.ts", import.meta.url), {
      type: "module",
      deno: { permissions: ${permissions} },
    });`,
  );
  return await deno(folder, [
    ...run,
    ...["--allow-read", "--unstable-worker-options", "starter.ts"],
  ]);
}

for (const [form, start] of Object.entries(forms)) {
  Deno.test({
    ...requires(
      `the library works from ${form}`,
      needs.posix,
      form.startsWith("deno bundle") && bundler,
    ),
    async fn() {
      using folder = temporaryFolder();
      Deno.writeTextFileSync(`${folder.path}/main.ts`, PROGRAM);
      assertEquals(await start(folder.path), "received 3 4");
    },
  });
}
