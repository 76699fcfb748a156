/** Imports run down only: the rooms of ARCHITECTURE.md, walked. */

import { assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

/** The rooms from the bottom up. A file may import from its own room and from those before it. */
const rooms = [
  "constants",
  "ffi",
  "errors",
  "poll",
  "bytes",
  "selectors",
  "socket/address",
  "socket/resolver",
  "socket/operations",
  "socket/structures",
  "socket/file",
  "socket",
  "async",
  "handlers",
  "", // the doors
];

/** The one arrow that runs up: constants are typed by the addresses of their family. */
const exception =
  "constants/generated/names.d.ts imports socket/address/types.ts";

/** Rooms that the doors do not reach, or that are no part of the library. */
const outside =
  /^(tests|examples|bench|docs|dist|coverage|node_modules|constants\/generator|\..*)$/;

/** The source files of the library, by their paths from the root. */
function sources(folder = ""): string[] {
  return [...Deno.readDirSync(new URL(folder || ".", root))].flatMap(
    ({ name, isDirectory }) => {
      const path = folder + name;
      if (outside.test(path)) return [];
      if (isDirectory) return sources(`${path}/`);
      return /\.(ts|js)$/.test(name) ? [path] : [];
    },
  );
}

/** What a file imports, type imports and dynamic ones included. */
function imports(path: string): string[] {
  const text = Deno.readTextFileSync(new URL(path, root))
    .replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, ""); // examples import, too
  return [...text.matchAll(/(?:from|import|import\()\s*"(\.[^"]*)"/g)].map(
    ([, specifier]) =>
      new URL(specifier, new URL(path, root)).href.slice(root.href.length),
  );
}

/** The room of a file: the longest that its path begins with. */
function roomOf(path: string): number {
  const fitting = rooms.filter((room) =>
    room === "" ? !path.includes("/") : path.startsWith(`${room}/`)
  );
  if (fitting.length === 0) return -1;
  return rooms.indexOf(fitting.sort((a, b) => b.length - a.length)[0]);
}

const graph = new Map(sources().map((path) => [path, imports(path)]));

Deno.test("every file of the library lies in a room of ARCHITECTURE.md", () => {
  const map = Deno.readTextFileSync(new URL("ARCHITECTURE.md", root));
  for (const path of graph.keys()) {
    if (roomOf(path) >= 0) continue;
    throw new Error(
      `${path} lies in no room: move it into one, or add its folder to the list of rooms in this test ` +
        `and to ARCHITECTURE.md, above all that it imports`,
    );
  }
  for (const room of rooms) {
    if (room !== "" && !map.includes(`\`${room}/\``)) {
      throw new Error(`ARCHITECTURE.md does not say what belongs in ${room}/`);
    }
  }
});

Deno.test("imports run down only", () => {
  const wrong: string[] = [];
  for (const [path, targets] of graph) {
    for (const target of targets) {
      const arrow = `${path} imports ${target}`;
      if (roomOf(target) > roomOf(path) && arrow !== exception) {
        wrong.push(
          `${arrow}, which lies above it: pass what it needs in as an argument, or move what both ` +
            `need into the lower room`,
        );
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("no files import each other in a circle", () => {
  const done = new Set<string>();
  const walk = (path: string, way: string[]): void => {
    if (done.has(path)) return;
    const at = way.indexOf(path);
    if (at >= 0) {
      throw new Error(
        `a circle: ${
          [...way.slice(at), path].join(" → ")
        }: move what the first needs of the last ` +
          `into a file below both; where it is a type, declare an interface of what is used`,
      );
    }
    for (const target of graph.get(path) ?? []) {
      if (`${path} imports ${target}` !== exception) {
        walk(target, [...way, path]);
      }
    }
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
});
