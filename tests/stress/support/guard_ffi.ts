/**
 * Puts guard bytes around every buffer that a foreign function gets as such. Import it before the
 * library. Memory that is passed by its address, such as a message's, is guarded by the caller.
 */

const GUARD = 64;
const FILL = 0xa7;

let guarded = 0;

/** How many buffers had guards so far. */
export const guardedBuffers = (): number => guarded;

type Foreign = (...args: unknown[]) => unknown;

function guard(name: string, f: Foreign): Foreign {
  return (...args) => {
    const all: [guard: Uint8Array, original: Uint8Array][] = [];
    const passed = args.map((arg) => {
      if (!ArrayBuffer.isView(arg) || arg.byteLength === 0) return arg;
      const original = new Uint8Array(
        arg.buffer,
        arg.byteOffset,
        arg.byteLength,
      );
      const copy = new Uint8Array(original.length + 2 * GUARD).fill(FILL);
      copy.set(original, GUARD);
      all.push([copy, original]);
      return copy.subarray(GUARD, GUARD + original.length);
    });
    const result = f(...passed);
    for (const [copy, original] of all) {
      const end = GUARD + original.length;
      if (
        copy.subarray(0, GUARD).some((byte) => byte !== FILL) ||
        copy.subarray(end).some((byte) => byte !== FILL)
      ) {
        throw new Error(`${name} writes beyond ${original.length} bytes`);
      }
      original.set(copy.subarray(GUARD, end));
      guarded++;
    }
    return result;
  };
}

const { dlopen } = Deno;

Object.defineProperty(Deno, "dlopen", {
  configurable: true,
  value(path: string, symbols: Record<string, Deno.ForeignFunction>) {
    const library = dlopen(path, symbols);
    const wrapped: Record<string, unknown> = {};
    for (const [name, f] of Object.entries(library.symbols)) {
      const { nonblocking, name: symbol = name } = symbols[name];
      // Calls on other threads keep the memory; those that ask for an address need the true one.
      const mustPass = nonblocking || typeof f !== "function" ||
        /memcpy|memmove/.test(symbol);
      wrapped[name] = mustPass ? f : guard(symbol, f as Foreign);
    }
    return { symbols: wrapped, close: () => library.close() };
  },
});
