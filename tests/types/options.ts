/** Which options, flags and values calls take. Each function is a test: see `../types_test.ts`. */

import * as awaiting from "../../async.ts";
import {
  attachFilter,
  type BufferedReader,
  type BufferedWriter,
  type Bytes,
  create_connection,
  create_server,
  type CreateConnectionOptions,
  encodeLinger,
  type FileMode,
  joinGroup,
  OSError,
  type Socket,
  type SocketIO,
  type TextIOWrapper,
} from "../../mod.ts";
import { assertType, type IsExact } from "./support.ts";

type Received = Uint8Array<ArrayBuffer>;

/** getsockopt() returns a number, or bytes if a length is given. */
export function getsockopt(socket: Socket): void {
  const value = socket.getsockopt(1, 2);
  assertType<IsExact<typeof value, number>>(true);
  const bytes = socket.getsockopt(1, 2, 4);
  assertType<IsExact<typeof bytes, Received>>(true);
}

/** setsockopt() takes integers, booleans and bytes. */
export function setsockopt(socket: Socket): void {
  socket.setsockopt(1, 2, 3);
  socket.setsockopt(1, 2, 3n);
  socket.setsockopt(1, 2, true);
  socket.setsockopt(1, 2, new Uint8Array(4));
  socket.setsockopt(1, 2, new DataView(new ArrayBuffer(4)));
  socket.setsockopt(1, 2, encodeLinger(true, 5));
  socket.setsockopt(1, 2, null, 4);
}

/** setsockopt() refuses strings, and `null` without a length. */
export function setsockoptRefused(socket: Socket): void {
  // @ts-expect-error: Argument of type '"eth0"' is not assignable to parameter of type
  // 'number | bigint | boolean | Bytes'.
  socket.setsockopt(1, 2, "eth0");
  // @ts-expect-error: Argument of type 'null' is not assignable to parameter of type
  // 'number | bigint | boolean | Bytes'.
  socket.setsockopt(1, 2, null);
}

/** `true` and `false` stand for 1 and 0, and 1 and 0 for them, where Python takes either. */
export function booleans(socket: Socket, later: awaiting.AsyncSocket): void {
  socket.setblocking(false);
  socket.setblocking(0);
  socket.set_inheritable(true);
  socket.set_inheritable(1);
  socket.listen(true);
  socket.setsockopt(1, 2, true);
  socket.ioctl(1, true);
  later.setblocking(1);
  later.listen(true);
  // @ts-expect-error: Argument of type '"no"' is not assignable to parameter of type
  // 'number | boolean'.
  socket.setblocking("no");
}

/** Timeouts are seconds or `null`. */
export function timeouts(socket: Socket): void {
  socket.settimeout(2.5);
  socket.settimeout(null);
  const timeout = socket.gettimeout();
  assertType<IsExact<typeof timeout, number | null>>(true);
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
  socket.settimeout("1");
}

/** A string is not bytes. */
export async function bytes(
  socket: Socket,
  later: awaiting.AsyncSocket,
): Promise<void> {
  const data: Bytes = new ArrayBuffer(8);
  socket.send(data);
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'Bytes'.
  socket.send("text");
  // @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'Bytes'.
  await later.sendall("text");
}

/** What is received is an array of its own buffer. */
export async function received(
  socket: Socket,
  later: awaiting.AsyncSocket,
): Promise<void> {
  const data = socket.recv(10);
  assertType<IsExact<typeof data, Received>>(true);
  const awaited = await later.recv(10);
  assertType<IsExact<typeof awaited, Received>>(true);
  const view = new DataView(data.buffer);
  void view;
}

/** A signal may stand in place of the parameters left out. */
export async function signals(
  socket: awaiting.AsyncSocket,
  data: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await socket.recv(10, { signal });
  await socket.recv(10, 0, { signal });
  await socket.recv_into(data, { signal });
  await socket.recvfrom(10, { signal });
  await socket.recvfrom_into(data, 5, { signal });
  await socket.recvmsg(10, { signal });
  await socket.recvmsg_into([data], 64, { signal });
  await socket.recvmmsg(new awaiting.MessageVector(socket, 1, 1), { signal });
  await socket.send(data, { signal });
  await socket.sendall(data, { signal });
  await socket.sendmsg([data], { signal });
  await socket.sendmsg([data], [], 0, { signal });
  await socket.sendfile("path", { signal });
  await awaiting.send_fds(socket, [data], [1], { signal });
  await awaiting.recv_fds(socket, 10, 1, { signal });
  await awaiting.splice(socket, socket, { signal });
  await awaiting.getaddrinfo("host", 80, { signal });
  await awaiting.getfqdn({ signal });
  await awaiting.create_connection(["host", 80], { signal });
}

/** Misspelled options are refused by their name. */
export async function misspelled(socket: awaiting.AsyncSocket): Promise<void> {
  // @ts-expect-error: Object literal may only specify known properties, but 'sgnal' does not exist
  // in type 'WaitOptions'. Did you mean to write 'signal'?
  await socket.recv(10, { sgnal: AbortSignal.timeout(5) });
  // @ts-expect-error: 'time_out' does not exist in type
  create_connection(["host", 80], { time_out: 5 });
  // @ts-expect-error: 'reuse_addr' does not exist in type 'CreateServerOptions<
  create_server(["", 0], { reuse_addr: true });
  // @ts-expect-error: Argument of type '"MSG_PEEK"' is not assignable to parameter of type
  // 'number | WaitOptions | undefined'.
  await socket.recv(10, "MSG_PEEK");
}

