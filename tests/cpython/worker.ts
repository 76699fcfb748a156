/**
 * One thread of the library: carries out the calls of one Python thread (or of one file of
 * `makefile()`), which come over a Unix socket, one after the other.
 *
 * A call brings the descriptors it is about, and its answer takes new ones along, so that nothing
 * of a socket stays here between two calls.
 */

import * as library from "../../mod.ts";
import type { Address } from "../../mod.ts";

const {
  AF_UNIX,
  close,
  dup,
  recv_fds,
  send_fds,
  setdefaulttimeout,
  SCM_RIGHTS,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
} = library;

// deno-lint-ignore no-explicit-any
type Any = any;

/** A socket as it is described beside its descriptor. */
interface Facts {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly timeout: number | null;
}

/** What Python asks for. */
interface Call {
  /** The function or method; of a file also a property. */
  readonly name: string;
  readonly args: unknown[];
  /** The socket whose method it is; its descriptor is the first, if it has one. */
  readonly socket: Facts | null;
  /** Whether it is of the file made before. */
  readonly file: boolean;
  readonly defaulttimeout: number | null;
}

/** A descriptor that the answer takes along. */
class Descriptor {
  constructor(readonly fd: number) {}
}

/** The descriptors of a control message, and what follows them. */
class Rights {
  constructor(readonly fds: number[], readonly tail: Uint8Array) {}
}

/** A descriptor that is open nowhere, for one that was not open in Python. */
const NOT_OPEN = 0x3fffffff;
const MAX_DESCRIPTORS = 253;

/** The connection to Python. */
class Channel implements Disposable {
  readonly #socket: library.Socket<library.UnixAddress>;

  constructor(fd: number) {
    this.#socket = new Socket(AF_UNIX, SOCK_STREAM, 0, fd);
  }

