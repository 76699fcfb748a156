/** Programs that tests talk to: Python, Deno with a program of ours, or any other. */

import { utf8 } from "./bytes.ts";
import { beside } from "./files.ts";

/** Runs a Python program that reads JSON, if given input, and writes JSON. */
export async function python(
  program: string,
  input?: unknown,
): Promise<unknown> {
  await using peer = Peer.start("python3", ["-c", program]);
  // A program that reads nothing may have ended by now.
  if (input !== undefined) await peer.write(JSON.stringify(input));
  return JSON.parse(await peer.rest());
}

/** Another process, with its standard input and output. It is ended with the block. */
export class Peer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #text = "";
  #closed = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#stderr = new Response(child.stderr).text();
    this.#writer = child.stdin.getWriter();
  }

  /** Starts a program. */
  static start(
    program: string,
    args: string[],
    env: Record<string, string> = {},
  ): Peer {
    return new Peer(
      new Deno.Command(program, {
        args,
        env: { NO_COLOR: "1", ...env },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
  }

  /** Starts Deno with a program of ours and flags. */
  static deno(
    program: string,
    flags: string[] = ["--allow-ffi"],
    args: string[] = [],
  ): Peer {
    return Peer.start(Deno.execPath(), [
      "run",
      "--no-prompt",
      ...flags,
      beside(program),
      ...args,
    ]);
  }

  /** The process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The next line that the program writes, without its end. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { done, value } = await this.#reader.read();
      if (done) await this.#failed("ended");
      this.#text += value;
    }
  }

  /** Writes to the program's standard input. */
  async write(text: string): Promise<void> {
    await this.#writer.write(utf8(text));
  }

  /** Closes the program's standard input, and returns the rest of its output. */
  async rest(): Promise<string> {
    this.#closed = true;
    await this.#writer.close();
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      this.#text += value;
    }
    if (!(await this.#child.status).success) await this.#failed("failed");
    return this.#text;
  }

  async #failed(how: string): Promise<never> {
    const { code, signal } = await this.#child.status;
    throw new Error(
      `the other program ${how} (${signal ?? code}): ${await this
        .#stderr} after ${this.#text}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) await this.#writer.close().catch(() => {});
    try {
      this.#child.kill();
    } catch {
      // It has ended.
    }
    await this.#reader.cancel();
    await Promise.all([this.#child.status, this.#stderr]);
  }
}
