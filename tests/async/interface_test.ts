/** `async.ts` has the names of `mod.ts`, and its signatures with promises and signals added. */

import { assert, assertEquals } from "@std/assert";
import * as awaiting from "../../async.ts";
import * as blocking from "../../mod.ts";
import { text } from "../support/bytes.ts";
import { beside } from "../support/files.ts";

interface Type {
  readonly repr: string;
  readonly value?: unknown;
}

interface Parameter {
  readonly kind: string;
  readonly name?: string;
  readonly optional?: boolean;
  readonly left?: Parameter;
}

interface Signature {
  readonly params: Parameter[];
  readonly returnType?: Type;
}

interface Node {
  readonly name: string;
  readonly declarations: {
    readonly kind: string;
    readonly def: Signature & {
      readonly methods?: {
        readonly name: string;
        readonly isStatic: boolean;
        readonly isAbstract: boolean;
        readonly functionDef: Signature;
      }[];
    };
  }[];
}

/** The members of the blocking class that the awaiting class lacks. */
const WITHOUT = ["makefile"]; // `readable` and `writable` take its place
/** The members that only the awaiting class has. */
const BESIDE = ["from", "connections", "[Symbol.asyncIterator]"];
/** The classes that are not the same in both modules. */
const CLASSES = ["SocketType", "socket", "ZeroCopySender"];
/** Functions that do not wait, but return a socket of their module's class. */
const SOCKETS_AT_ONCE = [
  "createUnixListener",
  "fromfd",
  "fromshare",
  "socketpair",
];

async function documented(file: string): Promise<Map<string, Node>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", beside(`../${file}`)],
    stderr: "inherit",
  }).output();
  const { nodes } = JSON.parse(text(stdout));
  const files = Object.values(nodes) as { symbols: Node[] }[];
  return new Map(
    files.flatMap(({ symbols }) => symbols).map((node) => [node.name, node]),
  );
}

/** A signature on one line, without docs and positions. */
function line({ params, returnType }: Signature): [string[], string] {
  const names = params.map((parameter) =>
    JSON.stringify(
      parameter,
      (key, value) =>
        key === "decorators" || key === "resolution"
          ? undefined
          : withoutOptions(value),
    )
  );
  return [names, normal(JSON.stringify(returnType))];
}

/**
 * A union without the options that may stand in place of a parameter; `twins_test.ts` looks at
 * them.
 */
function withoutOptions(value: unknown): unknown {
  const { kind, value: members } = (value ?? {}) as Parameter & Type;
  if (kind !== "union") return value;
  const kept = (members as unknown[]).filter((member) =>
    !/"(CreateConnection|Wait)Options"/.test(JSON.stringify(member))
  );
  return kept.length === 1 ? kept[0] : { ...value as object, value: kept };
}

