/** Programs of Deno that tests start, watch and interrupt. */

/** A running program, which is killed at the end of its block. */
export class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #text = "";

  /**
   * Starts a program.
   *
   * @param args the arguments of `deno run`
   */
  constructor(...args: string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...args],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const line = await this.maybeLine();
    if (line !== undefined) return line;
    const { out, err, end } = await this.end();
    throw new Error(`ended with ${end}: ${out}${err}`);
  }

  /** The next line that it prints; `undefined` at the end. */
  async maybeLine(): Promise<string | undefined> {
    while (!this.#text.includes("\n")) {
      const { done, value } = await this.#lines.read();
      if (done) return undefined;
      this.#text += value;
    }
    const [line, ...others] = this.#text.split("\n");
    this.#text = others.join("\n");
    return line;
  }

  /** Waits until its main thread waits in the kernel for descriptors. Linux. */
  async blocked(): Promise<void> {
    const path = `/proc/${this.#child.pid}/wchan`;
    while (!/poll|select/.test(await Deno.readTextFile(path))) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Sends a signal; SIGINT if left out, as Ctrl-C does. */
  interrupt(signal: Deno.Signal = "SIGINT"): void {
    this.#child.kill(signal);
  }

  /** Interrupts it each time that it prints "blocked", until its end. */
  async interruptAll(): ReturnType<Running["end"]> {
    const lines: string[] = [];
    for (let line = await this.maybeLine(); line !== undefined;) {
      if (line === "blocked") this.interrupt();
      else lines.push(line);
      line = await this.maybeLine();
    }
    const { err, end } = await this.end();
    return { out: lines.join("\n"), err, end };
  }

  /** The rest of what it prints, and the signal or the code that it ends with. */
  async end(): Promise<
    { out: string; err: string; end: Deno.Signal | number }
  > {
    for (;;) {
      const { done, value } = await this.#lines.read();
      if (done) break;
      this.#text += value;
    }
    const { signal, code } = await this.#child.status;
    return { out: this.#text, err: await this.#errors, end: signal ?? code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#lines.cancel();
    await this.#errors;
    await this.#child.status;
  }
}
