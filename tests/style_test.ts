/** The style of CONTRIBUTING.md, as far as neither `deno fmt` nor `deno lint` checks it. */

import { assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

/** How many columns a line with a comment may have. `deno fmt` does not wrap comments. */
const COLUMNS = 100;

/** The folders of hand-written sources. The doors lie beside them. */
const folders = [
  "async/",
  "bytes/",
  "constants/",
  "docs/",
  "errors/",
  "examples/",
  "ffi/",
  "handlers/",
  "node/",
  "netlink/",
  "lint/",
  "poll/",
  "selectors/",
  "socket/",
];

/** The TypeScript files of a folder and of those in it, by their paths from the root. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, root))].flatMap(
    ({ name, isDirectory }) => {
      if (isDirectory) {
        return name === "generated" ? [] : filesIn(`${folder}${name}/`);
      }
      return name.endsWith(".ts") ? [folder + name] : [];
    },
  );
}

/** The modules beside the folders. */
function doors(): string[] {
  return [...Deno.readDirSync(root)].map(({ name }) => name)
    .filter((name) => name.endsWith(".ts"));
}

/** Whether a line is too long because of its comment, and could be broken. */
function isTooLong(line: string): boolean {
  if ([...line].length <= COLUMNS) return false;
  const comment = /^\s*(?:\/\*\*?|\*|\/\/)(.*)$|\s\/\/ (.*)$/.exec(line);
  const text = comment?.[1] ?? comment?.[2];
  if (text === undefined) return false;
  // A long URL cannot be broken, nor can a command, which is indented.
  return text.trim().includes(" ") && !/^ {4}/.test(text);
}

Deno.test("a line is too long because of its comment, not of its code", () => {
  const words = "word ".repeat(20).trim(); // 99 columns
  assertEquals(isTooLong(words.replace("word", "//")), false);
  assertEquals(isTooLong(`// ${words}`), true);
  assertEquals(isTooLong(` * ${words}`), true);
  assertEquals(isTooLong(`/** ${words} */`), true);
  assertEquals(isTooLong(`return 1; // ${words}`), true);
  assertEquals(isTooLong(`const text = "${words}";`), false);
  assertEquals(isTooLong(` *     ${words}`), false);
  assertEquals(isTooLong(` * https://example.com/${"x".repeat(100)}`), false);
});

Deno.test(`comments have at most ${COLUMNS} columns`, () => {
  const tooLong: string[] = [];
  for (const path of [...doors(), ...folders.flatMap(filesIn)]) {
    const lines = Deno.readTextFileSync(new URL(path, root)).split("\n");
    lines.forEach((line, i) => {
      if (isTooLong(line)) tooLong.push(`${path}:${i + 1}`);
    });
  }
  if (tooLong.length === 0) return;
  throw new Error(
    `Comments are too long: wrap them at ${COLUMNS} columns, and put one that stands behind code ` +
      `on a line of its own above it:\n${tooLong.join("\n")}`,
  );
});

Deno.test("`deno task ok` does what .ci/run does", () => {
  const { tasks } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", root)),
  );
  const script = Deno.readTextFileSync(new URL(".ci/run", root));
  const called = (text: string): string[] =>
    [...text.matchAll(/\bdeno task (\w+)/g)].map(([, name]) => name);
  assertEquals(
    called(script.replaceAll(/^\s*#.*$/gm, "")),
    called(tasks.ok.command),
  );
});
