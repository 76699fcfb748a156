/** What `deno task build` makes: it works by npm, by URL and for the compiler of others. */

import { pathToFileURL } from "node:url";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { built } from "../support/built.ts";
import { bundle, bundler } from "../support/bundle.ts";
import { text } from "../support/bytes.ts";
import { checkedProject, STRICTEST } from "../support/consumer.ts";
import { beside, copyAll, exists, temporaryFolder } from "../support/files.ts";
import { blocksOf, folderOfAReader, runAsShown } from "../support/markdown.ts";
import { canRun, need, requires } from "../support/requires.ts";
import { servedTree } from "../support/served_tree.ts";

const config = JSON.parse(Deno.readTextFileSync(beside("../deno.json")));

/** The names of the doors, and those that a program of its own can import. */
const doors: string[] = Object.values<string>(config.exports)
  .map((path) => path.slice("./".length, -".ts".length));
const libraries = doors.filter((door) => door !== "lint");

const release = built();
globalThis.addEventListener("unload", () => release[Symbol.dispose]());

/** The release as a URL that ends in a slash. */
const root = new URL(`${pathToFileURL(release.path).href}/`);

/** Runs Deno in a folder, with a cache of its own in it. */
async function deno(
  folder: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ success: boolean; out: string; err: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { DENO_DIR: `${folder}/.deno`, NO_COLOR: "1", ...env },
  }).output();
  return { success, out: text(stdout), err: text(stderr) };
}

/** A program that uses the module at a specifier, and then makes a mistake in its line 6. */
const program = (specifier: string) => `
import * as socket from "${specifier}";
using server = socket.create_server(["127.0.0.1", 0]);
using client = socket.create_connection(server.getsockname());
console.log(client.send(new Uint8Array(3)));
client.bind(["127.0.0.1", 99999]);
`;

/** Checks what that program printed, and that its mistake is reported at its own line. */
function check(result: { out: string; err: string }): void {
  assertEquals(result.out, "3\n", result.err);
  assertMatch(
    result.err,
    /RangeError: port must be 0-65535, not 99999\n(?:.*\n.*\n)? +at file:.*main\.ts:6:8/,
  );
}

/** A program that uses each door, for compilers. */
const CONSUMER = `
import * as socket from "@libc/socket";
import { AF_INET, AF_INET6, type InetAddress, Socket } from "@libc/socket";
import { AsyncSocket, create_connection } from "@libc/socket/async";
import { pack } from "@libc/socket/bytes";
import { IFF_NO_PI } from "@libc/socket/linux";
import { RTM_GETLINK } from "@libc/socket/netlink";
import { duplex } from "@libc/socket/node";
import { DefaultSelector, EVENT_READ } from "@libc/socket/selectors";

const inet = new Socket(AF_INET);
const [host, port]: InetAddress = inet.getsockname();
// @ts-expect-error: no path for an IPv4 socket
inet.bind("/path");
const either: Socket = new Socket(host === "" ? AF_INET6 : AF_INET);
const names: Map<Socket, string> = new Map([[either, host]]);
const connected: Socket = socket.create_connection([host, port], { timeout: undefined });
const later: AsyncSocket = await create_connection([host, port]);
const stream = duplex(new AsyncSocket(AF_INET));
stream.write(pack("!HH", IFF_NO_PI, RTM_GETLINK));
const selector = new DefaultSelector<undefined, Socket>();
selector.register(connected, EVENT_READ, undefined);
console.log(names, later.localAddr);
export {};
`;

Deno.test("the release is a package of npm", async (t) => {
  const names = [...Deno.readDirSync(release.path)].map(({ name }) => name);
  const manifest = JSON.parse(
    Deno.readTextFileSync(`${release.path}/package.json`),
  );
  await t.step("its files", () => {
    assertEquals(
      names.sort(),
      [
        ...doors.flatMap((door) =>
          [".d.ts", ".js", ".js.map"].map((end) => door + end)
        ),
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "chunks",
        "package.json",
      ].sort(),
    );
  });
  await t.step("declarations beside each chunk", () => {
    const chunks = [...Deno.readDirSync(`${release.path}/chunks`)]
      .map(({ name }) => name);
    const of = (end: string) =>
      chunks.filter((name) => name.endsWith(end))
        .map((name) => name.slice(0, -end.length)).sort();
    assertEquals(of(".d.ts"), of(".js"));
    assertEquals(of(".js.map"), of(".js"));
  });
  await t.step("its exports", () => {
    const { name, version, license } = config;
    assertEquals([manifest.name, manifest.version, manifest.license], [
      name,
      version,
      license,
    ]);
    assertEquals(Object.keys(manifest.exports), Object.keys(config.exports));
    for (
      const { types, default: script } of Object.values<
        { types: string; default: string }
      >(manifest.exports)
    ) {
      assert(names.includes(types.slice(2)) && names.includes(script.slice(2)));
    }
  });
});

