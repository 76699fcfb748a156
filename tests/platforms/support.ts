/** What the runs on other platforms share: installing, and what there is to test. */

import { fileURLToPath } from "node:url";
import { text } from "../support/bytes.ts";
import { exists } from "../support/files.ts";

/** The project's folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** The folder for one platform's installation. Git ignores it. */
export function cache(name: string): string {
  const folder = `${root}.cache/${name}`;
  Deno.mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs a command to its end and shows its output. Returns its exit status. */
export async function run(
  command: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<number> {
  const [program, ...args] = command;
  const child = new Deno.Command(program, { args, ...options }).spawn();
  return (await child.status).code;
}

/** Runs a command, and ends the task if it fails. */
export async function must(
  command: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<void> {
  const status = await run(command, options);
  if (status === 0) return;
  console.error(`failed with status ${status}: ${command.join(" ")}`);
  Deno.exit(1);
}

/**
 * Installs the Debian packages whose file is missing. Ends the task where it may not install them.
 */
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

/** Fetches an npm package, unless a folder has it already, and unpacks it there. */
export async function unpack(name: string, folder: string): Promise<void> {
  if (exists(`${folder}/package.json`)) return;
  console.log(`fetching ${name}`);
  Deno.mkdirSync(folder, { recursive: true });
  const { stdout } = await new Deno.Command("npm", {
    args: ["pack", "--silent", name],
    cwd: folder,
    stderr: "inherit",
  }).output();
  const archive = text(stdout).trim();
  await must(["tar", "xzf", archive, "--strip-components=1"], { cwd: folder });
  Deno.removeSync(`${folder}/${archive}`);
}

/** The arguments of `deno test` in the `test` task. */
const words: string[] = JSON.parse(Deno.readTextFileSync(`${root}deno.json`))
  .tasks.test.command.split(" ").slice(2);

/** The options of the `test` task. */
export const options: readonly string[] = words.filter((word) =>
  word.startsWith("--")
);

/** The files and folders that the `test` task tests. */
export const everything: readonly string[] = words.filter((word) =>
  !word.startsWith("--")
);

/** Reports the entries of a table of known failures that name no test. Returns whether all do. */
export function allMet(
  failures: Readonly<Record<string, string>>,
  record: string,
): boolean {
  const met = exists(record) ? Deno.readTextFileSync(record).split("\n") : [];
  const unmet = Object.keys(failures).filter((name) => !met.includes(name));
  for (const name of unmet) console.error(`no test is named: ${name}`);
  return unmet.length === 0;
}
