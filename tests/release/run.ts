/**
 * `deno task test:release [test file…]`: the tests of what programs import, on a release.
 *
 * A copy of the tests and examples stands beside the release. Where they import a module of the
 * source tree, they find one that exports what the door of its room does; a test that needs more
 * than the doors export is left out.
 */

import { dirname, join } from "node:path";
import { built } from "../support/built.ts";
import { beside, copyAll, temporaryFolder } from "../support/files.ts";

const root = beside("..");
const { exports } = JSON.parse(
  Deno.readTextFileSync(join(root, "deno.json")),
) as { exports: Record<string, string> };
const doors = Object.values(exports)
  .map((path) => path.slice("./".length, -".ts".length));

/** The folders of the library. */
const rooms = [...Deno.readDirSync(root)]
  .filter(({ name, isDirectory }) =>
    isDirectory &&
    !/^(tests|examples|bench|build|docs|dist|coverage|node_modules|site|\..*)$/
      .test(name)
  ).map(({ name }) => name);

const copied = ["tests", "examples", "docs", "bench", "README.md", "deno.json"]
  .concat("CHANGELOG.md", "SECURITY.md", "ARCHITECTURE.md", "CONTRIBUTING.md");

/** Tests that a release cannot pass, and why. */
const OUTSIDE: Record<string, RegExp> = {
  "they read the source tree":
    /tests\/(architecture|style|bundle|url_import|consumer|types|docs|readme|platform_names|twins|reference|blocking_page)_test\.ts$|tests\/(release|cpython|lint|docs|types)\/|(interface|import|forms)_test\.ts$/,
  "they run on the records of another platform": /tests\/platforms\//,
  "it is about the tests": /tests\/left_open_test\.ts$/,
};

/**
 * What tests import that no door exports, and what is the same in the source: plain data. Of
 * functions only `osError`.
 */
const DATA = /^(E_[A-Z_]+|tables?|platform|layouts?|osError)$/;

/** `osError`, which no door exports, for the errors of the release. */
const OS_ERROR = `
import { OSError } from "../dist/mod.js";
import { osError as ofSource } from "../source/errors/errors.ts";
export const osError = (...parameters) => {
  const { errno, strerror, syscall, address } = ofSource(...parameters);
  return new OSError(errno, strerror, { syscall, address });
};
`;

/** The door whose exports a source file has a part of. */
function doorOf(path: string): string {
  const name = path.replace(/\/.*|\.ts$/, "");
  return doors.includes(name) ? name : "mod";
}

const exported = new Map<string, ReadonlySet<string>>();

/** A module that the file at a path imports, and the names that it imports as values. */
interface Import {
  readonly path: string;
  readonly names: readonly string[];
}

function importsOf(path: string): Import[] {
  const text = Deno.readTextFileSync(join(root, path))
    .replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  const statements =
    /^(?:import|export)\s+(?!type\b)(?:([*\w{][^;"]*?)\s+from\s+)?"(\.[^"]*)"/gm;
  return [...text.matchAll(statements)].map(([, clause = "", specifier]) => ({
    path: join(dirname(path), specifier),
    names: /^\{/.test(clause)
      ? clause.slice(1, -1).split(",").map((name) => name.trim())
        .filter((name) => name !== "" && !name.startsWith("type "))
        .map((name) => name.split(" as ")[0].trim())
      : clause === ""
      ? []
      : ["*"],
  }));
}

/** What keeps a file from running on a release; `undefined` if nothing does. */
function obstacle(path: string, way = new Set<string>()): string | undefined {
  if (way.has(path)) return undefined;
  way.add(path);
  for (const found of importsOf(path)) {
    if (/^(tests|examples|docs|bench)\//.test(found.path)) {
      const below = obstacle(found.path, way);
      if (below !== undefined) return below;
      continue;
    }
    if (found.path.startsWith("..")) return found.path;
    const isDoor = /^\w+\.ts$/.test(found.path);
    const has = exported.get(doorOf(found.path));
    for (const name of found.names) {
      if (DATA.test(name)) continue;
      if (name === "*" ? !isDoor : !has?.has(name)) {
        return `${name} of ${found.path}`;
      }
    }
  }
  return undefined;
}

function* filesOf(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesOf(path);
    else yield path;
  }
}

using release = built();
using folder = temporaryFolder();
const tree = folder.path;
copyAll(release.path, `${tree}/dist`);
for (const name of copied) copyAll(join(root, name), join(tree, name));

for (const door of doors) {
  if (door === "lint") continue; // deno lint alone can import it
  const module = await import(new URL(`file://${tree}/dist/${door}.js`).href);
  exported.set(door, new Set(Object.keys(module)));
}

// In place of each module of the source: what its door exports.
for (const { name } of Deno.readDirSync(root)) {
  if (rooms.includes(name) || name.endsWith(".ts")) {
    copyAll(join(root, name), join(tree, "source", name));
  }
}
for (const room of rooms) {
  for (const path of filesOf(room)) {
    if (/\.(ts|js)$/.test(path) && !path.endsWith(".d.ts")) shim(path);
  }
}
for (const { name } of Deno.readDirSync(root)) {
  if (name.endsWith(".ts")) shim(name);
}

/** The export of what a module of the source has for tests only: numbers and tables. */
function dataOf(path: string, up: string): string {
  const text = Deno.readTextFileSync(join(root, path));
  const found = [...text.matchAll(/^export const (\w+)/gm)]
    .map(([, name]) => name).filter((name) => DATA.test(name));
  let exports = path === "errors/errors.ts" ? OS_ERROR : "";
  if (found.length > 0) {
    exports += `export { ${found} } from "${up}source/${path}";\n`;
  }
  return exports;
}

function shim(path: string): void {
  const up = "../".repeat(path.split("/").length - 1) || "./";
  Deno.mkdirSync(join(tree, dirname(path)), { recursive: true });
  Deno.writeTextFileSync(
    join(tree, path),
    `export * from "${up}dist/${doorOf(path)}.js";\n${dataOf(path, up)}`,
  );
}

const left: string[] = [];
const chosen: string[] = [];
for (const path of filesOf("tests")) {
  if (!path.endsWith("_test.ts")) continue;
  const reason = Object.keys(OUTSIDE).find((reason) =>
    OUTSIDE[reason].test(path)
  ) ?? obstacle(path);
  if (reason === undefined) chosen.push(path);
  else left.push(`${path}: ${reason}`);
}
console.log(`left out:\n${left.join("\n")}`);
console.log(`${chosen.length} files of tests run, ${left.length} do not`);

const files = Deno.args.length > 0 ? Deno.args : chosen;
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "--allow-all", "--no-check", "--parallel", ...files],
  cwd: tree,
}).spawn().status;
Deno.exitCode = code;
