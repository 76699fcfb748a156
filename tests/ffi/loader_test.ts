/** Libraries are opened by the first name that can be; the error has the true reason. */

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { libcAdvice, openFirst } from "../../ffi/loader.ts";
import { needs, requires } from "../support/requires.ts";

const names = ["libc.so.6", "/first/libc.so.6", "/second/libc.so.6"];
const missing = (name: string) =>
  new Error(
    `Could not open library: Could not open library: ${name}: cannot open shared object file: No such file or directory`,
  );

Deno.test("names are tried one after the other, until one opens", () => {
  const tried: string[] = [];
  const opened = openFirst(names, (name) => {
    tried.push(name);
    if (name !== names[1]) throw missing(name);
    return `opened ${name}`;
  }, libcAdvice);
  assertEquals(opened, "opened /first/libc.so.6");
  assertEquals(tried, names.slice(0, 2));
});

Deno.test(
  requires("musl is spoken of where no glibc is found", needs.linux),
  () => {
    const open = (name: string) => {
      throw missing(name);
    };
    const error = assertThrows(() => openFirst(names, open, libcAdvice), Error);
    assertEquals(
      error.message,
      "the C library could not be opened as libc.so.6: cannot open shared object file: No such file or directory; " +
        "@libc/socket needs glibc, and does not run on musl alone; SOCKET_LIBC_PATH can name glibc's file",
    );
    assertEquals((error.cause as Error).message, missing(names[0]).message);
  },
);

Deno.test("a library that is there and cannot be used is the reason, not musl", () => {
  const cause = new Error(
    "Failed to register symbol accept4: Could not obtain symbol from the library: undefined symbol: accept4",
  );
  const open = (name: string) => {
    throw name === names[1] ? cause : missing(name);
  };
  const error = assertThrows(() => openFirst(names, open, libcAdvice), Error);
  assertEquals(
    error.message,
    `the C library could not be opened as ${names[1]}: ${cause.message}`,
  );
  assertStrictEquals(error.cause, cause);
});
