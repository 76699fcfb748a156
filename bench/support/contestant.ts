/** A contestant's side of the talk with the harness: a line in, a round of work, a figure out. */

/**
 * Does rounds of work until the harness ends them.
 *
 * @param work does so many operations
 * @returns the figure is nanoseconds an operation
 */
export async function rounds(
  work: (count: number) => void | Promise<void>,
): Promise<void> {
  let text = "";
  for await (
    const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  ) {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop()!;
    for (const line of lines) {
      const count = Number(line);
      const began = performance.now();
      await work(count);
      console.log((performance.now() - began) * 1e6 / count);
    }
  }
}
