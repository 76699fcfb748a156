/** Contestants as processes, which exchange lines of text with the harness. */

import { fileURLToPath } from "node:url";

/** A program: its source file and arguments. */
export interface Source {
  /** Its source file: TypeScript for Deno, `.mjs` for Node, Python or C. */
  readonly source: URL;
  /** Its arguments. */
  readonly args?: readonly string[];
}

/** Thrown when a program cannot run here, as something it needs is missing. */
export class Unavailable extends Error {}

/** The folder of files that may be deleted at any time: compiled programs, files to send. */
export const cache = new URL("../../.cache/bench/", import.meta.url);

// A program that takes longer to answer has failed: the longest round takes a few seconds.
const ANSWER_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 2_000;

const commands = new Map<string, Promise<readonly string[]>>();

/** Returns the command that runs a source file, which is compiled at first use. */
function commandOf(source: URL): Promise<readonly string[]> {
  const path = fileURLToPath(source);
  let command = commands.get(path);
  if (command === undefined) {
    command = prepare(path);
    commands.set(path, command);
  }
  return command;
}

async function prepare(path: string): Promise<readonly string[]> {
  if (path.endsWith(".ts")) {
    return [
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-check",
      "--no-lock",
      "--unstable-net",
      "--allow-all",
      path,
    ];
  }
  if (path.endsWith(".py")) return [await installed("python3"), path];
  if (path.endsWith("bun.mjs")) return [await installed("bun"), path];
  if (path.endsWith(".mjs")) return [await installed("node"), path];
  return [await compiled(path)];
}

async function compiled(path: string): Promise<string> {
  const compiler = await installed("cc");
  await Deno.mkdir(cache, { recursive: true });
  const name = path.split("/").slice(-2).join("-").replace(/\.c$/, "");
  const binary = fileURLToPath(new URL(name, cache));
  const { success, stderr } = await new Deno.Command(compiler, {
    args: ["-O2", "-o", binary, path, "-lpthread"],
  }).output();
  if (!success) {
    const [line] = new TextDecoder().decode(stderr).match(/.*error.*/) ?? [""];
    throw new Unavailable(`does not compile here: ${line}`);
  }
  return binary;
}

async function installed(command: string): Promise<string> {
  if (await versionOf(command) === undefined) {
    throw new Unavailable(`${command} is not installed`);
  }
  return command;
}

/** Returns the version that a command reports; `undefined` if there is no such command. */
export async function versionOf(command: string): Promise<string | undefined> {
  const text = await outputOf(command, "--version");
  // Without Node, the programs that Deno starts find Deno under that name.
  if (command === "node" && text?.startsWith("deno")) return undefined;
  return text?.split("\n")[0].match(/\d+\.\d+[.\d]*/)?.[0];
}

/** Returns what a command prints; `undefined` if there is no such command, or it fails. */
export async function outputOf(
  command: string,
  ...args: string[]
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args,
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

/** A running program. */
export class Program {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor(name: string, command: readonly string[]) {
    this.#name = name;
    this.#child = new Deno.Command(command[0], {
      args: command.slice(1),
      env: {
        PYTHONPATH: fileURLToPath(new URL(".", import.meta.url)),
        PYTHONDONTWRITEBYTECODE: "1",
      },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#requests = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /**
   * Starts a program.
   *
   * @param more arguments to append to those of the source
   * @throws {Unavailable} if what it needs is not installed
   */
  static async start(
    { source, args = [] }: Source,
    ...more: string[]
  ): Promise<Program> {
    const command = await commandOf(source);
    const name = source.pathname.split("/").slice(-2).join("/");
    return new Program(name, [...command, ...args, ...more]);
  }

  /** The process ID. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Asks for a round of work, and resolves to the figure that the program answers. */
  async ask(work: number): Promise<number> {
    await this.#requests.write(new TextEncoder().encode(`${work}\n`));
    return this.answer();
  }

  /** Reads the figure on the next line that the program prints. */
  async answer(): Promise<number> {
    const timer = setTimeout(() => this.#kill(), ANSWER_TIMEOUT_MS);
    try {
      while (!this.#text.includes("\n")) {
        const { value, done } = await this.#answers.read();
        if (done) throw new Error(`${this.#name} gave no answer`);
        this.#text += value;
      }
    } finally {
      clearTimeout(timer);
    }
    const end = this.#text.indexOf("\n");
    const figure = Number(this.#text.slice(0, end));
    this.#text = this.#text.slice(end + 1);
    if (Number.isNaN(figure)) throw new Error(`${this.#name} gave no figure`);
    return figure;
  }

  /** Stops the program by ending its input; kills it if that does not suffice. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#kill(), STOP_TIMEOUT_MS);
    await this.#requests.close().catch(() => {}); // it may have exited
    await this.#answers.cancel().catch(() => {});
    await this.#child.status;
    clearTimeout(timer);
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has exited already.
    }
  }
}
