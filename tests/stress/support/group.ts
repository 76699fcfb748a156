/** A process and all that it starts: they end together, and nobody waits for one that goes on. */

/** A process that leads a session of its own, so that its descendants can be killed with it. */
export class Group {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;

  /**
   * Starts Deno with a program.
   *
   * @param args its arguments
   * @param cwd the folder that it runs in
   */
  constructor(args: string[], cwd: string) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args,
      cwd,
      stdin: "null",
      stdout: "piped",
      detached: true,
    }).spawn();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Kills all that is left of the group. */
  kill(): void {
    try {
      // Windows has no process groups.
      if (Deno.build.os === "windows") this.#child.kill("SIGKILL");
      else Deno.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // Nothing is left.
    }
  }

  /**
   * Waits until the process ends, and kills what it has left running.
   *
   * @param limit after how many milliseconds it is killed
   * @param print called with each line that it writes
   * @param lastWords how long what it has written may take to arrive, in milliseconds
   * @returns how it ended
   */
  async end(
    limit: number,
    print: (line: string) => void,
    lastWords = 5000,
  ): Promise<Deno.CommandStatus & { isLate: boolean }> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.kill();
    }, limit);
    const written = this.#read(print);
    const status = await this.#child.status;
    clearTimeout(timer);
    this.kill();
    // A process that left the group may hold the pipe open: do not wait for it.
    const giveUp = setTimeout(
      () => this.#reader.cancel().catch(() => {}),
      lastWords,
    );
    await written;
    clearTimeout(giveUp);
    return { ...status, isLate };
  }

  async #read(print: (line: string) => void): Promise<void> {
    let unfinished = "";
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      const lines = (unfinished + value).split("\n");
      unfinished = lines.pop()!;
      lines.forEach(print);
    }
    if (unfinished !== "") print(unfinished);
  }
}
