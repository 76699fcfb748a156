/**
 * `deno task build [folder]`: what is published, in `dist/` if no other folder is given. The folder
 * is a package for npm, and a tree to put behind a URL.
 */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { oldestDeno } from "../ffi/libc.ts";
import { writeDeclarations, writeScripts } from "./bundle.ts";
import { packageReadme, withoutDeadLinks } from "./readme.ts";

const root = new URL("../", import.meta.url);
const dist = resolve(Deno.args[0] ?? fileURLToPath(new URL("dist", root)));

/** The exports of the package, such as `./async`, with the names of their doors. */
const doors = Object.entries(config.exports)
  .map(([name, path]) => [name, path.slice(2, -".ts".length)] as const);

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
Deno.mkdirSync(dist, { recursive: true });
const names = doors.map(([, door]) => door);
await writeScripts(names, dist);
await writeDeclarations(names, dist);
const pages = ["README.md", "CHANGELOG.md", "SECURITY.md"];
for (const page of pages) {
  const text = Deno.readTextFileSync(new URL(page, root));
  const own = page === "README.md" ? packageReadme(text, doors) : text;
  Deno.writeTextFileSync(`${dist}/${page}`, withoutDeadLinks(own, pages));
}
Deno.copyFileSync(new URL("LICENSE", root), `${dist}/LICENSE`);
Deno.writeTextFileSync(
  `${dist}/package.json`,
  JSON.stringify(manifest(), null, 2) + "\n",
);
console.log(`@libc/socket ${config.version} is in ${dist}`);
