/** Each example runs when its file alone is copied to where the package is installed. */

import { assertEquals, assertMatch } from "@std/assert";
import { pathToFileURL } from "node:url";
import { text } from "../support/bytes.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { isPosix } from "../support/requires.ts";
import { documented, Program } from "./programs.ts";

const examples = beside("../examples");

/** The programs of several files, as their originals in Python are: their folders are copied. */
const FOLDERS = ["app"];

const namesIn = (folder: string): string[] =>
  [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".ts")).toSorted();

const files = namesIn(examples);

/** What a file imports, or names by a path from itself. */
function specifiers(path: string): string[] {
  const code = Deno.readTextFileSync(path)
    .replaceAll(/^\/\*\*[^]*?\*\//gm, ""); // heads show commands and paths
  return [
    ...code.matchAll(
      /(?:\bfrom|\bimport|\bimport\(|\bnew URL\(|\bimport\.meta\.resolve\()\s*["'`]([^"'`]+)/g,
    ),
  ].map(([, specifier]) => specifier);
}

const isOfAPackage = (specifier: string): boolean =>
  /^(@libc\/socket(\/\w+)?$|node:|npm:)/.test(specifier);

Deno.test("an example imports the package, Node's modules and npm's, and no file", () => {
  const wrong = files.flatMap((name) =>
    specifiers(`${examples}/${name}`)
      .filter((specifier) => !isOfAPackage(specifier))
      .map((specifier) => `${name} imports ${specifier}`)
  );
  assertEquals(wrong, []);
});

Deno.test("an example of several files imports those of its folder, and says so", () => {
  const folders = [...Deno.readDirSync(examples)]
    .filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  assertEquals(folders, FOLDERS);
  for (const folder of folders) {
    for (const name of namesIn(`${examples}/${folder}`)) {
      const path = `${examples}/${folder}/${name}`;
      const wrong = specifiers(path).filter((specifier) =>
        !isOfAPackage(specifier) && !/^\.\/\w+\.ts$/.test(specifier)
      );
      assertEquals(wrong, [], path);
      const [head] = Deno.readTextFileSync(path).split("*/");
      if (!head.includes("deno run")) continue;
      assertMatch(head.replaceAll(/\s*\*\s*/g, " "), /copy the folder/);
    }
  }
});

/** The examples, each in a folder of its own, below a configuration that has the package. */
function copies(): Disposable & { path: string } {
  const folder = temporaryFolder();
  const root = pathToFileURL(beside("../")).href;
  const { exports } = JSON.parse(Deno.readTextFileSync(beside("../deno.json")));
  const doors = Object.entries<string>(exports).map((
    [door, path],
  ) => [`@libc/socket${door.slice(1)}`, new URL(path, root).href]);
  Deno.writeTextFileSync(
    `${folder.path}/deno.json`,
    JSON.stringify({ imports: Object.fromEntries(doors) }),
  );
  const copy = (name: string, to: string): void => {
    Deno.mkdirSync(`${folder.path}/${to}`, { recursive: true });
    const file = name.slice(name.lastIndexOf("/") + 1);
    Deno.copyFileSync(
      `${examples}/${name}`,
      `${folder.path}/${to}/${file}`,
    );
  };
  for (const name of files) copy(name, name.replace(/\.ts$/, ""));
  for (const several of FOLDERS) {
    for (const name of namesIn(`${examples}/${several}`)) {
      copy(`${several}/${name}`, several);
    }
  }
  return folder;
}

/** The path of a program among the copies. */
const copyOf = (name: string): string =>
  name.includes("/") ? `${name}.ts` : `${name}/${name}.ts`;

Deno.test("every example compiles when its file alone is copied", async () => {
  using folder = copies();
  const all = [
    ...files.map((name) => copyOf(name.replace(/\.ts$/, ""))),
    ...FOLDERS.flatMap((several) =>
      namesIn(`${examples}/${several}`).map((name) => `${several}/${name}`)
    ),
  ];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", ...all],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals([success, text(stdout), text(stderr)], [true, "", ""]);
});

/** Starts the copy of a program, with the permissions that its head tells. */
function start(cwd: string, name: string, ...args: string[]): Program {
  const command = [...documented(`${name}.ts`), copyOf(name), ...args];
  return new Program(command, { cwd, env: { NOTIFY_SOCKET: "" } });
}

/** Runs one to its end, which must be a good one. Returns what it prints. */
async function output(cwd: string, name: string, ...args: string[]) {
  await using program = start(cwd, name, ...args);
  const { code, out, err } = await program.end();
  assertEquals(code, 0, err);
  return out;
}

Deno.test("examples run when their files alone are copied", async () => {
  using folder = copies();
  const { path } = folder;
  const here = "127.0.0.1";
  {
    await using server = start(path, "echo_server", here, "0");
    const out = await output(path, "echo_client", here, await server.port());
    assertEquals(out, "Received b'Hello, world'\n");
  }
  {
    await using server = start(path, "http_server", here, "0");
    const url = `http://${here}:${await server.port()}/copied`;
    assertMatch(await output(path, "http_get", url), /^You asked for \/copied/);
  }
  {
    await using server = start(path, "prefork_server", "-w", "2", here, "0");
    const out = await output(path, "echo_client", here, await server.port());
    assertEquals(out, "Received b'Hello, world'\n");
  }
  {
    await using server = start(path, "udp_rate_receiver", "batch", "0");
    const to = ["batch", here, await server.port(), "10"];
    assertMatch(await output(path, "udp_rate_sender", ...to), /^10 datagrams /);
    assertEquals((await server.end()).code, 0);
  }
  {
    await using server = start(path, "app/server", here, "0");
    const [, port] = await server.out.until(/', (\d+)\)\n/);
    assertMatch(
      await output(path, "app/client", here, port, "search", "ring"),
      /Misty Mountains/,
    );
  }
  {
    await using program = start(path, "sd_notify");
    const { code, err } = await program.end();
    assertEquals(code, 1);
    assertMatch(err, /^No service manager is listening/);
  }
  // It starts itself, in two processes.
  await using demo = new Program([
    ...[Deno.execPath(), "run", "--no-prompt", "--allow-ffi", "--allow-run"],
    ...["--allow-read", "--allow-write", copyOf("demo")],
  ], { cwd: path });
  const { code, out, err } = await demo.end();
  assertEquals(code, 0, err);
  assertMatch(out, /^ {2}client: Received b'Hello, world'$/m);
  if (isPosix) assertMatch(out, /ConnectionRefusedError/);
});
