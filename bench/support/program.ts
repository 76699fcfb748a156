/** Contestants as processes that do a round of work each time they are told to. */

/** A command that runs a source file, or why it cannot run here. */
export type Command = readonly string[] | string;

const built = new URL("../../.cache/bench/", import.meta.url);

/** Makes a source file ready to run. */
export async function compile(source: URL): Promise<Command> {
  const path = source.pathname;
  if (path.endsWith(".ts")) {
    return [
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-check",
      "--allow-all",
      path,
    ];
  }
  if (path.endsWith(".py")) {
    return await works("python3", "--version")
      ? ["python3", path]
      : "python3 is not installed";
  }
  if (path.endsWith(".mjs")) {
    return await works("node", "--version")
      ? ["node", path]
      : "node is not installed";
  }
  if (!await works("cc", "--version")) return "no C compiler is installed";
  await Deno.mkdir(built, { recursive: true });
  const binary =
    new URL(path.split("/").slice(-2).join("-").replace(/\.c$/, ""), built)
      .pathname;
  const { success, stderr } = await new Deno.Command("cc", {
    args: ["-O2", "-o", binary, path, "-lpthread"],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return [binary];
}

async function works(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args }).output()).success;
  } catch {
    return false;
  }
}

/** A running contestant. */
export interface Program {
  /** Does some work; gives the figure that the program reports. */
  round(work: number): Promise<number>;
  /** Ends it. */
  stop(): Promise<void>;
}

/**
 * Starts a contestant: it reads an amount of work from each line of its standard input, does it, and
 * prints one figure.
 */
export function start(
  command: readonly string[],
  args: readonly string[],
): Program {
  const child = new Deno.Command(command[0], {
    args: [...command.slice(1), ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const requests = child.stdin.getWriter();
  const answers = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    async round(work) {
      await requests.write(new TextEncoder().encode(`${work}\n`));
      let line = "";
      while (!line.endsWith("\n")) {
        const { value, done } = await answers.read();
        if (done) throw new Error(`${command.join(" ")} ended`);
        line += value;
      }
      return Number(line);
    },
    async stop() {
      await requests.close();
      await child.status;
    },
  };
}
