/**
 * The tests on Windows, as Wine has it: `deno task test:windows [files]`; after `--deno`, any command
 * of Deno for Windows. Wine and what it needs live in a Debian of their own below `.cache`.
 */

import {
  cache,
  everything,
  exists,
  install,
  must,
  options,
  root,
  run,
  unpack,
} from "./support.ts";

const folder = cache("windows");
const debian = `${folder}/debian`;
const wine = "/usr/lib/wine/wine64";

if (Deno.uid() !== 0) {
  console.error("Wine runs in a chroot here: that takes the superuser");
  Deno.exit(1);
}
await install({ debootstrap: "/usr/sbin/debootstrap" });
if (!exists(`${debian}${wine}`)) {
  console.log("installing Debian with Wine, 1.4 GB");
  const packages = "--include=wine64,wine,netbase"; // netbase: /etc/services
  await must(
    ["debootstrap", "--variant=minbase", packages, "trixie", debian],
    { stdout: "null" },
  );
}
await unpack("@deno/win32-x64@2.9.5", `${folder}/deno`);

const env = {
  HOME: "/root",
  XDG_RUNTIME_DIR: "/tmp",
  WINEPREFIX: `${folder}/prefix`,
  WINEARCH: "win64",
  WINEDEBUG: "-all",
  WINEDLLOVERRIDES: "mscoree,mshtml=;winedbg.exe=d",
  DENO_DIR: `Z:${folder.replaceAll("/", "\\")}\\cache`,
  NO_COLOR: "1",
  SOCKET_TEST_EMULATOR: "wine",
  PATH: Deno.env.get("PATH")!,
};

/** Runs a program inside, the project at its own path; nothing of the mounts is seen elsewhere. */
function inside(...command: string[]): Promise<number> {
  const enter = `
    mkdir -p ${debian}${root}
    mount -t proc proc ${debian}/proc
    mount --rbind /dev ${debian}/dev
    mount --bind ${root} ${debian}${root}
    exec chroot ${debian} sh -c 'cd ${root}; exec "$@"' sh "$@"`;
  const unshare = "unshare --mount --pid --fork --kill-child sh -ec".split(" ");
  return run([...unshare, enter, "sh", ...command], {
    clearEnv: true,
    env,
  });
}

if (!exists(`${env.WINEPREFIX}/system.reg`)) {
  console.log("preparing Wine");
  // The server writes the registry as it ends.
  const prepare = `${wine} wineboot -i; /usr/lib/wine/wineserver64 -w`;
  await inside("timeout", "120", "sh", "-c", prepare);
}
// There are no certificates inside.
await must([Deno.execPath(), "install", "--quiet"], {
  cwd: root,
  env: { DENO_DIR: `${folder}/cache` },
});

const MINUTES = 40;
const deno = ["timeout", `${60 * MINUTES}`, wine, `${folder}/deno/deno.exe`];
const [first, ...rest] = Deno.args;
Deno.exit(
  first === "--deno" ? await inside(...deno, ...rest) : await inside(
    ...deno,
    "test",
    "--no-check",
    "--preload=tests/platforms/gaps.ts",
    ...options.filter((option) => option !== "--parallel"),
    ...(Deno.args.length > 0 ? Deno.args : everything),
  ),
);
