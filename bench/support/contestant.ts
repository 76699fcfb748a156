/** A contestant's side of the talk with the harness: a line in, a round of work, a figure out. */

/**
 * Does a round of work for each line, until the harness ends.
 *
 * @param work does so many operations; gives the figure to report
 */
export async function answers(
  work: (count: number) => number | Promise<number>,
): Promise<void> {
  let text = "";
  for await (
    const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  ) {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop()!;
    for (const line of lines) console.log(await work(Number(line)));
  }
}

/**
 * Does a round of work for each line, and reports how many nanoseconds it took.
 *
 * @param work does so many operations
 */
export function rounds(
  work: (count: number) => void | Promise<void>,
): Promise<void> {
  return answers(async (count) => {
    const began = performance.now();
    const working = work(count);
    if (working !== undefined) await working;
    return (performance.now() - began) * 1e6;
  });
}

/** Says which port a server listens on, and ends the process with the harness. */
export async function announce(port: number): Promise<void> {
  console.log(port);
  for await (const _ of Deno.stdin.readable); // nothing comes but the end
  Deno.exit();
}