  /** The next message and its descriptors, `null` when Python has closed its end. */
  receive(): { text: string; fds: number[] } | null {
    const [header, fds] = recv_fds(this.#socket, 4, MAX_DESCRIPTORS);
    if (header.length === 0) return null;
    const body = new Uint8Array(new DataView(header.buffer).getUint32(0));
    for (let at = 0; at < body.length;) {
      const count = this.#socket.recv_into(body.subarray(at));
      if (count === 0) return null;
      at += count;
    }
    return { text: new TextDecoder().decode(body), fds };
  }

  /** Sends a message. Its descriptors are closed before Python goes on: then it alone has them. */
  send(text: string, fds: number[] = []): void {
    const body = new TextEncoder().encode(text);
    const header = new Uint8Array(4);
    new DataView(header.buffer).setUint32(0, body.length);
    send_fds(this.#socket, [header], fds);
    fds.forEach(close);
    this.#socket.sendall(body);
  }

  /** A socket that is closed already. */
  closedSocket({ family, type, proto }: Facts): library.Socket<Address> {
    const socket = new Socket<Address>(
      family,
      type,
      proto,
      dup(this.#socket.fileno()),
    );
    socket.close();
    return socket;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** What one call brought along. */
class Arguments {
  readonly #fds: number[];
  readonly #channel: Channel;
  /** The buffers that the call fills. */
  readonly buffers: Uint8Array[] = [];

  constructor(fds: number[], channel: Channel) {
    this.#fds = fds;
    this.#channel = channel;
  }

  decode(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((each) => this.decode(each));
    const [[kind, content]] = Object.entries(value);
    switch (kind) {
      case "undefined":
        return undefined;
      case "bigint":
        return BigInt(content);
      case "number":
        return Number(content);
      case "bytes":
        return Uint8Array.fromBase64(content);
      case "buffer": {
        const buffer = Uint8Array.fromBase64(content);
        this.buffers.push(buffer);
        return buffer;
      }
      case "descriptor":
        return this.#fds[content] ?? NOT_OPEN;
      case "rights": {
        const fds = new Int32Array(
          content.map((index: number) => this.#fds[index] ?? NOT_OPEN),
        );
        const tail = Uint8Array.fromBase64((value as Any).tail);
        return new Uint8Array([...new Uint8Array(fds.buffer), ...tail]);
      }
      case "options":
        return Object.fromEntries(
          Object.entries(content).map(([k, v]) => [k, this.decode(v)]),
        );
      case "file":
        return this.#file();
      default: // of another class, which this makes one of the same name
        return new ({ [content]: class {} }[content])();
    }
  }

  /** A file that Python reads. */
  #file(): library.ReadableFile {
    const ask = (name: string, ...args: unknown[]): unknown => {
      this.#channel.send(JSON.stringify({ ask: name, args }));
      return this.decode(JSON.parse(this.#channel.receive()!.text));
    };
    return {
      readSync(buffer): number | null {
        const bytes = ask("read", buffer.length) as Uint8Array;
        buffer.set(bytes);
        return bytes.length || null;
      },
      seekSync: (offset, whence) => ask("seek", offset, whence) as number,
    };
  }
}

/** Encodes a result, and puts its descriptors on a list. */
function encode(value: unknown, fds: number[]): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") return { bigint: String(value) };
  if (Array.isArray(value)) return value.map((each) => encode(each, fds));
  if (value instanceof Uint8Array) return { bytes: value.toBase64() };
  if (value instanceof Descriptor) {
    const inheritable = isInheritable(value.fd);
    return { descriptor: fds.push(value.fd) - 1, inheritable };
  }
  if (value instanceof Rights) {
    const indices = value.fds.map((fd) => fds.push(fd) - 1);
    return { rights: indices, tail: value.tail.toBase64() };
  }
  if (value instanceof Socket) {
    const { family, type, proto, timeout } = value;
    const made = encode(new Descriptor(value.detach()), fds);
    return { socket: made, facts: [family, type, proto, timeout] };
  }
  return value;
}

function isInheritable(fd: number): boolean {
  const [, flags] = /flags:\s*(\d+)/.exec(
    Deno.readTextFileSync(`/proc/self/fdinfo/${fd}`),
  )!;
  return (parseInt(flags, 8) & 0o2000000) === 0;
}

function encodeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { name: "Error", message: `${error}` };
  const { name, message, stack } = error;
  if (error instanceof AggregateError) {
    return { name, message, errors: error.errors.map(encodeError) };
  }
  if (error instanceof library.OSError) {
    return { name, message, errno: error.errno, strerror: error.strerror };
  }
  return { name, message, stack };
}

/** What a control message says, its descriptors marked as such. */
function marked(
  [level, type, data]: library.AncillaryItem,
): [number, number, Uint8Array | Rights] {
  if (level !== SOL_SOCKET || type !== SCM_RIGHTS) return [level, type, data];
  const count = Math.floor(data.length / 4);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const fds = Array.from(
    { length: count },
    (_, i) => view.getInt32(4 * i, true),
  );
  return [level, type, new Rights(fds, data.subarray(4 * count))];
}

/** The file that this channel serves, and its socket. */
interface Open {
  readonly socket: library.Socket<Address>;
  readonly file: Any;
}

/** Serves Python until it closes its end. */
function serve(fd: number): void {
  using channel = new Channel(fd);
  let open: Open | undefined;
  for (let message; (message = channel.receive()) !== null;) {
    const { fds } = message;
    const call: Call = JSON.parse(message.text);
    const given = new Arguments(fds, channel);
    const leaving: number[] = [];
    let answer: unknown;
    try {
      setdefaulttimeout(call.defaulttimeout);
      const args = given.decode(call.args) as unknown[];
      let result: unknown;
      if (call.name === "makefile") {
        open = makefile(call.socket!, fds.shift()!, args);
        result = open.file.constructor.name;
      } else if (call.file) result = ofFile(open!, call, args);
      else if (call.socket === null) result = ofModule(call.name, args, fds);
      else result = ofSocket(call.socket, call.name, args, fds, channel);
      answer = {
        result: encode(result, leaving),
        buffers: given.buffers.map((buffer) => buffer.toBase64()),
      };
    } catch (error) {
      answer = { error: encodeError(error) };
    }
    fds.forEach(close);
    try {
      channel.send(JSON.stringify(answer), leaving);
    } catch (error) { // Python gave this call up
      if (!(error instanceof library.BrokenPipeError)) throw error;
      break;
    }
  }
  open?.socket.close();
}

function ofModule(name: string, args: unknown[], fds: number[]): unknown {
  switch (name) {
    case "constants":
      return Object.entries(library).filter(([, value]) =>
        typeof value === "number"
      );
    case "socket": {
      const socket = new Socket<Address>(...args as []);
      if (args[3] === null) return socket;
      const { family, type, proto, timeout } = socket; // which stays Python's
      socket.detach();
      return [family, type, proto, timeout];
    }
    case "close":
      fds.length = 0;
      break;
    case "dup":
      return new Descriptor(dup(args[0] as number));
  }
  return (library as Any)[name](...args);
}

function ofSocket(
  facts: Facts,
  name: string,
  args: unknown[],
  fds: number[],
  channel: Channel,
): unknown {
  const { family, type, proto, timeout } = facts;
  if (fds.length === 0) {
    return (channel.closedSocket(facts) as Any)[name](...args);
  }
  const socket = new Socket<Address>(family, type, proto, fds[0]);
  try {
    if (socket.timeout !== timeout) socket.settimeout(timeout);
    if (name === "recv_fds" || name === "send_fds") {
      const result = (library as Any)[name](socket, ...args);
      if (name === "send_fds") return result;
      const [data, received, ...rest] = result;
      return [
        data,
        received.map((fd: number) => new Descriptor(fd)),
        ...rest,
      ];
    }
    const result = (socket as Any)[name](...args);
    if (!name.startsWith("recvmsg")) return result;
    const [data, ancdata, ...rest] = result;
    return [data, ancdata.map(marked), ...rest];
  } finally {
    socket.detach();
  }
}

function makefile(
  { family, type, proto, timeout }: Facts,
  fd: number,
  args: unknown[],
): Open {
  const socket = new Socket<Address>(family, type, proto, fd);
  try {
    if (socket.timeout !== timeout) socket.settimeout(timeout);
    return { socket, file: (socket as Any).makefile(...args) };
  } catch (error) {
    socket.close();
    throw error;
  }
}

function ofFile(
  { socket, file }: Open,
  { name, socket: facts }: Call,
  args: unknown[],
): unknown {
  if (facts !== null && socket.timeout !== facts.timeout) {
    socket.settimeout(facts.timeout);
  }
  try {
    const member = file[name];
    return typeof member === "function" ? member.apply(file, args) : member;
  } finally {
    if (name === "close") socket.close();
  }
}

const python = self as unknown as {
  onmessage: (event: MessageEvent<number>) => void;
  postMessage(message: "idle"): void;
};

python.onmessage = ({ data }): void => {
  serve(data);
  python.postMessage("idle");
};
