/** The selectors, compared with those of Python. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  dup,
  OSError,
  Socket,
  TimeoutError,
  type UnixAddress,
} from "../../mod.ts";
import { table } from "../../constants/table.ts";
import { libc } from "../../ffi/libc.ts";
import { KqueuePoller } from "../../poll/kqueue.ts";
import { best } from "../../poll/poller.ts";
import {
  BaseSelector,
  DefaultSelector,
  EpollSelector,
  EVENT_READ,
  EVENT_WRITE,
  type FileObject,
  KqueueSelector,
  PollSelector,
  SelectorKey,
  SelectSelector,
} from "../../selectors.ts";
import { E_BAD_SOCKET } from "../../errors/errors.ts";
import { text, utf8 } from "../support/bytes.ts";
import { beside } from "../support/files.ts";
import { needs, requires } from "../support/requires.ts";
import { EmulatedKqueue } from "../poll/kqueue.ts";
import { type Class, play } from "../poll/readiness.ts";
import { socketPair } from "../support/pairs.ts";

class EmulatedKqueueSelector<D = unknown, F extends FileObject = FileObject>
  extends BaseSelector<D, F> {
  constructor() {
    super(new KqueuePoller(new EmulatedKqueue("darwin")));
  }
}

const selectors = {
  PollSelector,
  SelectSelector,
  ...(best === "epoll" ? { EpollSelector, EmulatedKqueueSelector } : {}),
  ...(best === "kqueue" ? { KqueueSelector } : {}),
};
const R = EVENT_READ;
const W = EVENT_WRITE;

for (const [name, Selector] of Object.entries(selectors)) {
  Deno.test(`${name}.register() gives a key that can be taken apart`, () => {
    using sockets = socketPair();
    using selector = new Selector<string, Socket<UnixAddress>>();
    const { a } = sockets;
    const key = selector.register(a, R, "mine");
    assertInstanceOf(key, SelectorKey);
    const [fileobj, fd, events, data] = key;
    assertEquals([fd, events, data], [a.fileno(), R, "mine"]);
    assertStrictEquals(fileobj, a);
    assertStrictEquals(selector.get_key(a), key);
    assertStrictEquals(selector.get_key(a.fileno()), key);
  });

  Deno.test(`${name} says what is wrong as Python does`, () => {
    using sockets = socketPair();
    using selector = new (Selector as Class)();
    const { a, b } = sockets;
    selector.register(a, R);
    const shown = Deno.inspect(a);
    const message = (f: () => unknown): string =>
      assertThrows(f, RangeError).message;
    assertEquals(
      message(() => selector.register(a, W)),
      `${shown} (FD ${a.fileno()}) is already registered`,
    );
    assertEquals(
      message(() => selector.unregister(b)),
      `${Deno.inspect(b)} is not registered`,
    );
    assertEquals(
      message(() => selector.modify(999, R)),
      "999 is not registered",
    );
    assertEquals(message(() => selector.register(b, 0)), "Invalid events: 0");
    assertEquals(
      message(() => selector.register(-1, R)),
      "Invalid file descriptor: -1",
    );
    assertEquals(
      message(() => selector.get_key("x" as unknown as FileObject)),
      'Invalid file object: "x"',
    );
  });

  Deno.test(`${name}.select() gives each ready one's key and events`, () => {
    using one = socketPair();
    using other = socketPair();
    using selector = new (Selector as Class)();
    const reading = selector.register(one.a, R, 1);
    const both = selector.register(other.a, R | W, 2);
    assertEquals(selector.select(0), [[both, W]]);
    one.b.send(utf8("x"));
    other.b.send(utf8("x"));
    const byData = selector.select().sort(([a], [b]) =>
      (a.data as number) - (b.data as number)
    );
    assertEquals(byData, [[reading, R], [both, R | W]]);
  });

  Deno.test(`${name}.modify() changes events and data`, () => {
    using sockets = socketPair();
    using selector = new (Selector as Class)();
    const { a } = sockets;
    const key = selector.register(a, R, "x");
    assertEquals(selector.select(0), []);
    assertStrictEquals(selector.modify(a, R, "x"), key);
    const changed = selector.modify(a, W, "y");
    assertEquals([changed.events, changed.data], [W, "y"]);
    assertEquals(selector.select(0), [[changed, W]]);
    assertEquals(selector.modify(a.fileno(), W).data, null);
    assertStrictEquals(selector.get_key(a).fileobj, a);
  });

  Deno.test(`${name}.unregister() ends the waiting, even for a closed one`, () => {
    using sockets = socketPair();
    using selector = new (Selector as Class)();
    const { a, b } = sockets;
    const key = selector.register(a, W);
    assertStrictEquals(selector.unregister(a), key);
    assertEquals(selector.select(0), []);
    selector.register(a, W);
    selector.register(b, W);
    const number = b.fileno();
    a.close();
    b.close();
    assertStrictEquals(selector.unregister(a).fileobj, a);
    assertStrictEquals(selector.unregister(number).fileobj, b);
    assertEquals(selector.get_map()!.size, 0);
    assertEquals(selector.select(0), []);
  });

  Deno.test(`${name} takes descriptors, sockets and files`, () => {
    using sockets = socketPair();
    using selector = new (Selector as Class)();
    const { a, b } = sockets;
    using file = b.makefile("rwb");
    selector.register(a.fileno(), W);
    selector.register(file, W);
    assertEquals(selector.select(0).length, 2);
    assertEquals(selector.get_key(file).fd, b.fileno());
  });

  Deno.test(`${name}.get_map() lives with the selector, and ends with it`, () => {
    using sockets = socketPair();
    using selector = new (Selector as Class)();
    const { a } = sockets;
    const map = selector.get_map()!;
    assertEquals([map.size, map.has(a), map.get(a)], [0, false, undefined]);
    const key = selector.register(a, R);
    assertEquals([...map], [[a.fileno(), key]]);
    assertEquals([...map.keys()], [a.fileno()]);
    assertEquals([...map.values()], [...map.entries()].map(([, key]) => key));
    assertStrictEquals(map.get(a.fileno()), key);
    selector.close();
    selector.close();
    assertEquals([map.size, selector.get_map()], [0, null]);
    assertThrows(() => selector.get_key(a), Error, "Selector is closed");
    assertThrows(() => selector.select(0), Error, "Selector is closed");
    assertThrows(() => selector.register(a, R), Error, "Selector is closed");
    assert(a.fileno() >= 0);
  });

  Deno.test(`${name}.select() waits at least as long as asked`, () => {
    using sockets = socketPair();
    using selector = new (Selector as Class)();
    selector.register(sockets.a, R);
    for (const [timeout, least] of [[-1, 0], [0, 0], [0.0301, 30.1]]) {
      const began = performance.now();
      assertEquals(selector.select(timeout), []);
      const took = performance.now() - began;
      assert(took >= least && took < least + 500, `${timeout}: ${took} ms`);
    }
  });

  Deno.test(`${name}.select() with nothing registered waits too`, () => {
    using selector = new (Selector as Class)();
    const began = performance.now();
    assertEquals(selector.select(0.02), []);
    assert(performance.now() - began >= 20);
  });

  Deno.test(`${name}.select() gives all of hundreds`, () => {
    using stack = new DisposableStack();
    using selector = new (Selector as Class)();
    const expected = new Set<number>();
    for (let i = 0; i < 120; i++) {
      const { a } = stack.use(socketPair());
      selector.register(a, W);
      expected.add(a.fileno());
    }
    const found = selector.select(0).map(([key]) => key.fd);
    assertEquals(new Set(found), expected);
    assertEquals(found.length, expected.size);
  });
}

/**
 * A second descriptor for a socket, whose number nothing gets by chance once it is closed: other
 * test files of the same process open descriptors too.
 */
