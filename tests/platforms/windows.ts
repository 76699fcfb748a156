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
  WINEPREFIX: "/tmp/prefix",
  WINEARCH: "win64",
  WINEDEBUG: "-all",
  WINEDLLOVERRIDES: "mscoree,mshtml=;winedbg.exe=d",
  DENO_DIR: `Z:${folder.replaceAll("/", "\\")}\\cache`,
  NO_COLOR: "1",
  SOCKET_TEST_EMULATOR: "wine",
  PATH: Deno.env.get("PATH")!,
};

/** Wine's registry and drive C, as they were once made. */
const prefix = `${folder}/prefix`;

/** What runs with the prefix itself; and with a layer over it, so that runs are alike and apart. */
const itself = `mount --bind ${prefix}.new ${debian}${env.WINEPREFIX}`;
const layered = `
    mkdir ${debian}/tmp/upper ${debian}/tmp/work
    mount -t overlay overlay -o lowerdir=${prefix},upperdir=${debian}/tmp/upper,workdir=${debian}/tmp/work ${debian}${env.WINEPREFIX}`;

/** Runs a program inside, the project at its own path; nothing of the mounts is seen elsewhere. */
function inside(mountPrefix: string, ...command: string[]): Promise<number> {
  const enter = `
    mkdir -p ${debian}${root}
    mount -t proc proc ${debian}/proc
    mount --rbind /dev ${debian}/dev
    mount --bind ${root} ${debian}${root}
    mount -t tmpfs tmpfs ${debian}/tmp
    mkdir ${debian}${env.WINEPREFIX}
    ${mountPrefix}
    exec chroot ${debian} sh -c 'cd ${root}; exec "$@"' sh "$@"`;
  const unshare = "unshare --mount --pid --fork --kill-child sh -ec".split(" ");
  return run([...unshare, enter, "sh", ...command], {
    clearEnv: true,
    env,
  });
}

if (!exists(prefix)) {
  console.log("preparing Wine");
  // The server writes the registry as it ends.
  Deno.mkdirSync(`${prefix}.new`, { recursive: true });
  const prepare = `${wine} wineboot -i; /usr/lib/wine/wineserver64 -w`;
  await inside(itself, "timeout", "120", "sh", "-c", prepare);
  Deno.renameSync(`${prefix}.new`, prefix);
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
  first === "--deno" ? await inside(layered, ...deno, ...rest) : await inside(
    layered,
    ...deno,
    "test",
    "--no-check",
    "--preload=tests/platforms/gaps.ts",
    ...options.filter((option) => option !== "--parallel"),
    ...(Deno.args.length > 0 ? Deno.args : everything),
  ),
);
