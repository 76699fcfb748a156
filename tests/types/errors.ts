/** How errors and selectors are typed. Each function is a test: see `../types_test.ts`. */

import * as socket from "../../mod.ts";
import {
  type AF_INET,
  errno,
  type ErrorCode,
  type gaierror,
  type herror,
  type HostCode,
  isMissing,
  MSG_DONTWAIT,
  OSError,
  type ResolverCode,
  Socket,
} from "../../mod.ts";
import {
  DefaultSelector,
  EVENT_READ,
  type FileObject,
} from "../../selectors.ts";
import { assertType, type IsExact } from "./support.ts";

/** The fields of an error. */
export function fields(error: unknown): void {
  if (!(error instanceof OSError)) throw error;
  assertType<IsExact<typeof error.errno, number | null>>(true);
  assertType<IsExact<typeof error.code, ErrorCode | undefined>>(true);
  assertType<IsExact<typeof error.syscall, string | undefined>>(true);
  const code: string | undefined = error.code;
  void code;
}

/** A code is compared with codes that exist. */
export function codes(error: OSError): boolean {
  switch (error.code) {
    case "ECONNRESET":
    case "EPIPE":
    case "EAI_NONAME":
    case "WSAECONNRESET":
    case undefined:
      return true;
    // @ts-expect-error: Type '"EPIP"' is not comparable to type 'ErrorCode | undefined'.
    case "EPIP":
      return false;
  }
  return false;
}

/** A code that does not exist is equal to none. */
export function misspelled(error: OSError): boolean {
  // @ts-expect-error: This comparison appears to be unintentional because the types
  // 'ErrorCode | undefined' and '"ECONREFUSED"' have no overlap.
  return error.code === "ECONREFUSED";
}

/** A list of codes may hold an error's code. */
export function lists(error: OSError): boolean {
  const passing: readonly (ErrorCode | undefined)[] = ["EINTR", "EAGAIN"];
  // @ts-expect-error: Type '"EAGIN"' is not assignable to type 'ErrorCode'.
  const code: ErrorCode = "EAGIN";
  void code;
  return passing.includes(error.code);
}

/** The resolver's errors have codes of their own. */
export function resolvers(error: gaierror, entry: herror): boolean {
  assertType<IsExact<typeof error.code, ResolverCode | undefined>>(true);
  assertType<IsExact<typeof entry.code, HostCode | undefined>>(true);
  if (entry.code === "HOST_NOT_FOUND") return true;
  // @ts-expect-error: This comparison appears to be unintentional because the types
  // 'ResolverCode | undefined' and '"ECONNREFUSED"' have no overlap.
  return error.code === "ECONNREFUSED";
}

/** The codes of the resolver are all constants that begin with `EAI_`. */
export function resolverCodes(): void {
  type Names = Extract<keyof typeof socket, `EAI_${string}`>;
  assertType<IsExact<Names, ResolverCode>>(true);
}

/** Errors are instances of Python's classes, and `error` is `OSError`. */
export function classes(error: unknown): void {
  if (error instanceof socket.error && error instanceof socket.timeout) {
    const text: string = error.strerror;
    void text;
  }
  const base: OSError = new socket.ConnectionRefusedError(1, "text");
  void base;
}

/** `errno` has the numbers by name, and refuses names that do not exist. */
export function numbers(error: OSError): boolean {
  const { EPIPE } = errno;
  assertType<IsExact<typeof EPIPE, number>>(true);
  const name = socket.errorName(EPIPE);
  // @ts-expect-error: have no overlap.
  if (name === "EPIP") return false;
  // @ts-expect-error: Property 'EPIP' does not exist on type 'Errno'.
  return error.errno === errno.EPIP;
}

/** A constant is a number on every platform, and isMissing() tells whether it exists. */
export function missing(family: typeof AF_INET): void {
  const flag: number = isMissing(MSG_DONTWAIT) ? 0 : MSG_DONTWAIT;
  const number: number = family;
  void [flag, number];
}

/** A selector knows its sockets and its data. */
export function selectors(): void {
  using selector = new DefaultSelector<string, Socket>();
  selector.register(new Socket(), EVENT_READ, "data");
  selector.register(socket.socketpair()[0], EVENT_READ, "data");
  for (const [{ fileobj, data }] of selector.select()) {
    assertType<IsExact<typeof fileobj, Socket>>(true);
    assertType<IsExact<typeof data, string>>(true);
  }
  // @ts-expect-error: Argument of type 'number' is not assignable to parameter of type 'string'.
  selector.register(new Socket(), EVENT_READ, 3);
}

/** A selector of no types takes any descriptor, and its data is unknown. */
export function plainSelector(): void {
  using selector = new DefaultSelector();
  selector.register(0, EVENT_READ);
  selector.register(new Socket(), EVENT_READ, { any: "data" });
  for (const [{ fileobj, data }] of selector.select()) {
    assertType<IsExact<typeof fileobj, FileObject>>(true);
    assertType<IsExact<typeof data, unknown>>(true);
  }
}

/** Names and addresses of hosts are strings. */
export function hosts(): void {
  const [name, aliases, addresses] = socket.gethostbyname_ex("h");
  assertType<IsExact<typeof name, string>>(true);
  assertType<IsExact<typeof aliases, string[]>>(true);
  assertType<IsExact<typeof addresses, string[]>>(true);
}

/** Types of sockets are numbers, and `SocketType` is not one of them. */
export function types(): void {
  const type: number = socket.SOCK_STREAM;
  const created: socket.SocketType = new socket.SocketType();
  void [type, created];
}
