/**
 * The tests on Windows, emulated by Wine: `deno task test:windows [files]`. After `--deno` comes
 * any command for a Deno on Windows. Wine and what it needs are in a Debian installation in
 * `.cache`.
 */

import {
  allMet,
  cache,
  everything,
  install,
  must,
  options,
  root,
  unpack,
} from "./support.ts";
import { exists } from "../support/files.ts";
import { wineFailures } from "./wine_failures.ts";

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

/** Where the tests record the known failures that they met. */
const met = `${folder}/met`;
const windowsPath = (path: string): string => `Z:${path.replaceAll("/", "\\")}`;

const env = {
  HOME: "/root",
  XDG_RUNTIME_DIR: "/tmp",
  WINEPREFIX: "/tmp/prefix",
  WINEARCH: "win64",
  WINEDEBUG: "-all",
  WINEDLLOVERRIDES: "mscoree,mshtml=;winedbg.exe=d",
  DENO_DIR: windowsPath(`${folder}/cache`),
  NO_COLOR: "1",
  SOCKET_TEST_EMULATOR: "wine",
  SOCKET_TEST_KNOWN_FAILURES: windowsPath(met),
  PATH: Deno.env.get("PATH")!,
};

/** Wine's registry and drive C, as first made. */
const prefix = `${folder}/prefix`;

/** Mounts the prefix itself, or a layer over it, so that each run starts from the same state. */
const itself = `mount --bind ${prefix}.new ${debian}${env.WINEPREFIX}`;
const layers = `${debian}/tmp/upper,workdir=${debian}/tmp/work`;
const layered = `
    mkdir ${debian}/tmp/upper ${debian}/tmp/work
    mount -t overlay overlay -o lowerdir=${prefix},upperdir=${layers} ${debian}${env.WINEPREFIX}`;

/** Starts a program inside, with the project at its own path. The mounts are invisible outside. */
function start(
  mountPrefix: string,
  command: string[],
  stdout: "inherit" | "piped" = "inherit",
): Deno.ChildProcess {
  const enter = `
    mkdir -p ${debian}${root}
    mount -t proc proc ${debian}/proc
    mount --rbind /dev ${debian}/dev
    mount --bind ${root} ${debian}${root}
    mount -t tmpfs tmpfs ${debian}/tmp
    mkdir ${debian}${env.WINEPREFIX}
    ${mountPrefix}
    exec chroot ${debian} sh -c 'cd ${root}; exec "$@"' sh "$@"`;
  const options = "--mount --pid --fork --kill-child sh -ec".split(" ");
  const child = new Deno.Command("unshare", {
    args: [...options, enter, "sh", ...command],
    clearEnv: true,
    env,
    stdout,
  }).spawn();
  Deno.addSignalListener("SIGTERM", () => {
    child.kill("SIGKILL"); // everything inside ends with it; it ignores other signals
    Deno.exit(143);
  });
  return child;
}

/** Runs tests. They must also print that they passed, as Wine may lose the status of a process. */
async function tested(command: string[]): Promise<number> {
  const child = start(layered, command, "piped");
  const [shown, kept] = child.stdout.tee();
  const showing = shown.pipeTo(Deno.stdout.writable, { preventClose: true });
  let end = "";
  for await (const text of kept.pipeThrough(new TextDecoderStream())) {
    end = (end + text).slice(-1000);
  }
  await showing;
  const { code } = await child.status;
  return code !== 0 || /^ok \|/m.test(end) ? code : 1;
}

if (!exists(prefix)) {
  console.log("preparing Wine");
  // The server writes the registry when it ends.
  Deno.mkdirSync(`${prefix}.new`, { recursive: true });
  const prepare = `${wine} wineboot -i; /usr/lib/wine/wineserver64 -w`;
  await start(itself, ["timeout", "120", "sh", "-c", prepare]).status;
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
if (first === "--deno") {
  Deno.exit((await start(layered, [...deno, ...rest]).status).code);
}
Deno.writeTextFileSync(met, "");
const status = await tested([
  ...deno,
  "test",
  "--no-check",
  "--preload=tests/platforms/known_failures.ts",
  ...options.filter((option) => option !== "--parallel"),
  ...(Deno.args.length > 0 ? Deno.args : everything),
]);
const whole = Deno.args.length === 0;
Deno.exit(!whole || allMet(wineFailures, met) ? status : status || 1);
