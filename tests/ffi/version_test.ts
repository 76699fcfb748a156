/** A version of Deno that is too old is refused, at the first use. */

import "../support/old_deno.ts";
import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as later from "../../async.ts";
import { checkVersion, oldestDeno } from "../../ffi/libc.ts";
import * as socket from "../../mod.ts";
import * as selectors from "../../selectors.ts";
import { beside } from "../support/files.ts";

const sentence = (version: string) =>
  `@libc/socket needs Deno ${oldestDeno} or newer, and this is Deno ${version}: run "deno upgrade"`;

Deno.test("on a Deno that is too old, what needs no C library works", () => {
  assertEquals(socket.inet_ntop(socket.AF_INET, new Uint8Array(4)), "0.0.0.0");
});

Deno.test("on a Deno that is too old, the first use says so, and each after it", async () => {
  const uses = [
    () => new socket.Socket(),
    () => socket.socketpair(),
    () => socket.gethostname(),
    () => new later.AsyncSocket(),
    () => new selectors.DefaultSelector(),
    () => new socket.Socket(),
  ];
  for (const use of uses) {
    assertEquals(assertThrows(use, Error).message, sentence("2.7.14"));
  }
  const lookup = () => later.getaddrinfo("localhost", 80);
  assertEquals(
    (await assertRejects(lookup, Error)).message,
    sentence("2.7.14"),
  );
});

Deno.test("the README names the oldest version", () => {
  assertStringIncludes(
    Deno.readTextFileSync(beside("../README.md")),
    `You need Deno ${oldestDeno.replace(/\.0$/, "")} or newer`,
  );
});

Deno.test("versions are compared by number", () => {
  assertEquals(oldestDeno, "2.8.0"); // the versions below are beside it
  for (const version of ["1.46.3", "2.0.0", "2.7.99", "2.7.14+0123abc"]) {
    assertThrows(() => checkVersion(version), Error, sentence(version));
  }
  for (
    const version of [
      "2.8.0",
      "2.8.1",
      "2.10.0",
      "3.0.0",
      "10.0.0",
      "2.8.0-rc.1",
      "2.9.6+0123abc",
    ]
  ) {
    checkVersion(version);
  }
});
