/**
 * The types, tried as programs try them: each function of `types/` is a test, named by its comment.
 * What must not compile follows `@ts-expect-error:` and the message that the compiler shows. The
 * compiler checks these files like all others; here their messages are compared.
 */

import { assert, assertEquals } from "@std/assert";
import { text } from "./support/bytes.ts";
import { beside, temporaryFolder } from "./support/files.ts";

const FILES = ["sockets", "addresses", "options", "errors"];

/** More lines, or longer ones, are nothing that a person reads. */
const MAX_LINES = 8, MAX_LENGTH = 200;

/** A message that a line must cause. */
interface Expected {
  readonly line: number;
  readonly message: string;
}

/** A small test: a function or class, the lines from `first` to `last` of a file. */
interface Small {
  readonly file: string;
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly expected: readonly Expected[];
}

/** What the compiler says about a line. */
interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const source = (file: string): string[] =>
  Deno.readTextFileSync(beside(`types/${file}.ts`)).split("\n");

/** The small tests of a file. */
function testsOf(file: string): Small[] {
  const lines = source(file);
  return lines.flatMap((line, at): Small[] => {
    const [, name] = /^\/\*\* (.*)\.? \*\/$/.exec(line) ?? [];
    if (at === 0 || name === undefined) return [];
    const last = lines.indexOf("}", at);
    return [{
      file,
      name: name.replace(/\.$/, ""),
      first: at,
      last,
      expected: expectedOf(lines, at, last),
    }];
  });
}

function expectedOf(lines: string[], first: number, last: number): Expected[] {
  const found: Expected[] = [];
  for (let at = first; at < last; at++) {
    const [, begin] = /^ *\/\/ @ts-expect-error: (.*)/.exec(lines[at]) ?? [];
    if (begin === undefined) continue;
    let message = begin;
    for (at++; /^ *\/\//.test(lines[at]); at++) {
      message += lines[at].replace(/^ *\/\//, "");
    }
    found.push({ line: at, message });
  }
  return found;
}

/** Compiles the files without their `@ts-expect-error`. */
async function compiled(): Promise<Diagnostic[]> {
  using folder = temporaryFolder();
  const library = new URL(`file://${beside("..")}/`).href;
  const paths = [...FILES, "support"].map((file) => {
    const path = `${folder.path}/${file}.ts`;
    const code = source(file).join("\n")
      .replaceAll('"../../', `"${library}`)
      .replaceAll("@ts-expect-error", "expected");
    Deno.writeTextFileSync(path, code);
    return path;
  });
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--config", beside("../deno.json"), ...paths],
    env: { NO_COLOR: "1" },
  }).output();
  return diagnostics(text(stdout) + text(stderr));
}

/** Reads the compiler's output. */
function diagnostics(output: string): Diagnostic[] {
  return output.split(/\n(?=TS\d+ \[ERROR\])/).flatMap((part) => {
    const [, said, where] =
      /^TS\d+ \[ERROR\]: ([^]*?)\n +at (file:\S*)/.exec(part) ?? [];
    const place = /([a-z_]+)\.ts:(\d+):\d+$/.exec(where ?? "");
    if (place === null) return [];
    // The line of code and its underline follow the message, unless the code is far too long.
    const lines = said.split("\n");
    const message = /^ *~+$/.test(lines.at(-1)!) ? lines.slice(0, -2) : lines;
    const [, file, line] = place;
    return [{ file, line: Number(line) - 1, message: message.join("\n") }];
  });
}

const compiling = compiled();

for (const small of FILES.flatMap(testsOf)) {
  Deno.test(`types: ${small.name}`, async () => {
    const found = (await compiling).filter(({ file, line }) =>
      file === small.file && line >= small.first && line <= small.last
    );
    const unexpected = found.filter(({ line }) =>
      !small.expected.some((expected) => expected.line === line)
    );
    assertEquals(unexpected, [], "must compile");
    for (const { line, message } of small.expected) {
      const said = found.find((diagnostic) => diagnostic.line === line);
      if (said === undefined) throw new Error(`must not compile: ${message}`);
      const onOneLine = said.message.replaceAll(/\n +/g, " ");
      assert(
        onOneLine.includes(message),
        `${message}\nbut is\n${said.message}`,
      );
      const lines = said.message.split("\n");
      assert(lines.length <= MAX_LINES, said.message);
      assert(lines.every(({ length }) => length <= MAX_LENGTH), said.message);
    }
  });
}

Deno.test("types: there are at least 70 small tests", () => {
  assert(FILES.flatMap(testsOf).length >= 70);
});
