/** Programs run by tests: the examples, the same programs in Python, and those of others. */

import { beside } from "../support/files.ts";
import { type Need, need, needs } from "../support/requires.ts";

/** How a program is run. */
export interface Setting {
  /** The network namespace. */
  namespace?: string;
  /** The folder that it is started in. */
  cwd?: string;
  /** Environment variables. */
  env?: Record<string, string>;
  /** What it gets on its standard input. */
  input?: string;
  /** How many files it may have open. POSIX. */
  maxFiles?: number;
}

/** What a program that has ended leaves behind. */
export interface Ended {
  code: number;
  signal: Deno.Signal | null;
  out: string;
  err: string;
}

/** No program of a test takes longer, in milliseconds. */
const LONGEST = 180_000;

/** What a program writes, as it comes. */
class Output {
  text = "";
  readonly done: Promise<void>;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.done = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.text += decoder.decode(chunk, { stream: true });
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** Waits until the program has written something. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.text);
      if (found !== null) return found;
      if (this.#ended) throw new Error(`no ${pattern} in: ${this.text}`);
      await this.#changed.promise;
    }
  }
}

/** A program that runs; ended with the block. */
export class Program implements AsyncDisposable {
  readonly out: Output;
  readonly err: Output;
  /** When it has its input: to be awaited before this thread blocks. */
  readonly fed: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(command: string[], setting: Setting = {}) {
    const { namespace, cwd, env, input = "", maxFiles } = setting;
    const inside = namespace === undefined
      ? []
      : ["ip", "netns", "exec", namespace];
    const limited = maxFiles === undefined
      ? []
      : ["sh", "-c", 'ulimit -n "$0" && exec "$@"', String(maxFiles)];
    const [program, ...args] = [...inside, ...limited, ...command];
    this.#child = new Deno.Command(program, {
      args,
      cwd,
      env: {
        NO_COLOR: "1",
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHONUNBUFFERED: "1",
        ...env,
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#timer = setTimeout(() => this.kill("SIGKILL"), LONGEST);
    this.out = new Output(this.#child.stdout);
    this.err = new Output(this.#child.stderr);
    this.fed = this.#write(input);
  }

  async #write(input: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(input));
      await writer.close();
    } catch {
      // It has ended without reading.
    }
  }

  /** Its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The port that a server says it listens on. */
  async port(): Promise<string> {
    return (await this.err.until(/Listening on .*?["'], (\d+)/))[1];
  }

  /** Sends a signal: SIGINT is what Ctrl-C sends. */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Waits for the program's end. */
  async end(): Promise<Ended> {
    const { code, signal } = await this.#child.status;
    clearTimeout(this.#timer);
    await Promise.all([this.out.done, this.err.done, this.fed]);
    return { code, signal, out: this.out.text, err: this.err.text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.end();
  }
}

/** The command that an example's head tells to run. */
export function documented(example: string): string[] {
  const head = Deno.readTextFileSync(beside(`../examples/${example}`));
  const flags = /deno run ((?:--\S+ )+)examples\//.exec(head)![1].trim();
  return [Deno.execPath(), "run", "--no-prompt", ...flags.split(" ")];
}

/** Starts an example with the permissions that its head tells. */
export function ours(
  name: string,
  args: readonly string[],
  setting?: Setting,
): Program {
  const path = beside(`../examples/${name}.ts`);
  return new Program([...documented(`${name}.ts`), path, ...args], setting);
}

/** Starts the same program in Python. */
export function theirs(
  name: string,
  args: readonly string[],
  setting?: Setting,
): Program {
  const path = beside(`examples/${name}.py`);
  return new Program(["python3", path, ...args], setting);
}

/** Starts a program: {@linkcode ours} or {@linkcode theirs}. */
export type Start = typeof ours;

/** The combinations of two programs, one at each end, with what tells them in a test's name. */
export const pairs: readonly [string, Start, Start, Need | false][] = [
  ["ours with ours", ours, ours, false],
  ["ours with Python's", ours, theirs, needs.python],
  ["Python's with ours", theirs, ours, needs.python],
];

/** Programs as a need. */
export function installed(...names: string[]): Need {
  const absent = names.filter((name) => {
    try {
      return !new Deno.Command("sh", { args: ["-c", `command -v ${name}`] })
        .outputSync().success;
    } catch {
      return true; // as is `sh`
    }
  });
  return need(absent.join(" and "), absent.length === 0);
}

/** Ports of the system's choice are not the same twice. */
export const withoutPorts = (text: string): string =>
  text.replace(/(?<=:|', )\d+\b/g, "PORT");