Deno.test("JSR gets the modules that the doors reach, and no more", async () => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
    cwd: beside(".."),
    env: { NO_COLOR: "1" },
  }).output();
  const own = pathToFileURL(beside("../")).href;
  const published = [
    ...(text(stdout) + text(stderr)).matchAll(/(file:\S+) \(/g),
  ]
    .map(([, url]) => url.slice(own.length))
    .filter((path) => path !== ".git"); // of a work tree of git's
  const reached = new Set<string>();
  for (const door of doors) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", `${door}.ts`],
      cwd: beside(".."),
    }).output();
    for (const { specifier } of JSON.parse(text(stdout)).modules) {
      if (specifier.startsWith(own)) reached.add(specifier.slice(own.length));
    }
  }
  assertEquals(
    published.sort(),
    [
      ...reached,
      ...["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "deno.json"],
    ].sort(),
  );
});

Deno.test("each door of the release exports what its source does", async () => {
  for (const door of libraries) {
    const source = await import(`../../${door}.ts`);
    const other = await import(new URL(`${door}.js`, root).href);
    assertEquals(Object.keys(other).sort(), Object.keys(source).sort());
    for (const [name, value] of Object.entries<unknown>(source)) {
      if (typeof value === "function") {
        assertEquals(other[name].name, value.name, `${door}: ${name}`);
      }
    }
  }
});

Deno.test({
  ...requires("a minified release has the same names of classes", bundler),
  async fn() {
    using folder = temporaryFolder();
    for (const door of libraries) {
      const path = `${folder.path}/${door}.mjs`;
      const failed = bundle(`${release.path}/${door}.js`, path, ["--minify"]);
      assertEquals(failed, "");
      const minified = await import(pathToFileURL(path).href);
      const other = await import(new URL(`${door}.js`, root).href);
      for (const [name, value] of Object.entries<unknown>(other)) {
        if (typeof value !== "function" || !/^class\b/.test(`${value}`)) {
          continue;
        }
        assertEquals(minified[name].name, value.name, `${door}: ${name}`);
      }
    }
  },
});

Deno.test("the release works by URL, in at most six requests", async (t) => {
  await using tree = servedTree(root);
  for (const door of libraries) {
    await t.step(door, async () => {
      using folder = temporaryFolder();
      tree.requests.length = 0;
      const url = `${tree.origin}/${door}.js`;
      Deno.writeTextFileSync(
        `${folder.path}/main.ts`,
        door === "mod" ? program(url) : `import "${url}"; console.log(3);`,
      );
      const result = await deno(folder.path, [
        ...["run", "--no-prompt", "--allow-ffi", "--no-check"],
        ...[`--allow-import=127.0.0.1:${tree.port}`, "main.ts"],
      ]);
      if (door === "mod") check(result);
      else assertEquals(result.out, "3\n", result.err);
      assert(tree.requests.length <= 6, tree.requests.join());
    });
  }
});

