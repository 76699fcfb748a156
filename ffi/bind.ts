/**
 * The functions of a library, each bound when it is first read. Deno compiles every function that
 * it binds, for 0.06 ms and as much again for each buffer that it takes: to bind all of them would
 * cost the first socket 13 ms.
 */

/** How functions are declared, by their names here. */
export type Declarations = Readonly<Record<string, Deno.ForeignFunction>>;

/** The functions of a library that are declared so. An optional one that it lacks is `undefined`. */
export type Symbols<D extends Declarations> = {
  readonly [Name in keyof D]:
    | Deno.StaticForeignSymbol<D[Name]>
    | (D[Name]["optional"] extends true ? undefined : never);
};

/** How the value of each property is made. */
export type Makers<T> = { readonly [Name in keyof T]: () => T[Name] };

/**
 * Returns an object whose properties are made when they are first read.
 *
 * They stay accessors, which V8 inlines. Were each replaced by its value, the object would change
 * its shape with each, and a call that has met five shapes costs 100 ns more.
 */
export function lazily<T extends object>(makers: Makers<T>): T {
  const object = {};
  for (const name in makers) {
    let value: unknown = unmade;
    Object.defineProperty(object, name, {
      configurable: true,
      enumerable: true,
      get: () => value === unmade ? value = makers[name]() : value,
      set: (replacement) => value = replacement,
    });
  }
  return object as T;
}

const unmade = Symbol();

/** When functions are bound, and what becomes of their handles. */
export interface Binding<Name> {
  /** The functions that are bound at once. */
  readonly first: readonly Name[];
  /** Whether the handles of the others stay open. */
  readonly keepsHandles: boolean;
}

/**
 * Opens a library, and returns how each of its functions is bound.
 *
 * A function has a handle of its own, which is closed at once: the function goes on working, as
 * nothing unloads a library with another handle. Deno's test sanitizers would count each handle as
 * a leak of the test that happens to call a function first. One handle stays open: it has the
 * functions that are bound at once and the non-blocking ones, which Deno looks up by it.
 *
 * @throws {Error} if it cannot be opened, or lacks a function that is bound at once
 */
export function binders<D extends Declarations>(
  name: string,
  declarations: D,
  { first, keepsHandles }: Binding<keyof D>,
): Makers<Symbols<D>> {
  const kept: Record<string, Deno.ForeignFunction> = {};
  for (const key in declarations) {
    const declared = declarations[key];
    if (declared.nonblocking || first.includes(key)) kept[key] = declared;
  }
  const { symbols } = Deno.dlopen(name, kept);
  const makers: Record<string, () => unknown> = {};
  for (const key in declarations) {
    makers[key] = () => {
      if (key in kept) return symbols[key] ?? undefined;
      const library = Deno.dlopen(name, { [key]: declarations[key] });
      const bound = library.symbols[key];
      if (!keepsHandles) library.close();
      return bound ?? undefined; // null if the library lacks it
    };
  }
  return makers as Makers<Symbols<D>>;
}
