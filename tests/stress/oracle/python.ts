/** The one long-lived Python process that the oracle asks. */

import { beside } from "../../support/files.ts";
import { ORACLE as STRUCT } from "../../bytes/struct_cases.ts";

/** Python, which answers batches of cases. */
export class Oracle implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text: string[] = [];

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /**
   * Starts it.
   *
   * @param preload a library to preload, or `undefined`
   */
  static async start(preload?: string): Promise<Oracle> {
    const oracle = new Oracle(
      new Deno.Command("python3", {
        args: [beside("stress/oracle/oracle.py"), beside("interop")],
        env: {
          PYTHONDONTWRITEBYTECODE: "1",
          ...preload === undefined ? {} : { LD_PRELOAD: preload },
        },
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn(),
    );
    await oracle.#write(STRUCT);
    return oracle;
  }

  async #write(message: unknown): Promise<void> {
    await this.#writer.write(
      new TextEncoder().encode(`${JSON.stringify(message)}\n`),
    );
  }

  /** Asks what Python makes of cases. */
  async ask(kind: string, cases: readonly unknown[]): Promise<unknown[]> {
    await this.#write({ kind, cases });
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error("Python ended");
      const end = value.indexOf("\n");
      if (end < 0) {
        this.#text.push(value);
        continue;
      }
      const line = this.#text.join("") + value.slice(0, end);
      this.#text = [value.slice(end + 1)];
      return JSON.parse(line);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel();
    await this.#child.status;
  }
}

/**
 * Compiles the library that shows Python's addresses.
 *
 * @returns its path, or `undefined` without a C compiler
 */
export async function compileShim(
  folder: string,
): Promise<string | undefined> {
  const path = `${folder}/sockaddr.so`;
  try {
    const { success } = await new Deno.Command("cc", {
      args: [
        "-shared",
        "-fPIC",
        "-o",
        path,
        beside("stress/oracle/sockaddr.c"),
      ],
    }).output();
    return success ? path : undefined;
  } catch {
    return undefined;
  }
}