/** A blocking call takes no signal. */
export function noSignal(socket: Socket, signal: AbortSignal): void {
  // @ts-expect-error: Argument of type '{ signal: AbortSignal; }' is not assignable to parameter
  // of type 'number'.
  socket.recv(10, { signal });
}

/** create_connection() takes what Python takes by name. */
export async function named(signal: AbortSignal): Promise<void> {
  create_connection(["host", 80], 5);
  create_connection(["host", 80], { timeout: 5 });
  create_connection(["host", 80], { timeout: null, all_errors: true });
  create_connection(["host", 80], { source_address: ["", 0] });
  create_connection(["host", 80], 5, { all_errors: true });
  const options: CreateConnectionOptions = { timeout: 5 };
  create_connection([null, "http"], options);
  await awaiting.create_connection(["host", 80], { timeout: 5, signal });
  // @ts-expect-error: Type 'string' is not assignable to type 'number'.
  create_connection(["host", 80], { timeout: "5" });
}

/** makefile() returns the class that its mode and its buffering say. */
export function files(socket: Socket): void {
  const text = socket.makefile();
  assertType<IsExact<typeof text, TextIOWrapper>>(true);
  const bytes = socket.makefile("rb");
  assertType<IsExact<typeof bytes, BufferedReader>>(true);
  const writer = socket.makefile("wb", 1024);
  assertType<IsExact<typeof writer, BufferedWriter>>(true);
  const raw = socket.makefile("rb", 0);
  assertType<IsExact<typeof raw, SocketIO>>(true);
}

/** makefile() takes options in place of the parameters left out. */
export function fileOptions(socket: Socket): void {
  const both = socket.makefile("rw", { encoding: "latin-1" });
  assertType<IsExact<typeof both, TextIOWrapper>>(true);
  const text = socket.makefile({ newline: "\r\n" });
  assertType<IsExact<typeof text, TextIOWrapper>>(true);
  const bytes = socket.makefile("rb", {});
  assertType<IsExact<typeof bytes, BufferedReader>>(true);
  const raw = socket.makefile("rb", { buffering: 0 });
  assertType<IsExact<typeof raw, SocketIO>>(true);
  const third = socket.makefile("r", null, { errors: "replace" });
  assertType<IsExact<typeof third, TextIOWrapper>>(true);
}

/** A mode or a size that is not known may return any of its classes. */
export function anyFile(socket: Socket, mode: FileMode, size: number): void {
  const file = socket.makefile(mode);
  // @ts-expect-error: is not assignable to type 'TextIOWrapper'.
  const text: TextIOWrapper = file;
  const sized = socket.makefile("rb", size);
  assertType<IsExact<typeof sized, SocketIO | BufferedReader>>(true);
  void text;
}

/** makefile() refuses other modes and other options. */
export function noFile(socket: Socket): void {
  // @ts-expect-error: Argument of type '"x"' is not assignable to parameter of type
  socket.makefile("x");
  // @ts-expect-error: 'encodng' does not exist in type 'MakefileOptions<
  socket.makefile("r", { encodng: "ascii" });
  // @ts-expect-error: Argument of type '"ascii"' is not assignable to parameter of type
  socket.makefile("r", "ascii");
}

/** Every option may be `undefined`, which is as if it were left out. */
export async function undefinedOptions(
  socket: Socket,
  later: awaiting.AsyncSocket,
): Promise<void> {
  await later.recv(10, { signal: undefined });
  create_connection(["h", 1], {
    timeout: undefined,
    source_address: undefined,
    all_errors: undefined,
  });
  create_server(["", 0], {
    family: undefined,
    backlog: undefined,
    reuse_port: undefined,
    dualstack_ipv6: undefined,
  });
  socket.makefile("r", {
    encoding: undefined,
    errors: undefined,
    newline: undefined,
    buffering: undefined,
  });
  joinGroup(socket, "224.0.0.1", { interface: undefined, source: undefined });
  later.connections({ onError: undefined });
  await awaiting.relay(later, later, {
    idleTimeout: undefined,
    signal: undefined,
  });
  socket.sendmsg_afalg(null, {
    op: 1,
    iv: undefined,
    assoclen: undefined,
    flags: undefined,
  });
  new OSError(1, "text", {
    syscall: undefined,
    winerror: undefined,
    cause: undefined,
  });
}

/** Ancillary data is level, type and bytes. */
export function ancillary(socket: Socket): void {
  const [, ancdata] = socket.recvmsg(10, 64);
  socket.sendmsg([], ancdata);
  for (const [level, type, data] of ancdata) {
    assertType<IsExact<typeof level, number>>(true);
    assertType<IsExact<typeof type, number>>(true);
    assertType<IsExact<typeof data, Received>>(true);
  }
  // @ts-expect-error: Type 'string' is not assignable to type 'Bytes'.
  socket.sendmsg([], [[1, 2, "text"]]);
}

/** Functions over sockets take plain ones, of either class where they never wait. */
export function either(socket: Socket, later: awaiting.AsyncSocket): void {
  joinGroup(socket, "224.0.0.1");
  joinGroup(later, "224.0.0.1");
  attachFilter(later, []);
  new awaiting.MessageVector(later, 1, 1);
  // @ts-expect-error: Argument of type 'Socket' is not assignable to parameter of type
  // 'AsyncSocket<Address>'.
  awaiting.splice(socket, later);
}

/** An awaiting socket serves as a `Deno.Conn` reads and writes. */
export function conn(later: awaiting.AsyncSocket): void {
  const reader: { read(p: Uint8Array): Promise<number | null> } = later;
  const stream: ReadableStream<Uint8Array> = later.readable;
  void [reader, stream];
}
