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
  "node",
  "netlink",
  "lint",
  "", // the doors
];

/** The one arrow that runs up: constants are typed by the addresses of their family. */
const exception =
  "constants/generated/names.d.ts imports socket/address/types.ts";

/** Rooms that the doors do not reach, or that are no part of the library. */
const outside =
  /^(tests|examples|bench|build|docs|dist|coverage|node_modules|constants\/generator|\..*)$/;

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

Deno.test("only node/ imports modules of Node", () => {
  const wrong = [...graph.keys()].filter((path) =>
    !path.startsWith("node/") &&
    /^(?:import|\} from|export) .*"node:|import\("node:/m.test(
      Deno.readTextFileSync(new URL(path, root)),
    )
  );
  assertEquals(wrong, []);
  for (const door of ["mod.ts", "async.ts", "selectors.ts", "bytes.ts"]) {
    const reached = new Set([door]);
    for (const path of reached) {
      graph.get(path)?.forEach((to) => reached.add(to));
    }
    assertEquals([...reached].filter((path) => path.startsWith("node/")), []);
  }
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

/** The modules that a file loads before it runs, in order. */
function loads(path: string): string[] {
  const text = Deno.readTextFileSync(new URL(path, root));
  const statements =
    /^(?:import|export)\s+(?!type\b)(?:([*\w{][^;"]*?)\s+from\s+)?"(\.[^"]*)"[^;]*;/gm;
  return [...text.matchAll(statements)]
    .filter(([, names = "*"]) => !/^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(names))
    .map(([, , specifier]) =>
      new URL(specifier, new URL(path, root)).href.slice(root.href.length)
    );
}

/** All that a door loads, each module after those that it loads itself. */
function modulesOf(path: string, found = new Set<string>()): Set<string> {
  for (const module of loads(path)) {
    if (found.has(module) || module.endsWith("/modules.ts")) continue;
    modulesOf(module, found);
    found.add(module);
  }
  return found;
}

const blocking = modulesOf("mod.ts");
const lists: readonly (readonly [list: string, modules: readonly string[]])[] =
  [
    ["socket/modules.ts", [...blocking]],
    [
      "async/modules.ts",
      [
        "socket/modules.ts",
        ...[...modulesOf("async.ts")].filter((path) => !blocking.has(path)),
      ],
    ],
  ];

for (const [list, modules] of lists) {
  Deno.test(`${list} has every module of its door (-- --update writes it)`, () => {
    const url = new URL(list, root);
    const text = Deno.readTextFileSync(url);
    const folder = list.slice(0, list.indexOf("/") + 1);
    const lines = modules.map((path) =>
      path.startsWith(folder)
        ? `import "./${path.slice(folder.length)}";\n`
        : `import "../${path}";\n`
    );
    const start = text.indexOf("\nimport ") + 1;
    if (Deno.args.includes("--update")) {
      Deno.writeTextFileSync(url, text.slice(0, start) + lines.join(""));
    } else assertEquals(text.slice(start), lines.join(""));
  });
}

/** What a door exports, types included. */
function exportsOf(path: string): Set<string> {
  const text = Deno.readTextFileSync(new URL(path, root));
  const stars = [...text.matchAll(/^export \* from "([^"]*)"/gm)];
  const named = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)];
  return new Set([
    ...stars.map(([, module]) => `* of ${module}`),
    ...named.flatMap(([, names]) =>
      names.split(",").map((name) => name.trim().replace(/^type |.* as /g, ""))
    ),
  ]);
}

Deno.test("async.ts has every name of mod.ts", () => {
  const [all, some] = ["async.ts", "mod.ts"].map(exportsOf);
  assertEquals([...some.difference(all)], []);
});
