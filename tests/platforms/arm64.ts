/**
 * The tests on linux-arm64, emulated by qemu: `deno task test:arm64 [files]`. System calls go to
 * the kernel of this machine.
 */

import { qemuFailures } from "./qemu_failures.ts";
import {
  allMet,
  cache,
  everything,
  install,
  must,
  options,
  root,
  run,
  unpack,
} from "./support.ts";
import { exists } from "../support/files.ts";
import { utf8 } from "../support/bytes.ts";

const folder = cache("arm64");
const libraries = "/usr/aarch64-linux-gnu";
const emulator = "/usr/bin/qemu-aarch64-static";

await install({
  "qemu-user-static": emulator,
  "libc6-arm64-cross": `${libraries}/lib/libc.so.6`,
  "libgcc-s1-arm64-cross": `${libraries}/lib/libgcc_s.so.1`,
  "gcc-aarch64-linux-gnu": "/usr/bin/aarch64-linux-gnu-gcc",
  "iproute2": "/usr/bin/ip",
});
await unpack("@deno/linux-arm64-glibc@2.9.5", `${folder}/deno`);
await must(["chmod", "+x", `${folder}/deno/deno`]);

// Tests ask the machine's compiler about structs and constants: here that is one for arm64.
if (!exists(`${folder}/bin`)) {
  Deno.mkdirSync(`${folder}/bin`);
  for (const name of ["cc", "gcc"]) {
    Deno.symlinkSync(
      "/usr/bin/aarch64-linux-gnu-gcc",
      `${folder}/bin/${name}`,
    );
  }
}

const env = {
  QEMU_LD_PREFIX: libraries,
  DENO_DIR: `${folder}/cache`,
  PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
  SOCKET_TEST_EMULATOR: "qemu",
  SOCKET_TEST_KNOWN_FAILURES: Deno.makeTempFileSync(),
};

// Tests start Deno again, and programs that they compiled. So the kernel is told to run arm64
// programs by qemu, in our own namespaces, so that nothing else is affected. The network is one of
// them, as the tests need root's rights there; it has a loopback interface.
const magic = "\\x7fELF\\x02\\x01\\x01" + "\\x00".repeat(9) +
  "\\x02\\x00\\xb7\\x00";
const mask = "\\xff".repeat(7) + "\\x00" + "\\xff".repeat(8) +
  "\\xfe\\xff\\xff\\xff";
const prepare = `
  mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  printf '%s' ':arm64:M::${magic}:${mask}:${emulator}:PF' > /proc/sys/fs/binfmt_misc/register
  ip link set lo up
  exec "$@"`;

/** Runs a command where arm64 programs run. Returns its exit status. */
async function emulated(command: readonly string[]): Promise<number> {
  // Root maps every user; any other user maps only itself, as root. A process cannot map users from
  // inside its new namespace, so `cat` holds the namespace open, and answers once it exists.
  const holder = new Deno.Command("unshare", {
    args: ["--user", "cat"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = holder.stdin.getWriter();
  await writer.write(utf8("there?"));
  await holder.stdout.getReader().read();
  const proc = `/proc/${holder.pid}`;
  const [uid, gid] = [Deno.uid(), Deno.gid()];
  if (uid !== 0) Deno.writeTextFileSync(`${proc}/setgroups`, "deny");
  const count = uid === 0 ? 2 ** 32 - 1 : 1;
  Deno.writeTextFileSync(`${proc}/uid_map`, `0 ${uid} ${count}`);
  Deno.writeTextFileSync(`${proc}/gid_map`, `0 ${gid} ${count}`);
  try {
    return await run([
      ...["nsenter", "--user", "--target", `${holder.pid}`],
      ...["unshare", "--mount", "--net", "sh", "-ec", prepare, "sh"],
      ...command,
    ], { cwd: root, env });
  } finally {
    await writer.close();
    await holder.status;
  }
}

// There is no network inside, so dependencies are fetched first.
await must([Deno.execPath(), "install", "--quiet"], { cwd: root, env });

const whole = Deno.args.length === 0;
const status = await emulated([
  `${folder}/deno/deno`,
  "test",
  "--no-check", // type checking takes minutes here, and is the same everywhere
  "--preload=tests/platforms/known_failures.ts",
  ...options.filter((option) => option !== "--parallel"),
  ...(whole ? everything : Deno.args),
]);
const met = !whole || allMet(qemuFailures, env.SOCKET_TEST_KNOWN_FAILURES);
Deno.removeSync(env.SOCKET_TEST_KNOWN_FAILURES);
Deno.exit(met ? status : status || 1);
