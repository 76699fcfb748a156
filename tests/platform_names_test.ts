/** Only `ffi/`, `constants/` and `poll/` may distinguish platforms. */

import { assert, assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

/** The source files of a folder, by their paths from the root. */
function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (isDirectory) yield* sources(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
  }
}

/** A comment, or a text, which may look like a comment or like code. */
const tokens =
  /\/\*[^]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;

/** The lines of a source that tell platforms apart, its comments left out. */
function namings(source: string): string[] {
  const code = source.replace(
    tokens,
    (token) => token.startsWith("/") ? token.replace(/[^\n]/g, "") : token,
  );
  return code.split("\n").filter((line) =>
    /Deno\.build|process\.platform|navigator\.(platform|userAgent)|constants\/platform\.ts/
      .test(line) ||
    /["'`](linux|darwin|macos|windows|win32|freebsd)(_\w+)?["'`]/i.test(line) ||
    /\.(linux|darwin|windows|freebsd)(_\w+)?\b/i.test(line)
  );
}

Deno.test("a platform's name in code is seen, in a comment it is not", () => {
  for (
    const line of [
      'if (os === "linux") {',
      "const here = Deno.build.os;",
      "layouts.linux_x86_64",
      'import { platform } from "../constants/platform.ts";',
      "const url = 'https://a'; f('darwin');",
    ]
  ) assertEquals(namings(line), [line]);
  for (
    const line of [
      "/** On macOS and Linux. */",
      "f(); // as on darwin",
      '/*\n * x === "linux"\n */',
      '"Windows has none"',
    ]
  ) assertEquals(namings(line), []);
});

Deno.test("nothing outside of ffi/, constants/ and poll/ asks which platform it is on", () => {
  const files = [
    ...sources("socket/"),
    ...sources("node/"),
    ...sources("selectors/"),
    ...sources("examples/"),
    "mod.ts",
    "async.ts",
    "selectors.ts",
    "node.ts",
  ].filter((path) => !path.endsWith("/modules.ts")); // lists of all modules
  assert(files.length > 50);
  const found = files.flatMap((path) =>
    namings(Deno.readTextFileSync(new URL(path, root)))
      .map((line) => `${path}: ${line.trim()}`)
  );
  assertEquals(found, []);
});
