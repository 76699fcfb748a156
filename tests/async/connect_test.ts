/** The awaiting `create_connection()` and `create_server()`. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import * as socket from "../../async.ts";
import { AsyncSocket } from "../../async.ts";
import { alternating, firstConnected } from "../../async/connect.ts";
import type { AddressInfoTuple } from "../../socket/resolver/addrinfo.ts";
import { text, utf8 } from "../support/bytes.ts";
import { deadAddress, turn } from "../support/async.ts";

Deno.test("create_connection connects to a name", async () => {
  using listener = await socket.create_server(["localhost", 0]);
  const [, port] = listener.getsockname();
  using client = await socket.create_connection(["localhost", port], 5);
  assertEquals(client.timeout, 5);
  const [connection] = await listener.accept();
  await client.sendall(utf8("x"));
  assertEquals(text(await connection.recv(1)), "x");
  connection.close();
});

Deno.test("create_connection binds to the source address", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  const source = deadAddress();
  using client = await socket.create_connection(
    listener.getsockname(),
    null,
    ["localhost", source[1]],
  );
  assertEquals(client.getsockname(), source);
});

Deno.test("the last attempt's error is thrown, or all of them", async () => {
  const [, port] = deadAddress();
  await assertRejects(
    () => socket.create_connection(["localhost", port]),
    socket.ConnectionRefusedError,
  );
  const error = await assertRejects(
    () =>
      socket.create_connection(["localhost", port], null, null, {
        all_errors: true,
      }),
    AggregateError,
  );
  const found = await socket.getaddrinfo("localhost", port, 0, 1);
  assertEquals(error.errors.length, found.length);
  await assertRejects(
    () => socket.create_connection(["no such.invalid", 1]),
    socket.gaierror,
  );
});

Deno.test("create_connection is aborted, whatever the reason is", async () => {
  // Its queue is full, so connecting to it never ends.
  using listener = await socket.create_server(["127.0.0.1", 0], { backlog: 0 });
  const address = listener.getsockname();
  using _ = await socket.create_connection(address);
  const others = await fillQueue(address);
  for (
    const reason of ["enough", new socket.OSError(null, "enough"), undefined]
  ) {
    const aborting = new AbortController();
    const connecting = socket.create_connection(address, null, null, aborting);
    await turn();
    aborting.abort(reason);
    const thrown = await connecting.catch((error) => error);
    assertEquals(thrown, aborting.signal.reason);
  }
  await assertRejects(
    () => socket.create_connection(address, 0.02),
    socket.TimeoutError,
  );
  others.forEach((other) => other.close());
});

/** Connects until the listener's queue is full. */
async function fillQueue(address: socket.InetAddress): Promise<AsyncSocket[]> {
  const others: AsyncSocket[] = [];
  for (;;) {
    const other = new AsyncSocket();
    others.push(other);
    other.settimeout(0.05);
    try {
      await other.connect(address);
    } catch {
      return others;
    }
  }
}

Deno.test("families alternate, the first one first", () => {
  const entry = (family: number, host: string): AddressInfoTuple =>
    [family, 1, 6, "", [host, 1]] as unknown as AddressInfoTuple;
  const order = (...found: [number, string][]): string =>
    alternating(found.map(([family, host]) => entry(family, host)))
      .map(([, , , , sockaddr]) => (sockaddr as unknown as string[])[0])
      .join("");
  assertEquals(order([6, "a"], [6, "b"], [2, "c"], [2, "d"]), "acbd");
  assertEquals(order([2, "a"], [6, "b"], [6, "c"], [6, "d"]), "abcd");
  assertEquals(order([2, "a"], [2, "b"]), "ab");
  assertEquals(order(), "");
});

