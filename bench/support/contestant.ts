/** The contestant's side of the harness protocol: a line in, a round of work, a figure out. */

/**
 * Does a round of work for each line of input, until the input ends.
 *
 * @param work does `count` operations and returns the figure to report
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
 * Does a round of work for each line of input, and reports how many nanoseconds it took.
 *
 * @param work does `count` operations
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

/** Reports the port that a server listens on, and exits when the input ends. */
export async function announce(port: number): Promise<void> {
  console.log(port);
  for await (const _ of Deno.stdin.readable); // until the input ends
  Deno.exit();
}
