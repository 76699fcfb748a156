/** Objects of every class of the library for one call, and good values for every parameter. */

import * as async from "../../../async.ts";
import * as bytes from "../../../bytes.ts";
import * as handlers from "../../../handlers.ts";
import * as lint from "../../../lint.ts";
import * as linux from "../../../linux.ts";
import * as socket from "../../../mod.ts";
import * as netlink from "../../../netlink.ts";
import * as node from "../../../node.ts";
import * as selectors from "../../../selectors.ts";
import { int32 } from "../../support/bytes.ts";
import { targetOf } from "../../support/descriptors.ts";
import { tcpPair } from "../../support/pairs.ts";
import { badValue, type Mischief, OwnError } from "./bad_values.ts";
import type { Random } from "./random.ts";
import type { Parameter } from "./signatures.ts";

/** The doors by their files. */
export const modules: Record<string, Record<string, unknown>> = {
  "mod.ts": socket,
  "async.ts": async,
  "selectors.ts": selectors,
  "bytes.ts": bytes,
  "handlers.ts": handlers,
  "node.ts": node,
  "netlink.ts": netlink,
  "linux.ts": linux,
  "lint.ts": lint,
};

/** How long a socket of a scene waits, in seconds. */
const TIMEOUT = 0.002;

type Maker = (scene: Scene) => unknown;

/**
 * Makes an instance of a class, by its name. A class that is not here is constructed with good
 * values of its parameters.
 */
const makers: Record<string, Maker> = {
  SocketBase: (scene) =>
    scene.random.chance(0.5) ? scene.socket() : scene.asyncSocket(),
  Socket: (scene) => scene.socket(),
  AsyncSocketBase: (scene) => scene.asyncSocket(),
  AsyncSocket: (scene) => scene.asyncSocket(),
  FileSocket: (scene) => scene.socket(),
  IOBase: (scene) => scene.file(["rb", "wb", "rwb", "r", "w", "rw"], null),
  LineIO: (scene) => scene.file(["rb", "r"], null),
  SocketIO: (scene) => scene.file(["rb", "wb", "rwb"], 0),
  BufferedReader: (scene) => scene.file(["rb"], null),
  BufferedWriter: (scene) => scene.file(["wb"], null),
  BufferedRWPair: (scene) => scene.file(["rwb"], null),
  TextIOWrapper: (scene) => scene.file(["r", "w", "rw"], null),
  ControlMessages: (scene) => socket.decodeControl(scene.ancdata() as never),
  ReceivedDescriptors: (scene) =>
    socket.decodeControl([
      [
        socket.SOL_SOCKET,
        socket.SCM_RIGHTS,
        int32(socket.dup(scene.socket().fileno())),
      ],
    ]).get("rights")!.fds,
  BaseSelector: (scene) => scene.selector(),
  EpollSelector: (scene) => scene.own(new selectors.EpollSelector()),
  KqueueSelector: (scene) => scene.own(new selectors.KqueueSelector()),
  PollSelector: (scene) => scene.own(new selectors.PollSelector()),
  SelectSelector: (scene) => scene.own(new selectors.SelectSelector()),
  SelectorMapping: (scene) => scene.selector().get_map(),
  MessageVector: (scene) => new socket.MessageVector(scene.socket(), 2, 16, 64),
  ZeroCopySender: (scene) => new socket.ZeroCopySender(scene.connected()),
  MissingConstant: () =>
    Object.values(socket).find((value) => socket.isMissing(value)),
  Given: (scene) =>
    scene.random.chance(0.5) ? scene.socket() : scene.asyncSocket(),
  Server: (scene) => handlers.serve(["127.0.0.1", 0], scene.handlers()),
  HandlerSocket: (scene) =>
    scene.random.chance(0.5) ? scene.stream() : scene.datagrams(),
  StreamSocket: (scene) => scene.stream(),
  DatagramSocket: (scene) => scene.datagrams(),
  SocketDuplex: (scene) => node.duplex(scene.asyncSocket(socket.SOCK_STREAM)),
  ExtendedAck: (scene) => new netlink.ExtendedAck(scene.attributes()),
  InterrupterHandle: (scene) => scene.own(new socket.Interrupter()).handle,
};

