/** The shortest sequence that still fails. */

/**
 * Leaves out ever smaller pieces of a sequence for as long as what is left fails.
 *
 * @param fails whether a sequence fails
 * @param seconds how long this may take
 */
export async function shrink<T>(
  sequence: readonly T[],
  fails: (sequence: readonly T[]) => Promise<boolean>,
  seconds: number,
): Promise<readonly T[]> {
  const end = performance.now() + seconds * 1000;
  let size = Math.ceil(sequence.length / 2);
  for (;;) {
    let shrunk = false;
    for (let at = 0; at < sequence.length;) {
      if (performance.now() > end) return sequence;
      const less = sequence.toSpliced(at, size);
      if (less.length < sequence.length && await fails(less)) {
        sequence = less;
        shrunk = true;
      } else at += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!shrunk) return sequence;
  }
}