/** Replaces awaiting types by blocking ones. */
function normal(type: string): string {
  return type.replaceAll("AsyncSocket", "Socket")
    .replaceAll(/"(hosts|addrinfo|blocking)\./g, '"');
}

const optionsName = (parameter: string): string | undefined => {
  const { name, left } = JSON.parse(parameter) as Parameter;
  return name ?? left?.name;
};

/** Checks that one signature is the awaiting form of the other. */
function compare(
  name: string,
  now: Signature,
  later: Signature,
  atOnce = false,
): void {
  const [params, result] = line(now);
  const [awaitedParams, awaitedResult] = line(later);
  const wanted = atOnce ? result : promiseOf(result);
  assertEquals(unnamed(awaitedResult), unnamed(wanted), `${name} gives`);
  const own = params.map(normal);
  const theirs = awaitedParams.map(normal);
  if (atOnce) return assertEquals(theirs, own, name);
  if (optionsName(own.at(-1) ?? "{}") === "options") {
    // Options that Python has too. The signal is one of them.
    assertEquals(theirs.length, own.length, name);
    assert(theirs.at(-1)!.includes("WaitOptions"), `${name} takes a signal`);
    return assertEquals(theirs.slice(0, -1), own.slice(0, -1), name);
  }
  assertEquals(theirs.slice(0, -1), own, name);
  const last = theirs.at(-1)!;
  assertEquals(optionsName(last), "options", name);
  assert(last.includes("WaitOptions"), `${name} takes a signal`);
}

function promiseOf(type: string): string {
  return JSON.stringify({
    repr: "Promise",
    kind: "typeRef",
    value: { typeParams: [JSON.parse(type)], typeName: "Promise" },
  });
}

/** The parts of a type that matter, in a fixed order. */
function unnamed(type: string): unknown {
  return sorted(JSON.parse(type));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) =>
    key !== "resolution" && key !== "repr"
  );
  return Object.fromEntries(
    kept.sort(([a], [b]) => a < b ? -1 : 1)
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

const byName = (node: Node): Map<string, Signature[]> => {
  const methods = new Map<string, Signature[]>();
  for (
    const { name, isStatic, functionDef, isAbstract } of node.declarations[0]
      .def.methods ?? []
  ) {
    if (isAbstract) continue;
    const key = isStatic ? `static ${name}` : name;
    methods.set(key, [...methods.get(key) ?? [], functionDef]);
  }
  return methods;
};

/** The signatures that callers see. The last one of several is the implementation's. */
const visible = (signatures: Signature[]): Signature[] =>
  signatures.length > 1 ? signatures.slice(0, -1) : signatures;

Deno.test("AsyncSocket has the methods of Socket, with promises and signals", async () => {
  const Socket = byName((await documented("socket/socket.ts")).get("Socket")!);
  const AsyncSocket = byName(
    (await documented("async/socket.ts")).get("AsyncSocket")!,
  );
  const base = byName(
    (await documented("async/base.ts")).get("AsyncSocketBase")!,
  );
  for (const [name, signatures] of Socket) {
    if (WITHOUT.includes(name)) continue;
    // Methods that never wait are inherited, or made for the other class.
    const theirs = AsyncSocket.get(name) ?? base.get(name);
    if (theirs === undefined) throw new Error(`AsyncSocket has no ${name}`);
    const atOnce = name === "dup" || name === "settimeout";
    const own = visible(signatures);
    const other = visible(theirs);
    assertEquals(other.length, own.length, `overloads of ${name}`);
    own.forEach((signature, i) => compare(name, signature, other[i], atOnce));
  }
  const more = [...AsyncSocket.keys()].map((name) =>
    name.replace("static ", "")
  )
    .filter((name) => !Socket.has(name));
  assertEquals(more.sort(), BESIDE.sort());
});

Deno.test("the two classes have the same members when they run", () => {
  const members = (prototype: object): string[] =>
    Reflect.ownKeys(prototype).map(String);
  const awaitingMembers = new Set<string>();
  for (
    let prototype = awaiting.AsyncSocket.prototype as object;
    prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const name of members(prototype)) awaitingMembers.add(name);
  }
  const missing = [
    ...members(blocking.Socket.prototype),
    ...members(blocking.SocketBase.prototype),
  ].filter((name) => !awaitingMembers.has(name));
  assertEquals(missing, WITHOUT);
});

Deno.test("async.ts has every name of mod.ts; what differs gives promises", async () => {
  const now = blocking as Record<string, unknown>;
  const later = awaiting as Record<string, unknown>;
  const differing = Object.keys(now).filter((name) =>
    now[name] !== later[name]
  );
  assertEquals(
    Object.keys(now).filter((name) => !(name in later)),
    [],
  );
  assertEquals(differing.sort(), [
    "SocketType",
    "ZeroCopySender",
    "createListeners",
    "createUnixListener",
    "create_connection",
    "create_server",
    "fromfd",
    "fromshare",
    "getaddrinfo",
    "getfqdn",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname_ex",
    "getnameinfo",
    "recv_fds",
    "send_fds",
    "socket",
    "socketpair",
    "splice",
    "waitUrgent",
    "wait_readable",
    "wait_writable",
  ]);
  assertEquals(
    Object.keys(later).filter((name) => !(name in now)).sort(),
    ["AsyncSocket", "AsyncSocketBase", "notify_closing", "relay", "serve"],
  );
  const [nowDocs, laterDocs] = await Promise.all([
    documented("mod.ts"),
    documented("async.ts"),
  ]);
  for (const name of differing) {
    if (CLASSES.includes(name)) continue;
    compare(
      name,
      nowDocs.get(name)!.declarations[0].def,
      laterDocs.get(name)!.declarations[0].def,
      SOCKETS_AT_ONCE.includes(name),
    );
  }
});