/** Good values of parameters, by their names. */
const byName: Record<string, Maker> = {
  address: (scene) => scene.address(),
  sockaddr: () => ["127.0.0.1", 1],
  source_address: () => null,
  address_family: () => socket.AF_INET,
  addr: () => "::1",
  ancdata: (scene) => scene.ancdata(),
  data: (scene) => scene.bytes(),
  packed_ip: () => new Uint8Array(4),
  ip_string: () => "127.0.0.1",
  ip_address: () => "127.0.0.1",
  specDst: () => "127.0.0.1",
  second: () => "127.0.0.1",
  group: () => "224.0.0.251",
  host: () => "127.0.0.1",
  hostname: () => "127.0.0.1",
  name: () => "localhost",
  port: () => 1,
  servicename: () => "http",
  protocolname: () => "tcp",
  if_name: () => "lo",
  flags: () => 0,
  level: () => socket.SOL_SOCKET,
  optname: () => socket.SO_SNDBUF,
  family: () => socket.AF_INET,
  type: () => socket.SOCK_STREAM,
  proto: () => 0,
  fd: (scene) => scene.descriptor(),
  fds: (scene) => [scene.descriptor()],
  fileno: () => null,
  fileobj: (scene) => scene.socket(),
  file: () => new URL(import.meta.url).pathname,
  mode: (scene) => scene.random.pick(["r", "rb", "w", "wb", "rw"]),
  format: () => "<hB",
  events: () => 1,
  msg: (scene) => [scene.bytes()],
  instructions: () => [socket.BPF_STMT(6, 0xffff)],
  kind: () => "ttl",
  kinds: () => "ttl",
  messages: () => ({ kind: "ttl", ttl: 1, level: socket.IPPROTO_IP }),
  timeout: () => TIMEOUT,
  hint: () => null,
  inspect: () => Deno.inspect,
  fdOf: () => () => 0,
  keys: () => new Map(),
  poller: (scene) => scene.selector(),
  template: () => Object.assign(["a", "b"], { raw: ["a", "b"] }),
  lines: (scene) => [scene.bytes()],
  keepalive: () => ({ idle: 1 }),
  linger: () => null,
  value: () => 1,
  credentials: () => ({ pid: 1, uid: 0, gid: 0 }),
  info: () => ({ ifindex: 1, specDst: "127.0.0.1", addr: "::1" }),
};

/** Good values of the parameters of netlink.ts, by their names. */
const netlinkByName: Record<string, Maker> = {
  attributes: (scene) => netlink.decodeAttributes(scene.attributes()),
  data: (scene) => scene.attributes(),
  element: () => netlink.u8,
  fields: () => ({}),
  format: () => netlink.payload,
  groups: () => 1,
  header: () => netlink.struct({ a: netlink.u8 }),
  message: () => ({ type: 2, payload: new Uint8Array(4) }),
  policy: () => ({ A: [1, netlink.u32] }),
  type: () => 1,
  value: (scene) => scene.random.pick([1, "text", {}, "::1", [], true]),
};

