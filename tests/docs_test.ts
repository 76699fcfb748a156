/**
 * The manual: its programs in Python run, and those in two languages print the same; what the page
 * for beginners says is done to the letter; links lead somewhere. `deno test --doc docs` runs the
 * programs in TypeScript.
 */

import { assert, assertEquals } from "@std/assert";
import { text } from "./support/bytes.ts";
import { beside, exists } from "./support/files.ts";
import {
  type Block,
  blocksOf,
  folderOfAReader,
  runAsShown,
} from "./support/markdown.ts";
import { Peer } from "./support/peer.ts";
import { isPosix, need, needs, requires } from "./support/requires.ts";

/** How many programs run at a time. */
const CONCURRENCY = 4;
/** When a program is taken to hang. */
const LIMIT_MS = 60_000;

const root = beside("../");
const symlinks = need("symbolic links", isPosix);

/** The pages of the manual, by their paths from the root. */
const manual = [...Deno.readDirSync(`${root}docs`)]
  .map(({ name }) => `docs/${name}`)
  .filter((path) => path.endsWith(".md"))
  .sort();

/** The pages beside the manual that link to it and to each other. */
const beyond = [...Deno.readDirSync(root)]
  .map(({ name }) => name)
  .filter((name) => name.endsWith(".md"))
  .concat("examples/README.md", "tests/README.md", "bench/README.md");

const read = (path: string): string => Deno.readTextFileSync(root + path);

/** Calls a function with each value, some at a time. */
async function eachOf<T>(
  values: Iterable<T>,
  call: (value: T) => Promise<void>,
): Promise<void> {
  const rest = Iterator.from(values);
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const value of rest) await call(value);
    }),
  );
}

/** Runs a program that must succeed. Returns what it prints. */
async function run(
  where: string,
  program: string,
  args: string[],
): Promise<string> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal,
  }).output();
  if (!success) {
    const how = signal.aborted ? "does not end" : "fails";
    throw new Error(`${where} ${how}:\n${text(stderr)}`);
  }
  return text(stdout);
}

const runPython = (path: string, { line, code }: Block): Promise<string> =>
  run(`${path}:${line}`, "python3", ["-c", code]);

const comparison = "docs/from_python.md";

/** The programs that are there in both languages: one block follows the other. */
function pairs(): [python: Block, ours: Block][] {
  const blocks = blocksOf(read(comparison));
  return blocks.flatMap((ours, i) => {
    const python = blocks[i - 1];
    const isPair = python?.language === "python" && ours.language === "ts" &&
      ours.before.trim() === "Here:";
    return isPair ? [[python, ours]] : [];
  });
}

Deno.test({
  ...requires("each program in Python runs alone", needs.python),
  async fn() {
    const compared = pairs().map(([{ line }]) => line);
    const programs = manual.flatMap((path) =>
      blocksOf(read(path))
        .filter(({ language }) => language === "python")
        // The next test runs these.
        .filter(({ line }) => path !== comparison || !compared.includes(line))
        .map((block) => [path, block] as const)
    );
    await eachOf(programs, async ([path, block]) => {
      await runPython(path, block);
    });
  },
});

Deno.test({
  ...requires(
    "a program in both languages prints the same",
    symlinks,
    needs.python,
  ),
  async fn() {
    using folder = folderOfAReader([]);
    const config = `${folder.path}/deno.json`;
    const map = blocksOf(read("docs/start.md"))
      .find(({ language }) => language === "json")!.code;
    Deno.writeTextFileSync(config, map);
    const all = pairs();
    assert(all.length >= 5);
    await eachOf(all, async ([python, ours]) => {
      const file = `${folder.path}/${ours.line}.ts`;
      Deno.writeTextFileSync(file, ours.code);
      const where = `${comparison}:${ours.line}`;
      const [expected, printed] = await Promise.all([
        runPython(comparison, python),
        run(where, Deno.execPath(), ["run", "--allow-ffi", file]),
      ]);
      assertEquals(printed, expected, where);
      assert(expected !== "", `${where} prints nothing`);
    });
  },
});

