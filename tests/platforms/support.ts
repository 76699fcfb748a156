/** What the runs on other platforms share: a folder for what they install, and installing it. */

/** The project's folder. */
export const root = new URL("../../", import.meta.url).pathname;

/** Where one platform's installation is kept; git ignores it. */
export function cache(name: string): string {
  const folder = `${root}.cache/${name}`;
  Deno.mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs a command to its end, its output shown; gives its exit status. */
export async function run(
  command: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<number> {
  const [program, ...args] = command;
  const child = new Deno.Command(program, { args, ...options }).spawn();
  return (await child.status).code;
}

/** Runs a command that must succeed, and ends the task if it does not. */
export async function must(
  command: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<void> {
  const status = await run(command, options);
  if (status === 0) return;
  console.error(`failed with status ${status}: ${command.join(" ")}`);
  Deno.exit(1);
}

/** Whether there is such a file or folder. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Installs Debian packages that a file tells are missing; says what to install where it cannot. */
export async function install(
  packages: Readonly<Record<string, string>>,
): Promise<void> {
  const missing = Object.keys(packages).filter((name) =>
    !exists(packages[name])
  );
  if (missing.length === 0) return;
  if (Deno.uid() !== 0 || !exists("/usr/bin/apt-get")) {
    console.error(`to be installed first: ${missing.join(" ")}`);
    Deno.exit(1);
  }
  console.log(`installing ${missing.join(" ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const quiet = { env, stdout: "null" } as const;
  await run(["apt-get", "update", "-qq"], quiet);
  await must(
    ["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...missing],
    quiet,
  );
}

/** Fetches a package of the registry that npm uses, once, and unpacks it into a folder. */
export async function unpack(name: string, folder: string): Promise<void> {
  if (exists(`${folder}/package.json`)) return;
  console.log(`fetching ${name}`);
  Deno.mkdirSync(folder, { recursive: true });
  const { stdout } = await new Deno.Command("npm", {
    args: ["pack", "--silent", name],
    cwd: folder,
    stderr: "inherit",
  }).output();
  const archive = new TextDecoder().decode(stdout).trim();
  await must(["tar", "xzf", archive, "--strip-components=1"], { cwd: folder });
  Deno.removeSync(`${folder}/${archive}`);
}

/** The words of the `test` task after `deno test`. */
const words: string[] = JSON.parse(Deno.readTextFileSync(`${root}deno.json`))
  .tasks.test.command.split(" ").slice(2);

/** The options of the `test` task. */
export const options: readonly string[] = words.filter((word) =>
  word.startsWith("--")
);

/** What the `test` task tests. */
export const everything: readonly string[] = words.filter((word) =>
  !word.startsWith("--")
);

/** Tells of entries in a table of gaps that named no test; whether there were none. */
export function allMet(
  gaps: Readonly<Record<string, string>>,
  record: string,
): boolean {
  const met = exists(record) ? Deno.readTextFileSync(record).split("\n") : [];
  const unmet = Object.keys(gaps).filter((name) => !met.includes(name));
  for (const name of unmet) console.error(`no test is named: ${name}`);
  return unmet.length === 0;
}
