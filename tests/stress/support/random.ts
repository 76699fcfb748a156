/** Random values that a seed repeats. `SEED=1234` in the environment sets it. */
export class Random {
  /** The seed, for the message of a test that fails. */
  readonly seed: number;
  #state: number;

  constructor(
    seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 32)),
  ) {
    this.seed = seed;
    this.#state = seed;
  }

  /** An integer from 0 to 2^32 - 1. (splitmix32) */
  #next(): number {
    this.#state = this.#state + 0x9e3779b9 | 0;
    let bits = this.#state ^ this.#state >>> 16;
    bits = Math.imul(bits, 0x21f0aaad);
    bits ^= bits >>> 15;
    bits = Math.imul(bits, 0x735a2d97);
    return (bits ^ bits >>> 15) >>> 0;
  }

  /** A number from 0 up to 1. */
  number(): number {
    return this.#next() / 2 ** 32;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.number() * limit);
  }

  /** Whether something of the given probability happens. */
  chance(probability: number): boolean {
    return this.number() < probability;
  }

  /** One of several. */
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)];
  }

  /** A bigint of 64 bits. */
  bigint(): bigint {
    return BigInt(this.#next()) << 32n | BigInt(this.#next());
  }

  /** Bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.#next() & 0xff);
  }
}