Deno.test("create_server does as Python's", async () => {
  using one = await socket.create_server(["127.0.0.1", 0], { backlog: 3 });
  const option = socket.hasattr("SO_EXCLUSIVEADDRUSE")
    ? socket.SO_EXCLUSIVEADDRUSE
    : socket.SO_REUSEADDR;
  assert(one.getsockopt(socket.SOL_SOCKET, option) !== 0);
  assertEquals(one.timeout, null);
  const error = await assertRejects(
    () => socket.create_server(one.getsockname()),
    socket.OSError,
  );
  assertEquals(error.code, "EADDRINUSE");
  assert(error.message.includes("while attempting to bind on address"));
  if (socket.hasattr("SO_REUSEPORT")) {
    const options = { reuse_port: true };
    using two = await socket.create_server(["127.0.0.1", 0], options);
    using three = await socket.create_server(two.getsockname(), options);
    assertEquals(three.getsockname(), two.getsockname());
  }
  await assertRejects(
    () => socket.create_server(["127.0.0.1", 0], { dualstack_ipv6: true }),
    RangeError,
  );
  await assertRejects(
    () =>
      socket.create_server(["localhost", 0], { signal: AbortSignal.abort(1) })
        .catch((reason) => {
          throw new Error(String(reason));
        }),
    Error,
    "1",
  );
});

/** An attempt that succeeds or fails after some time, or never. */
class Attempt implements Disposable {
  closed = false;
  [Symbol.dispose](): void {
    this.closed = true;
  }
}

type Plan = { after?: number; error?: Error };

/**
 * Runs attempts by plan. Returns the winner, when each began, which were aborted, and the errors.
 */
async function race(
  plans: Plan[],
  signal?: AbortSignal,
  { made = [], onAttempt }: {
    made?: Attempt[];
    onAttempt?: (event: socket.AttemptEvent) => void;
  } = {},
): Promise<
  { winner?: number; began: number[]; aborted: boolean[]; errors: Error[] }
> {
  const start = performance.now();
  const began: number[] = [];
  const aborted: boolean[] = [];
  const errors: socket.OSError[] = [];
  const candidates = plans.map((_, i) =>
    [2, 1, 6, "", ["", i]] as unknown as AddressInfoTuple
  );
  const first = await firstConnected(
    candidates,
    ([, , , , sockaddr], signal) => {
      const i = (sockaddr as unknown as [string, number])[1];
      began[i] = performance.now() - start;
      aborted[i] = false;
      const { promise, resolve, reject } = Promise.withResolvers<Attempt>();
      signal.addEventListener("abort", () => {
        aborted[i] = true;
        reject(signal.reason);
      });
      const { after, error } = plans[i];
      const end = (): void => {
        if (error) return reject(error);
        made[i] = new Attempt();
        resolve(made[i]);
      };
      if (after === 0) end();
      else if (after !== undefined) setTimeout(end, after);
      return promise;
    },
    errors,
    signal,
    onAttempt,
  );
  return { winner: made.indexOf(first!), began, aborted, errors };
}

const refused = (n: number): socket.OSError =>
  new socket.OSError(n, `refused ${n}`);

Deno.test("a slow attempt is joined by the next one after 250 ms, and loses to it", async () => {
  const { winner, began, aborted } = await race([
    {},
    { after: 20 },
    { after: 1 },
  ]);
  assertEquals(winner, 1);
  assert(began[1] >= 245 && began[1] < 5000, `${began[1]} ms`);
  assertEquals(began.length, 2, "the third one never began");
  assertEquals(aborted[0], true);
});

Deno.test("the next attempt does not wait for one that failed", async () => {
  const attempts = [
    { after: 0, error: refused(1) },
    { after: 5, error: refused(2) },
    { after: 0 },
  ];
  await race(attempts); // code is slow the first time that it runs
  const { winner, began, errors } = await race(attempts);
  assertEquals(winner, 2);
  assert(began[2] < 245, `${began[2]} ms`);
  assertEquals(errors.map((error) => error.message), [
    "[Errno 1] refused 1",
    "[Errno 2] refused 2",
  ]);
});

Deno.test("the first attempt may still win after others joined it", async () => {
  const { winner, aborted } = await race([{ after: 300 }, {}]);
  assertEquals([winner, aborted[1]], [0, true]);
});

Deno.test("errors stand in the order of the attempts, whoever failed first", async () => {
  const { winner, errors } = await race([
    { after: 280, error: refused(1) },
    { after: 0, error: refused(2) },
  ]);
  assertEquals(winner, -1);
  assertEquals(errors.map((error) => error.message), [
    "[Errno 1] refused 1",
    "[Errno 2] refused 2",
  ]);
});