function high(socket: { fileno(): number }): number {
  const { F_DUPFD_CLOEXEC } = table.constants;
  return libc.fcntl_int?.(socket.fileno(), F_DUPFD_CLOEXEC, 900) ??
    dup(socket.fileno());
}

for (const [name, Selector] of Object.entries(selectors)) {
  Deno.test({
    ...requires(`${name} answers as python3's`, needs.python),
    async fn(): Promise<void> {
      const theirs = name.replace("EmulatedKqueue", "Epoll");
      const { stdout } = await new Deno.Command("python3", {
        args: [beside("interop/readiness.py"), theirs],
      }).output();
      assertEquals(play(Selector as Class), JSON.parse(text(stdout))[theirs]);
    },
  });
}

for (const name of Object.keys(selectors)) {
  if (name.startsWith("Emulated")) continue;
  Deno.test({
    ...requires(
      `${name}.select() waits on when a signal interrupts it`,
      needs.posix,
    ),
    async fn() {
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-ffi",
          beside("programs/interrupted_select.ts"),
          name,
        ],
        stdout: "piped",
      }).spawn();
      const reader = child.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      let output = (await reader.read()).value!;
      const timer = setInterval(() => {
        try {
          child.kill("SIGUSR1");
        } catch { /* it has ended */ }
      }, 20);
      try {
        for (let more; (more = await reader.read()).value !== undefined;) {
          output += more.value;
        }
      } finally {
        clearInterval(timer);
        await child.status;
      }
      assertEquals(output, "waiting\n0 true\n");
    },
  });
}

