/** python3, as the oracle of what addresses look like. */

function isAtHand(): boolean {
  try {
    return new Deno.Command("python3", { args: ["--version"] }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** A program run by python3, which gets and gives JSON. */
export const python = {
  /** Whether there is a python3 to run. */
  available: isAtHand(),

  /** Runs a program, gives it a value on standard input, and reads one from its standard output. */
  async run(program: string, input: unknown): Promise<unknown> {
    const child = new Deno.Command("python3", {
      args: ["-c", program],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify(input)));
    await writer.close();
    const { success, stdout, stderr } = await child.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  },
};
