/**
 * The twins: every method of `Socket` stands in `AsyncSocket`, and every function of `mod.ts` in
 * `async.ts`, with the same parameters. What can wait takes options last and returns a promise. The
 * compiler checks this file: its message shows the twins that differ.
 */

import type { IsExact } from "@std/testing/types";
import type * as awaiting from "../async.ts";
import type { AsyncSocket, InetAddress, WaitOptions } from "../async.ts";
import type * as blocking from "../mod.ts";
import type { Socket } from "../mod.ts";

/** A result, or parameters, with each `Socket` in it replaced by `AsyncSocket`. */
type Awaiting<T> = T extends Socket<infer A> ? AsyncSocket<A>
  : T extends readonly unknown[] ? { [I in keyof T]: Awaiting<T[I]> }
  : "socket_factory" extends keyof T ? {
      [K in keyof T]: K extends "socket_factory" ?
          | blocking.SocketFactory<
            AsyncSocket<InetAddress | blocking.Inet6Address>
          >
          | null
          | undefined
        : T[K];
    }
  : T;

/** Options that the blocking twin takes, too: the signal goes with them. */
type OwnOptions =
  | blocking.AlgOptions
  | blocking.ReadinessOptions
  | Awaiting<blocking.CreateConnectionOptions>
  | Awaiting<blocking.CreateListenersOptions>
  | Awaiting<blocking.CreateServerOptions>;

/**
 * The parameters of what can wait: options come last, or in place of those that are left out. A
 * socket looks like options.
 */
type WithOptions<P extends readonly unknown[]> = Required<P> extends
  [...unknown[], infer Last]
  ? Last extends AsyncSocket<infer _> ? [...InPlace<P>, options?: WaitOptions]
  : Last extends OwnOptions ? P
  : [...InPlace<P>, options?: WaitOptions]
  : [...P, options?: WaitOptions];

type InPlace<P extends readonly unknown[]> = P extends
  [infer First, ...infer Rest] ? [First, ...InPlace<Rest>]
  : P extends [(infer First)?, ...infer Rest] ? number extends P["length"] ? P
    : P extends [] ? []
    : [(First | WaitOptions)?, ...InPlace<Rest>]
  : P;

type Both<A, B> = A extends B ? B extends A ? true : false : false;

/** `true` if two functions are twins; else what is expected, for the compiler's message. */
type Twin<S, A> = S extends (...args: infer P) => infer R
  ? A extends (...args: infer Q) => infer T
    ? IsExact<T, R> extends true ? Both<P, Q> // it never waits
    : IsExact<T, Awaiting<R>> extends true ? Both<P, Q> // nor does what makes a socket
    : IsExact<T, Promise<Awaiting<R>>> extends true
      ? Both<WithOptions<Awaiting<P>>, Q> extends true ? true
      : { parameters: WithOptions<Awaiting<P>>; got: Q }
    : { result: Promise<Awaiting<R>>; got: T }
  : { missing: S }
  : true;

/** The members of `S` whose twin in `A` differs. */
type Differing<S, A> = {
  [
    K in keyof S as Twin<S[K], K extends keyof A ? A[K] : never> extends true
      ? never
      : K
  ]: Twin<S[K], K extends keyof A ? A[K] : never>;
};

/** What has no twin: files read and write without awaiting; the streams take their place. */
type Alone = "makefile";

const methods: Differing<
  Omit<Socket<InetAddress>, Alone>,
  AsyncSocket<InetAddress>
> = {};
const functions: Differing<typeof blocking, typeof awaiting> = {};

Deno.test("Socket and AsyncSocket, mod.ts and async.ts are twins", () => {
  void [methods, functions]; // compiled: they are
});
