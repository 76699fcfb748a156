/**
 * `deno task build`: what is published, in `dist/`. The folder is a package for npm, and a tree to
 * put behind a URL.
 */

import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { oldestDeno } from "../ffi/libc.ts";
import { writeDeclarations, writeScripts } from "./bundle.ts";

const root = new URL("../", import.meta.url);
const dist = new URL("dist/", root);

/** The exports of the package, such as `./async`, with the names of their doors. */
const doors = Object.entries(config.exports)
  .map(([name, path]) => [name, path.slice("./".length, -".ts".length)]);

/** The package's description for npm. */
function manifest(): object {
  const { name, version, license } = config;
  return {
    name,
    version,
    license,
    description:
      "Python's socket module for Deno: the C library's sockets, blocking and awaiting",
    keywords: ["socket", "tcp", "udp", "unix", "netlink", "ffi", "python"],
    // Node has no `Deno.dlopen`.
    engines: { deno: `>=${oldestDeno}` },
    type: "module",
    sideEffects: false,
    exports: Object.fromEntries(doors.map(([name, door]) => [
      name,
      { types: `./${door}.d.ts`, default: `./${door}.js` },
    ])),
  };
}

try {
  Deno.removeSync(dist, { recursive: true });
} catch (error) {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
Deno.mkdirSync(dist);
const names = doors.map(([, door]) => door);
await writeScripts(names, fileURLToPath(dist));
await writeDeclarations(names, fileURLToPath(dist));
for (const file of ["LICENSE", "README.md", "CHANGELOG.md"]) {
  Deno.copyFileSync(new URL(file, root), new URL(file, dist));
}
Deno.writeTextFileSync(
  new URL("package.json", dist),
  JSON.stringify(manifest(), null, 2) + "\n",
);

const files = [...Deno.readDirSync(dist)].length +
  [...Deno.readDirSync(new URL("chunks/", dist))].length;
console.log(`dist/: @libc/socket ${config.version}, ${files} files`);
