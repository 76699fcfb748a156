/**
 * The C library is found where other systems keep it. Each test makes a system: a folder with Deno,
 * its loader, and its libraries in one place.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { text } from "../support/bytes.ts";
import { beside, temporaryFolder } from "../support/files.ts";
import { libraryPaths } from "../support/library.ts";
import { canRun, need, needs, requires } from "../support/requires.ts";

const isRoot = Deno.build.os !== "windows" && Deno.uid() === 0;
const unshare = ["--mount", ...isRoot ? [] : ["--map-root-user"]];

const needed = [
  needs.linux,
  need(
    "the privilege to mount, chroot and ldd",
    canRun("unshare", ...unshare, "mount", "-t", "tmpfs", "tmpfs", "/mnt") &&
      canRun("chroot") && canRun("ldd", Deno.execPath()),
  ),
];

// A system sees these files of this machine and no others.
const start = `
  PATH=$PATH:/usr/sbin # of chroot, for users too
  mount --rbind /proc "$3/proc"
  mount --bind "$1" "$3/deno"
  mount --rbind "$2" "$3/source"
  root=$3
  shift 3
  exec chroot "$root" /deno "$@"`;

const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/"));

/** Makes a system with the libraries in a folder. Returns what runs Deno there. */
function system(folder: string): Disposable & {
  run(flags: string[], env?: Record<string, string>): Promise<string>;
} {
  const temporary = temporaryFolder();
  const root = temporary.path;
  const ldd = text(
    new Deno.Command("ldd", { args: [Deno.execPath()] }).outputSync().stdout,
  );
  const loader = /^\s+(\/\S+)/m.exec(ldd)![1];
  for (
    const path of [folder, folderOf(loader), "/source", "/proc", "/cache"]
  ) {
    Deno.mkdirSync(root + path, { recursive: true });
  }
  Deno.copyFileSync(loader, root + loader);
  for (const [, path] of ldd.matchAll(/=> (\S+)/g)) {
    Deno.copyFileSync(path, root + path.replace(folderOf(path), folder));
  }
  Deno.writeTextFileSync(`${root}/deno`, "");
  const files = [Deno.execPath(), beside(".."), root];
  return {
    async run(flags, env = {}) {
      const { stdout, stderr } = await new Deno.Command("unshare", {
        args: [
          ...unshare,
          ...["sh", "-euc", start, "sh", ...files],
          ...["run", "--no-check", "--no-prompt", "--no-config", ...flags],
          "/source/tests/programs/opening.ts",
        ],
        env: {
          ...{ DENO_DIR: "/cache", LD_LIBRARY_PATH: folder, NO_COLOR: "1" },
          NODE_EXTRA_CA_CERTS: "", // Deno warns if the system lacks the file
          ...env,
        },
      }).output();
      assertEquals(text(stderr), "");
      return text(stdout);
    },
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}

const opened = "opened\nopened\n";

for (const path of libraryPaths) {
  Deno.test(
    requires(`a system with the C library at ${path}`, ...needed),
    async () => {
      using there = system(folderOf(path));
      assertEquals(await there.run(["--allow-ffi"]), opened);
      assertEquals(await there.run([`--allow-ffi=${path}`]), opened);
      assertEquals(await there.run(["--allow-ffi=/"]), opened); // the other paths fail
      assertMatch(
        await there.run(["--allow-read"]),
        new RegExp(`or with --allow-ffi=${path} for it alone$`, "m"),
      );
    },
  );
}

Deno.test(
  requires("a system with the C library where nobody knows", ...needed),
  async () => {
    const path = "/nix/store/0123456789-glibc-2.42/lib/libc.so.6";
    using there = system(folderOf(path));
    assertEquals(await there.run(["--allow-ffi"]), opened);
    const narrow = `--allow-ffi=${path}`;
    assertMatch(await there.run([narrow]), /^NotCapable: .* with --allow-ffi,/);
    assertEquals(
      await there.run([narrow, "--allow-env=SOCKET_LIBC_PATH"], {
        SOCKET_LIBC_PATH: path,
      }),
      opened,
    );
  },
);
