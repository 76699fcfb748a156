/**
 * The tests on Windows, as Wine has it: `deno task test:windows [files]`; after `--deno`, any command
 * of Deno for Windows. Wine and what it needs live in a Debian of their own below `.cache`.
 */

import {
  allMet,
  cache,
  everything,
  exists,
  install,
  must,
  options,
  root,
  unpack,
} from "./support.ts";
import { wineGaps } from "./wine_gaps.ts";

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

/** Where the tests write down which gaps they met. */
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
  SOCKET_TEST_GAPS: windowsPath(met),
  PATH: Deno.env.get("PATH")!,
};

/** Wine's registry and drive C, as they were once made. */
const prefix = `${folder}/prefix`;

/** What runs with the prefix itself; and with a layer over it, so that runs are alike and apart. */
const itself = `mount --bind ${prefix}.new ${debian}${env.WINEPREFIX}`;
const layers = `${debian}/tmp/upper,workdir=${debian}/tmp/work`;
const layered = `
    mkdir ${debian}/tmp/upper ${debian}/tmp/work
    mount -t overlay overlay -o lowerdir=${prefix},upperdir=${layers} ${debian}${env.WINEPREFIX}`;

/** Starts a program inside, the project at its own path; nobody else sees the mounts. */
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
    child.kill("SIGKILL"); // all that is inside ends with it, which hears nothing else
    Deno.exit(143);
  });
  return child;
}

/** Runs tests. They have passed if they say so, too: Wine may lose the status of a process. */
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
  // The server writes the registry as it ends.
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
  "--preload=tests/platforms/gaps.ts",
  ...options.filter((option) => option !== "--parallel"),
  ...(Deno.args.length > 0 ? Deno.args : everything),
]);
const whole = Deno.args.length === 0;
Deno.exit(!whole || allMet(wineGaps, met) ? status : status || 1);
