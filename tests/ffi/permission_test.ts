/** What opens the C library, and what the error says otherwise: flags, answers, Workers. */

import { assertEquals, assertMatch } from "@std/assert";
import { text } from "../support/bytes.ts";
import { beside } from "../support/files.ts";
import { isLibrary, libraryPath, libraryPaths } from "../support/library.ts";
import { needs, requires } from "../support/requires.ts";

const program = beside("programs/opening.ts");
const run = ["run", "--no-check", "--unstable-worker-options"];
const elsewhere = libraryPaths.findLast((path) => !isLibrary(path));
const folder = libraryPath?.slice(0, libraryPath.lastIndexOf("/"));

/** What the program prints if permission is missing: twice, as nothing asks again. */
const refused = (hint = "", path = libraryPaths[0]) => {
  const error =
    "NotCapable: @libc/socket has no permission to open the C library: " +
    `run again with --allow-ffi, or with --allow-ffi=${path} for it alone${hint}\n`;
  return error + error;
};

const opened = "opened\nopened\n";
const inFolder =
  "; --allow-ffi=libc.so.6 permits a file of the current folder only";
const inWorker = "; a Worker with permissions of its own needs ffi among them";

async function output(
  flags: string[],
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...run, "--no-prompt", ...flags, program, ...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  assertEquals(text(stderr), "");
  return text(stdout);
}

const flags: [flags: string[], stdout: string][] = [
  [["--allow-ffi"], opened],
  [["--allow-all"], opened],
  [[`--allow-ffi=${libraryPath}`], opened],
  [[`--allow-ffi=${folder}`], opened],
  [["--allow-ffi=/"], opened],
  [["--allow-ffi", "--deny-ffi=/nowhere"], opened],
  [["--allow-ffi", "--deny-ffi=libc.so.6"], opened],
  [[], refused()],
  [["--deny-ffi"], refused()],
  [["--allow-ffi=libc.so.6"], refused(inFolder)],
  [["--allow-read"], refused("", libraryPath)],
  [
    ["--allow-ffi", "--deny-ffi=/"],
    "NotCapable: @libc/socket has no permission to open the C library: run again without --deny-ffi\n"
      .repeat(2),
  ],
];

for (const [words, stdout] of flags) {
  Deno.test(
    requires(
      `deno run ${words.join(" ")}: ${stdout === opened ? "opens" : "refuses"}`,
      needs.linux,
    ),
    async () => assertEquals(await output(words), stdout),
  );
}

Deno.test(
  requires("a path that is not this machine's is named", needs.linux),
  async () => {
    const [first] = (await output([`--allow-ffi=${elsewhere}`])).split("\n");
    assertEquals(
      first,
      `NotCapable: the C library could not be opened as ${elsewhere} with the permission that there is ` +
        `(cannot open shared object file: No such file or directory): ` +
        `run again with --allow-ffi, or with --allow-ffi=${
          libraryPaths[0]
        } for it alone`,
    );
  },
);

const workers: [flag: string, permissions: unknown, stdout: string][] = [
  ["--allow-ffi", "inherit", opened],
  ["--allow-ffi", { ffi: true }, opened],
  ["--allow-ffi", { ffi: [libraryPath] }, opened],
  ["--allow-ffi", "none", refused(inWorker)],
  ["--allow-ffi", { ffi: false }, refused(inWorker)],
  [`--allow-ffi=${libraryPath}`, "inherit", opened],
  [`--allow-ffi=${libraryPath}`, { ffi: [libraryPath] }, opened],
];

for (const [flag, permissions, stdout] of workers) {
  const given = JSON.stringify(permissions);
  Deno.test(
    requires(
      `a Worker with the permissions ${given} under ${flag} ${
        stdout === opened ? "opens" : "refuses"
      }`,
      needs.linux,
    ),
    async () => {
      assertEquals(
        await output([flag, `--allow-read=${beside("..")}`], [given]),
        stdout,
      );
    },
  );
}

const answers: [answer: string, flags: string[], stdout: string][] = [
  ["y", [], opened],
  ["A", [], opened],
  ["n", [], refused()],
  ["y", ["--allow-ffi=libc.so.6"], opened],
  ["n", ["--allow-ffi=libc.so.6"], refused(inFolder)],
  ["y", [`--allow-ffi=${elsewhere}`], opened],
  ["y", ["--deny-ffi=/nowhere"], opened],
];

for (const [answer, words, stdout] of answers) {
  Deno.test(
    requires(
      `answering ${answer} to deno run ${words.join(" ")} ${
        stdout === opened ? "opens" : "refuses"
      }, and is asked once`,
      needs.linux,
      needs.python,
    ),
    async () => {
      const done = await new Deno.Command("python3", {
        args: [
          beside("ffi/terminal.py"),
          answer,
          Deno.execPath(),
          ...run,
          ...words,
          program,
        ],
        env: { NO_COLOR: "1" },
      }).output();
      assertEquals(text(done.stderr), "");
      assertEquals(JSON.parse(text(done.stdout)), { questions: 1, stdout });
    },
  );
}

Deno.test(
  requires("SOCKET_LIBC_PATH names the C library", needs.linux),
  async () => {
    const name = ["--allow-env=SOCKET_LIBC_PATH"];
    const env = { SOCKET_LIBC_PATH: "/nowhere/libc.so.6" };
    assertEquals(await output(["--allow-ffi"], [], env), opened); // it may not be read
    assertMatch(
      await output(["--allow-ffi", ...name], [], env),
      /^Error: the C library that SOCKET_LIBC_PATH names could not be opened as \/nowhere\/libc\.so\.6: [^;]*$/m,
    );
    assertMatch(
      await output([`--allow-ffi=${libraryPath}`, ...name], [], env),
      /^NotCapable: .* open the C library that SOCKET_LIBC_PATH names: .* --allow-ffi=\/nowhere\/libc\.so\.6 for it alone$/m,
    );
    assertMatch(
      await output(["--allow-ffi=/nowhere", ...name], [], env),
      /^NotCapable: .* could not be opened as \/nowhere\/libc\.so\.6 with the permission that there is \(.*\): run again with --allow-ffi$/m,
    );
    assertEquals(
      await output([`--allow-ffi=${libraryPath}`, ...name], [], {
        SOCKET_LIBC_PATH: libraryPath!,
      }),
      opened,
    );
  },
);