Deno.test("the release is checked by URL", async () => {
  await using tree = servedTree(root);
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/main.ts`, CONSUMER);
  Deno.writeTextFileSync(
    `${folder.path}/deno.json`,
    JSON.stringify({
      imports: Object.fromEntries(
        Object.keys(config.exports).map((name, i) => [
          name.replace(".", "@libc/socket"),
          `${tree.origin}/${doors[i]}.js`,
        ]),
      ),
    }),
  );
  const { success, err } = await deno(folder.path, [
    ...["check", "--no-lock", `--allow-import=127.0.0.1:${tree.port}`],
    "main.ts",
  ]);
  assert(success, err);
});

/** A registry of npm that has this release and nothing else. */
function registry(): AsyncDisposable & { url: string } {
  const { stdout: tarball } = new Deno.Command("tar", {
    args: ["-cz", "--transform=s,^[.],package,", "-C", release.path, "."],
  }).outputSync();
  const { name, version } = config;
  const manifest = JSON.parse(
    Deno.readTextFileSync(`${release.path}/package.json`),
  );
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { origin, pathname } = new URL(request.url);
      if (pathname.endsWith(".tgz")) return new Response(tarball);
      if (decodeURIComponent(pathname) !== `/${name}`) {
        return new Response(null, { status: 404 });
      }
      const dist = { tarball: `${origin}/package.tgz` };
      return Response.json({
        name,
        "dist-tags": { latest: version },
        versions: { [version]: { ...manifest, dist } },
      });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test({
  ...requires(
    "the release works by npm:",
    need("tar", canRun("tar") && Deno.build.os === "linux"),
  ),
  async fn() {
    await using npm = registry();
    using folder = temporaryFolder();
    const { path } = folder;
    Deno.writeTextFileSync(`${path}/main.ts`, program("npm:@libc/socket"));
    const run = ["run", "--no-prompt", "--allow-ffi", "--no-lock"];
    const env = { NPM_CONFIG_REGISTRY: npm.url };
    check(await deno(path, [...run, "main.ts"], env));
    check(await deno(path, [...run, "--cached-only", "main.ts"], env));
  },
});

Deno.test({
  ...requires(
    "the release's README is followed to the letter: its programs run by npm:",
    need("tar", canRun("tar") && Deno.build.os === "linux"),
  ),
  async fn() {
    const blocks = blocksOf(
      Deno.readTextFileSync(`${release.path}/README.md`),
    );
    await using npm = registry();
    using folder = folderOfAReader(blocks, false);
    const { path } = folder;
    const env = {
      NPM_CONFIG_REGISTRY: npm.url,
      DENO_DIR: `${path}/.deno`,
      DENO_NO_UPDATE_CHECK: "1",
    };
    const [command, ...args] = blocks[0].code.trim().split(" ");
    assertEquals(command, "deno");
    const added = await deno(path, args, env);
    assert(added.success, added.err);
    assertEquals(await runAsShown(blocks, path, env), 2);
    const checked = await deno(path, ["check", "."], env);
    assert(checked.success, checked.err);
  },
});

Deno.test("the pages of the release have no links to what only a clone has", () => {
  for (const { name } of Deno.readDirSync(release.path)) {
    if (!name.endsWith(".md")) continue;
    const page = Deno.readTextFileSync(`${release.path}/${name}`);
    for (const [, path] of page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert(exists(`${release.path}/${path}`), `${name} links to ${path}`);
    }
    assert(!/libc-socket|this repository|git clone/i.test(page), name);
  }
});

Deno.test("deno lint takes the plugin of the release", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const plugins = [new URL("lint.js", root).href];
  Deno.writeTextFileSync(
    `${path}/deno.json`,
    JSON.stringify({ lint: { plugins } }),
  );
  Deno.writeTextFileSync(`${path}/main.ts`, "while (s.recv(1)) count++;\n");
  const { success, err } = await deno(path, ["lint", "main.ts"]);
  assert(!success && err.includes("socket/empty-bytes-are-true"), err);
});

Deno.test("what builds a release is not what every task downloads", () => {
  const { imports } = JSON.parse(
    Deno.readTextFileSync(beside("../build/deno.json")),
  );
  const { specifiers } = JSON.parse(
    Deno.readTextFileSync(beside("../deno.lock")),
  );
  for (const specifier of Object.values<string>(imports)) {
    assert(!(specifier in specifiers), `deno.lock has ${specifier}`);
  }
});

Deno.test("a project with the strictest settings has the release as a folder", async () => {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/third_party`);
  copyAll(release.path, `${folder.path}/third_party/socket`);
  const own = "./third_party/socket";
  assertEquals(await checkedProject(folder.path, own, ".js", STRICTEST), "");
});

Deno.test("the declarations pass tsc --strict without skipLibCheck", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  Deno.writeTextFileSync(
    `${path}/package.json`,
    JSON.stringify({
      type: "module",
      dependencies: { typescript: "5.9.3", "@types/node": "24.19.2" },
    }),
  );
  const installed = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: path,
  }).output();
  assert(installed.success, text(installed.stderr));
  Deno.mkdirSync(`${path}/node_modules/@libc`);
  Deno.symlinkSync(release.path, `${path}/node_modules/@libc/socket`);
  Deno.writeTextFileSync(`${path}/main.ts`, CONSUMER);
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "node_modules/typescript/bin/tsc"],
      ...["--noEmit", "--strict", "--target", "esnext"],
      ...["--module", "nodenext", "--lib", "esnext,dom", "--types", "node"],
      ...["--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"],
      "main.ts",
    ],
    cwd: path,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, text(stdout));
});