Deno.test("DefaultSelector is the best of the platform", () => {
  using selector = new DefaultSelector();
  const kinds = {
    epoll: EpollSelector,
    kqueue: KqueueSelector,
    poll: PollSelector,
  };
  assertInstanceOf(selector, kinds[best]);
  assertInstanceOf(selector, BaseSelector);
});

Deno.test({
  ...requires(
    "EpollSelector.fileno() is readable while something is",
    needs.linux,
  ),
  fn(): void {
    using sockets = socketPair();
    using inner = new EpollSelector();
    using outer = new PollSelector();
    inner.register(sockets.a, R);
    outer.register(inner, R);
    assertEquals(outer.select(0), []);
    sockets.b.send(utf8("x"));
    assertEquals(outer.select(0).length, 1);
    inner.close();
    assertThrows(() => inner.fileno(), Error, "Selector is closed");
  },
});

Deno.test({
  ...requires("EpollSelector keeps nothing that epoll refuses", needs.linux),
  fn(): void {
    using sockets = socketPair();
    using selector = new EpollSelector();
    const fd = high(sockets.a);
    selector.register(fd, R);
    libc.close(fd);
    const error = assertThrows(() => selector.modify(fd, W), OSError);
    assertEquals([error.code, error.syscall], ["EBADF", "epoll_ctl"]);
    assertEquals(selector.get_map()!.size, 0);
    assertThrows(() => selector.register(fd, R), OSError);
    assertEquals(selector.get_map()!.size, 0);
  },
});

Deno.test({
  ...requires(
    "KqueueSelector says where it does not work",
    needs.linux,
  ),
  fn(): void {
    assertThrows(
      () => new KqueueSelector(),
      RangeError,
      "kqueue is not available on",
    );
  },
});

Deno.test({
  ...requires(
    "SelectSelector refuses descriptors that select() has no room for",
    needs.posix,
  ),
  fn(): void {
    using selector = new SelectSelector();
    assertThrows(
      () => selector.register(1024, R),
      RangeError,
      "filedescriptor out of range in select()",
    );
    assertEquals(selector.get_map()!.size, 0);
  },
});

Deno.test("PollSelector says that a closed descriptor is ready", () => {
  using sockets = socketPair();
  using selector = new PollSelector();
  const fd = high(sockets.a);
  selector.register(fd, R | W);
  selector.register(sockets.b, R); // Winsock cannot poll an empty set
  libc.close(fd);
  assertEquals(
    selector.select(0).map(([key, events]) => [key.fd, events]),
    [[fd, R | W]],
  );
});

Deno.test("SelectSelector says that a closed descriptor is an error", () => {
  using sockets = socketPair();
  using selector = new SelectSelector();
  const fd = high(sockets.a);
  selector.register(fd, R);
  libc.close(fd);
  assertEquals(
    assertThrows(() => selector.select(0), OSError).errno,
    E_BAD_SOCKET,
  );
});

Deno.test("an accept that a selector announced does not wait", () => {
  using listener = new Socket();
  listener.bind(["127.0.0.1", 0]);
  listener.listen();
  listener.settimeout(5);
  using selector = new DefaultSelector<null, Socket>();
  selector.register(listener, R);
  assertEquals(selector.select(0), []);
  using client = new Socket();
  client.connect(listener.getsockname());
  const [[key, events]] = selector.select(5);
  assertEquals(events, R);
  using _ = key.fileobj.accept()[0];
  listener.settimeout(0.01);
  assertThrows(() => listener.accept(), TimeoutError);
});