/** Good values of parameters, by their types. */
const byType: readonly (readonly [RegExp, Maker])[] = [
  [/Listener|=>|Callback|^\(|fnOrConstructor/, () => () => {}],
  [/Iterable<Bytes>|^Bytes\[\]/, (scene) => [scene.bytes(), scene.bytes()]],
  [/Bytes|Uint8Array/, (scene) => scene.bytes()],
  [/Iterable<string>/, () => ["a", "b\n"]],
  [/Iterable<number>/, () => [1, 2]],
  [/^boolean/, () => true],
  [/number|bigint/, (scene) => scene.random.below(5)],
  [/string/, () => "text"],
  [/Options|intersection/, (scene) => scene.options()],
];

/** The properties that objects of options have. */
export const optionNames = [
  ...["signal", "family", "backlog", "reuse_port", "dualstack_ipv6"],
  ...["all_errors", "reuseport", "idle", "interval", "count", "interface"],
  ...["source", "ttl", "loop", "op", "iv", "assoclen", "flags", "encoding"],
  ...["errors", "newline", "onError", "idleTimeout", "syscall", "cause"],
  ...["engine", "allowHalfOpen", "readableHighWaterMark"],
  // Others that errors say.
  ...["kind", "host", "port", "flowinfo", "scope_id", "address"],
];

/** What one call has: all of it is closed at the end. */
export class Scene {
  readonly random: Random;
  readonly #owned: (Disposable | AsyncDisposable | { close(): void })[] = [];
  readonly #buffers: ArrayBuffer[] = [];
  readonly #sockets: (socket.Socket | async.AsyncSocket)[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /** Closes a value at the end. */
  own<T>(value: T): T {
    if (Array.isArray(value)) value.forEach((each) => this.own(each));
    else if (
      typeof value === "object" && value !== null &&
      (value as object) !== globalThis
    ) {
      try {
        // What becomes of a stream is not the matter here.
        if (value instanceof node.SocketDuplex) value.on("error", () => {});
        if (
          "close" in value || Symbol.dispose in value ||
          Symbol.asyncDispose in value
        ) this.#owned.push(value as never);
      } catch {
        // a proxy
      }
    }
    return value;
  }

  /** A socket: mostly connected, with a peer that has sent something. */
  socket(): socket.Socket {
    return this.#kept(this.#pair(socket.socketpair, socket.Socket));
  }

  /** The same, awaiting. */
  asyncSocket(type?: number): async.AsyncSocket {
    return this.#kept(this.#pair(async.socketpair, async.AsyncSocket, type));
  }

  /** Handlers that bear everything. */
  handlers(): handlers.StreamHandlers<undefined, never> {
    return { data() {}, end() {}, error() {}, close() {} };
  }

  /** A stream that calls handlers. */
  stream(): unknown {
    return handlers.attach(
      this.asyncSocket(socket.SOCK_STREAM) as never,
      this.handlers(),
    );
  }

  /** A datagram socket that calls handlers. */
  datagrams(): Promise<unknown> {
    return handlers.serveDatagrams(
      this.asyncSocket(socket.SOCK_DGRAM) as never,
      this.handlers() as never,
    );
  }

  /** A netlink socket of a protocol that reaches no part of the kernel. */
  netlinkSocket(isAsync: boolean): unknown {
    const Class = isAsync ? async.AsyncSocket : socket.Socket;
    const made = new Class<socket.Address>(
      socket.AF_NETLINK as never,
      socket.SOCK_RAW,
      socket.NETLINK_USERSOCK,
    );
    return this.#kept(this.own(made) as never);
  }

  /** Attributes of netlink. */
  attributes(): Uint8Array<ArrayBuffer> {
    return netlink.encodeAttributes(
      Array.from({ length: this.random.below(3) }, () => ({
        type: 1 + this.random.below(6),
        data: new Uint8Array(this.random.below(9)),
      })),
    );
  }

  /** A socket with a TCP connection. */
  connected(): socket.Socket {
    const pair = tcpPair();
    this.own(pair);
    return this.#kept(pair.a);
  }

  #kept<S extends socket.Socket | async.AsyncSocket>(made: S): S {
    made.settimeout(this.random.chance(0.2) ? 0 : TIMEOUT);
    this.#sockets.push(made);
    return made;
  }

  #pair<S extends { settimeout(value: number): void }>(
    pair: (family: never, type: number) => [unknown, unknown],
    Class: new (family: never, type: number) => S,
    type: number = this.random.pick([socket.SOCK_STREAM, socket.SOCK_DGRAM]),
  ): S {
    const { random } = this;
    const unconnected = random.pick([undefined, undefined, "AF_INET"] as const);
    if (unconnected) {
      const made = this.own(new Class(socket[unconnected] as never, type));
      if (random.chance(0.5)) {
        (made as unknown as socket.Socket).bind(["127.0.0.1", 0]);
        if (type === socket.SOCK_STREAM) {
          (made as unknown as socket.Socket).listen();
        }
      }
      return made;
    }
    const [made, peer] = this.own(pair(socket.AF_UNIX as never, type));
    (peer as socket.Socket).settimeout(TIMEOUT);
    const sending = (peer as socket.Socket).send(new Uint8Array(20)) as unknown;
    if (sending instanceof Promise) sending.catch(() => {});
    return made as S;
  }

  /** A file over a socket. */
  file(modes: readonly string[], buffering: number | null): unknown {
    let over = this.socket();
    while (over.family === socket.AF_INET) over = this.socket();
    return this.own(
      over.makefile(this.random.pick(modes) as "r", buffering),
    );
  }

  /** A selector with a socket. */
  selector(): selectors.BaseSelector {
    const made = this.own(new selectors.DefaultSelector());
    made.register(this.socket(), selectors.EVENT_READ);
    return made;
  }

  /** A descriptor that a call may close. */
  descriptor(): number {
    return this.ownDescriptor(socket.dup(this.socket().fileno()));
  }

  /** Closes a descriptor at the end, unless it has been closed by then. */
  ownDescriptor(fd: unknown): number {
    if (typeof fd !== "number") throw new Error(`${fd} is no descriptor`);
    const target = targetOf(fd);
    this.own({
      close() {
        // The call may have closed it.
        if (target !== undefined && targetOf(fd) === target) socket.close(fd);
      },
    });
    return fd;
  }

  /** Bytes, which mischief may change. */
  bytes(): Uint8Array {
    const buffer = this.random.chance(0.5)
      ? new ArrayBuffer(16)
      : new ArrayBuffer(16, { maxByteLength: 64 });
    this.#buffers.push(buffer);
    return this.random.chance(0.5)
      ? new Uint8Array(buffer)
      : new Uint8Array(buffer, 4, 8);
  }

  /** Ancillary data: a kind that may be sent. */
  ancdata(): unknown {
    return this.random.chance(0.5)
      ? []
      : [[socket.SOL_SOCKET, socket.SCM_RIGHTS, new Uint8Array(0)]];
  }

  /** An address. */
  address(): unknown {
    return this.random.pick([["127.0.0.1", 1], ["127.0.0.1", 0]]);
  }

  /** Options: some of them with bad values. */
  options(): unknown {
    const { random } = this;
    const options: Record<string, unknown> = {};
    while (random.chance(0.6)) {
      options[random.pick(optionNames)] = random.chance(0.5)
        ? random.below(4)
        : badValue(random);
    }
    return options;
  }

  /** A good value for a parameter; `undefined` if nothing is known of it. */
  good({ name, type }: Parameter, door: string): unknown {
    if (door === "netlink.ts") {
      if (name in netlinkByName) return netlinkByName[name](this);
      if (/NetlinkAddress/.test(type)) {
        return this.netlinkSocket(/^Async/.test(type));
      }
    }
    if (name === "handlers") return this.handlers();
    const made = byName[name];
    if (made !== undefined && !/\bSocket|Selector\b/.test(type)) {
      return made(this);
    }
    const Class = /^\w+/.exec(type)?.[0] ?? "";
    if (Class in makers) return makers[Class](this);
    return byType.find(([pattern]) => pattern.test(type))?.[1](this);
  }

  /** An instance of a class; `undefined` if nothing is known of it. */
  instance(name: string, door: string): unknown {
    if (name === "ZeroCopySender" && door === "async.ts") {
      return new async.ZeroCopySender(
        this.#kept(this.own(async.AsyncSocket.from(this.connected()))),
      );
    }
    return makers[name]?.(this);
  }

  /** Something that may happen while a call looks at its arguments. */
  mischief(): Mischief {
    const close = (from: readonly { close(): void }[]) =>
      from.forEach((each) => each.close());
    const sockets = this.#sockets;
    return this.random.pick<Mischief>([
      () => {
        throw new OwnError("thrown by a getter");
      },
      () => close(sockets),
      () => sockets.forEach((each) => this.ownDescriptor(each.detach())),
      () => {
        for (const buffer of this.#buffers) {
          if (!buffer.detached) buffer.transfer();
        }
      },
      () => {
        for (const buffer of this.#buffers) {
          if (buffer.resizable && !buffer.detached) buffer.resize(3);
        }
      },
      () => {
        for (const buffer of this.#buffers) {
          if (buffer.resizable && !buffer.detached) buffer.resize(64);
        }
      },
      () => {
        for (const each of sockets) {
          quietly(() => each.settimeout(0));
          quietly(() => each.recv(1));
          quietly(() => each.send(new Uint8Array(1)));
          quietly(() => each.sendmsg([new Uint8Array(1)]));
          quietly(() => each.recvmsg_into([new Uint8Array(1)], 64));
        }
      },
      () => (globalThis as { gc?: () => void }).gc?.(),
    ]);
  }

  /** Closes everything. */
  async end(): Promise<void> {
    for (const each of this.#owned.splice(0)) {
      try {
        if (Symbol.dispose in each) each[Symbol.dispose]();
        else if (Symbol.asyncDispose in each) await each[Symbol.asyncDispose]();
        else each.close();
      } catch {
        // A file whose socket is gone cannot write what it has.
      }
    }
    socket.setdefaulttimeout(TIMEOUT);
  }
}

/** Calls something whose outcome does not matter. */
export function quietly<T>(call: () => T): T | undefined {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(() => {});
    return result;
  } catch {
    return undefined;
  }
}