/** The page for beginners, with the programs and the import map that it has one save. */
function beginner(): Disposable & { path: string; blocks: Block[] } {
  const blocks = blocksOf(read("docs/start.md"));
  const folder = folderOfAReader(blocks);
  const map = blocks.find(({ language }) => language === "json")!.code;
  Deno.writeTextFileSync(`${folder.path}/deno.json`, map);
  return { ...folder, blocks };
}

Deno.test({
  ...requires("start.md's program prints what it says", symlinks),
  async fn() {
    using reader = beginner();
    assertEquals(await runAsShown(reader.blocks, reader.path), 1);
  },
});

Deno.test({
  ...requires("start.md's server echoes", symlinks, needs.python),
  async fn() {
    using reader = beginner();
    const path = `${reader.path}/server.ts`;
    const server = Deno.readTextFileSync(path);
    assert(server.includes("8080]);"));
    // The port may be taken here, so the system chooses one.
    const chosen = "0]);\nconsole.log(server.getsockname()[1]);";
    Deno.writeTextFileSync(path, server.replace("8080]);", chosen));
    await using running = Peer.start(Deno.execPath(), [
      "run",
      "--check",
      "--allow-ffi",
      path,
    ]);
    await using client = Peer.start("python3", [
      "-c",
      "import socket, sys\n" +
      "s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n" +
      "s.sendall(b'hello'); print(s.recv(5))",
      await running.line(),
    ]);
    assertEquals(await client.rest(), "b'hello'\n");
  },
});

Deno.test({
  ...requires("Ctrl-C ends from_python.md's program in order", symlinks),
  async fn() {
    using reader = beginner();
    const block = blocksOf(read(comparison))
      .find(({ code }) => code.startsWith("// until_ctrl_c.ts\n"))!;
    const path = `${reader.path}/until_ctrl_c.ts`;
    Deno.writeTextFileSync(path, block.code);
    await using running = Peer.start(Deno.execPath(), [
      "run",
      "--check",
      "--allow-ffi",
      path,
    ]);
    assertEquals(await running.line(), "Ctrl-C ends this");
    Deno.kill(running.pid, "SIGINT");
    assertEquals(await running.rest(), "cleaned up\n");
  },
});

/** The page without what is shown as code: no link in it is one. */
const prose = (page: string): string =>
  page.replaceAll(/^```[^]*?^```$/gm, "").replaceAll(/(`+)[^`]+?\1/g, "");

/** The anchors that a code host gives to the headings of a page. */
function anchors(page: string): string[] {
  const headings = page.replaceAll(/^```[^]*?^```$/gm, "")
    .matchAll(/^#+ (.+)$/gm);
  const seen = new Map<string, number>();
  return [...headings].map(([, heading]) => {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    const slug = words.trim().toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\p{Mark} _-]/gu, "")
      .replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** The links of a page to files of this repository, without those to other hosts. */
function linksOf(page: string): string[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

Deno.test("the anchor of a heading is the one that code hosts make", () => {
  assertEquals(anchors("# A `b()`: c-d, e_f\n## Ctrl-C\n### Ctrl-C\n"), [
    "a-b-c-d-e_f",
    "ctrl-c",
    "ctrl-c-1",
  ]);
});

Deno.test("links of the manual, and of the pages beside it, lead somewhere", () => {
  const broken: string[] = [];
  for (const path of [...manual, ...beyond]) {
    const page = read(path);
    for (const link of linksOf(page)) {
      const [file, anchor] = link.split("#");
      const target = file === ""
        ? path
        : new URL(file, `file:///${path}`).pathname.slice(1);
      if (!exists(root + target)) broken.push(`${path}: ${link}`);
      else if (anchor !== undefined && target.endsWith(".md")) {
        if (!anchors(read(target)).includes(anchor)) {
          broken.push(`${path}: ${link}`);
        }
      }
    }
  }
  assertEquals(broken, []);
});

Deno.test("docs/README.md lists every page of the manual", () => {
  const listed = linksOf(read("docs/README.md"))
    .filter((link) => !link.startsWith("../"))
    .map((link) => `docs/${link}`);
  assertEquals(listed.sort(), manual.filter((p) => p !== "docs/README.md"));
});
