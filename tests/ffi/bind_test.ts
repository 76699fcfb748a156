/** When the C library's functions are bound, and the handles that this takes. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import { binders, type Declarations, lazily } from "../../ffi/loader.ts";
import { errno, open } from "../../ffi/posix.ts";
import { openLibraries } from "../../ffi/windows/libraries.ts";
import { errno as numbers } from "../../constants/lookup.ts";
import { libraryPath } from "../support/library.ts";
import { needs, requires } from "../support/requires.ts";

/** Records what `Deno.dlopen` binds, and the handles that are open. */
function recorded(outlive = true): {
  readonly bound: string[];
  readonly handles: Set<unknown>;
} & Disposable {
  const { dlopen } = Deno;
  const bound: string[] = [];
  const handles = new Set<unknown>();
  const replaced = stub(Deno, "dlopen", (
    name: string,
    declarations: Declarations,
  ) => {
    const library = dlopen(name, declarations);
    bound.push(...Object.keys(declarations));
    handles.add(library);
    const symbols = Object.entries(library.symbols).map(([key, value]) => [
      key,
      value && ((...args: unknown[]) => {
        if (!outlive && !handles.has(library)) throw new Error("closed");
        return (value as (...args: unknown[]) => unknown)(...args);
      }),
    ]);
    return {
      symbols: Object.fromEntries(symbols),
      close() {
        handles.delete(library);
        library.close();
      },
    };
  });
  return { bound, handles, [Symbol.dispose]: () => replaced.restore() };
}

const declarations = {
  getpid: { parameters: [], result: "i32" },
  getppid: { parameters: [], result: "i32" },
  pause: { parameters: [], result: "i32", nonblocking: true },
  nowhere: { parameters: [], result: "i32", optional: true },
} as const;

const posix = (behaviour: string) => requires(behaviour, needs.posix);

Deno.test(posix("a function is bound when it is first read, once"), () => {
  using record = recorded();
  const { bound, handles } = record;
  const binding = { first: ["getpid"], keepsHandles: false } as const;
  const library = lazily(binders(libraryPath!, declarations, binding));
  assertEquals(bound, ["getpid", "pause"]);
  assertEquals(library.getpid(), Deno.pid);
  for (let i = 0; i < 2; i++) assertEquals(library.getppid(), Deno.ppid);
  for (let i = 0; i < 2; i++) assertEquals(library.nowhere, undefined);
  assertEquals(bound, ["getpid", "pause", "getppid", "nowhere"]);
  assertEquals(handles.size, 1);
});

Deno.test(
  posix("a library that lacks what is bound at once is refused"),
  () => {
    const missing = { nobody: { parameters: [], result: "i32" } } as const;
    const binding = { first: ["nobody"], keepsHandles: false } as const;
    assertThrows(
      () => binders(libraryPath!, missing, binding),
      Error,
      "nobody",
    );
  },
);

Deno.test(
  posix("the first socket binds few functions, and one handle stays"),
  () => {
    using record = recorded();
    const libc = open();
    const fd = libc.socket(2, 1, 0);
    assert(fd >= 0);
    assertEquals(libc.close(fd), 0);
    assertEquals(libc.close(-1), -1);
    assertEquals(errno(), numbers.EBADF);
    const blocking = record.bound.filter((name) => !name.endsWith("_async"));
    assert(blocking.length <= 4, `${blocking} are bound`);
    assertEquals(record.handles.size, 1);
  },
);

Deno.test(
  posix("where functions do not outlive their handles, these stay open"),
  () => {
    using record = recorded(false);
    const libc = open();
    assertEquals(libc.listen(-1, 0), -1);
    assertEquals(errno(), numbers.EBADF);
    assert(record.handles.size > 1);
  },
);

Deno.test(posix("a property is made once, and may be replaced"), () => {
  let made = 0;
  const object = lazily({ number: () => ++made, other: () => ++made });
  assertEquals([object.number, object.number, made], [1, 1, 1]);
  Object.assign(object, { other: 5 });
  assertEquals([object.other, made], [5, 1]);
});

Deno.test("Windows' functions are bound when they are first read, but for three", () => {
  const bound: string[] = [];
  const open = new Set<string>();
  // Stands for Windows' libraries.
  using _ = stub(Deno, "dlopen", (
    name: string,
    declarations: Declarations,
  ) => {
    const keys = Object.keys(declarations);
    const handle = `${name} ${keys}`;
    open.add(handle);
    bound.push(...keys);
    return {
      symbols: Object.fromEntries(keys.map((key) => [key, () => name])),
      close: () => open.delete(handle),
    } as never;
  });
  const windows = openLibraries(false);
  const blocking = bound.filter((name) => !name.endsWith("_async"));
  assertEquals(blocking.sort(), ["WSAGetLastError", "WSASocketW", "close"]);
  const { length } = bound;
  const { recv, Sleep, if_nametoindex, strlen } = windows;
  assertEquals(
    [recv, Sleep, if_nametoindex, strlen].map((call) =>
      (call as () => unknown)()
    ),
    ["ws2_32.dll", "kernel32.dll", "iphlpapi.dll", "ntdll.dll"],
  );
  assertEquals([windows.recv, windows.Sleep], [recv, Sleep]);
  assertEquals(bound.slice(length), [
    "recv",
    "Sleep",
    "if_nametoindex",
    "strlen",
  ]);
  assertEquals(open.size, 4);
});