Deno.test("an error that is no connection's ends the attempts", async () => {
  await assertRejects(
    () => race([{ after: 0, error: new TypeError("wrong") }, { after: 0 }]),
    TypeError,
    "wrong",
  );
});

Deno.test("socket_factory makes the sockets, with Happy Eyeballs too", async () => {
  const made: AsyncSocket<socket.InetAddress | socket.Inet6Address>[] = [];
  const socket_factory = ([family, type, proto]: AddressInfoTuple) => {
    const one = new AsyncSocket(family, type, proto);
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1);
    made.push(one);
    return one;
  };
  using listener = await socket.create_server(["localhost", 0], {
    socket_factory,
  });
  assertEquals(made.length, 1);
  const seen: string[] = [];
  using client = await socket.create_connection(
    ["localhost", listener.getsockname()[1]],
    5,
    null,
    {
      socket_factory,
      onAttempt: ({ type, address }) => seen.push(`${type} ${address[0]}`),
    },
  );
  assert(client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) !== 0);
  assertEquals(client, made.at(-1)!);
  assert(made.slice(1, -1).every((one) => one.fileno() < 0));
  assertEquals(seen.slice(-2), ["start 127.0.0.1", "success 127.0.0.1"]);
});

Deno.test("an awaited factory that throws or returns nonsense leaves nothing open", async () => {
  using listener = await socket.create_server(["127.0.0.1", 0]);
  const calls = [
    (factory: () => unknown) =>
      socket.create_connection(listener.getsockname(), 5, null, {
        socket_factory: factory as never,
      }),
    (factory: () => unknown) =>
      socket.create_server(["127.0.0.1", 0], {
        socket_factory: factory as never,
      }),
  ];
  for (const call of calls) {
    for (const nonsense of [null, 7, {}]) {
      await assertRejects(() => call(() => nonsense), TypeError, "AsyncSocket");
    }
    await assertRejects(
      () =>
        call(() => {
          throw new RangeError("mine");
        }),
      RangeError,
    );
    const blocking = new socket.Socket();
    await assertRejects(() => call(() => blocking), TypeError, "not Socket");
    assertEquals(blocking.fileno(), -1);
    const late = new AsyncSocket();
    await assertRejects(
      () => call(() => Promise.resolve(late)),
      TypeError,
      "not Promise",
    );
    await turn();
    assertEquals(late.fileno(), -1);
    const other = new AsyncSocket(socket.AF_INET6 as never);
    await assertRejects(() => call(() => other), TypeError);
    assertEquals(other.fileno(), -1);
  }
});

Deno.test("onAttempt sees what happens to each attempt", async () => {
  const seen: string[] = [];
  const onAttempt = ({ type, address: [, at], error }: socket.AttemptEvent) =>
    seen.push(`${at} ${type}${error ? ` ${error.errno}` : ""}`);
  await race([{}, { after: 0, error: refused(2) }, { after: 0 }], undefined, {
    onAttempt,
  });
  assertEquals(seen.splice(0), [
    "0 start",
    "1 start",
    "1 failure 2",
    "2 start",
    "2 success",
    "0 abandon",
  ]);
  const aborting = new AbortController();
  const racing = race([{}, { after: 0 }], aborting.signal, { onAttempt });
  aborting.abort("enough");
  await assertRejects(
    () => racing.catch((e) => Promise.reject(Error(e))),
    Error,
    "enough",
  );
  assertEquals(seen.splice(0), ["0 start", "0 abandon"]);
  await assertRejects(
    () =>
      race([{ after: 0, error: new TypeError("x") }], undefined, { onAttempt }),
    TypeError,
  );
  assertEquals(seen.splice(0), ["0 start", "0 abandon"]);
});

Deno.test("what onAttempt throws ends the attempts", async () => {
  for (const end of ["start", "failure", "success", "abandon"]) {
    const made: Attempt[] = [];
    await assertRejects(
      () =>
        race(
          [{ after: 0, error: refused(1) }, {}, { after: 0 }],
          undefined,
          {
            made,
            onAttempt({ type }) {
              if (type === end) throw new RangeError(type);
            },
          },
        ),
      RangeError,
      end,
    );
    assert(made.every(({ closed }) => closed), end);
  }
});
