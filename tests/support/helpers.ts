/** What several test files share: other programs to talk to, children of our own, reasons to skip. */

import { fileURLToPath } from "node:url";
import { hasattr } from "../../constants/hasattr.ts";
import { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM } from "../../constants/mod.ts";
import type { InetAddress } from "../../socket/address/types.ts";
import { OSError } from "../../errors/errors.ts";
import { if_nameindex } from "../../socket/resolver/interfaces.ts";
import { Socket } from "../../socket/socket.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A string as bytes. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> =>
  encoder.encode(text);

/** Bytes as a string. */
export const text = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The path of a file of the tests, from their folder. */
export const beside = (path: string): string =>
  fileURLToPath(new URL(`../${path}`, import.meta.url));

/** A test's name and whether to skip it: `missing` says what it needs and does not find. */
export function needing(
  name: string,
  ...missing: (string | undefined)[]
): { name: string; ignore: boolean } {
  const reasons = missing.filter((reason) => reason !== undefined);
  return reasons.length === 0
    ? { name, ignore: false }
    : { name: `${name} (needs ${reasons.join(" and ")})`, ignore: true };
}

function runs(program: string): boolean {
  try {
    return new Deno.Command(program, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}

/** Why there is no oracle, or `undefined`. */
export const noPython = runs("python3") ? undefined : "python3";

/** Why there is no IPv6, or `undefined`. */
export const noIPv6 = succeeds(() => {
    using socket = new Socket(AF_INET6);
    socket.bind(["::1", 0]);
  })
  ? undefined
  : "IPv6 on loopback";

/** Why there are no Unix sockets, or `undefined`; of Unix datagrams, {@linkcode noPosix} tells. */
export const noUnix =
  hasattr("AF_UNIX") && succeeds(() => new Socket(AF_UNIX).close())
    ? undefined
    : "Unix sockets";

/**
 * Why this is no POSIX system, or `undefined`: for sockets that are descriptors like any other and that
 * children inherit by number, for Unix datagrams, for signals.
 */
export const noPosix = hasattr("send_fds") ? undefined : "POSIX";

/** Why this system is not Linux, or `undefined`: for what only its kernel does. */
export const notLinux = Deno.build.os === "linux" ? undefined : "Linux";

function succeeds(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof OSError) return false;
    throw error;
  }
}

/** Runs a Python program that reads JSON, if given input, and writes JSON. */
export async function python(
  program: string,
  input?: unknown,
): Promise<unknown> {
  await using peer = Peer.start("python3", ["-c", program]);
  // One that reads nothing may have ended by now.
  if (input !== undefined) await peer.write(JSON.stringify(input));
  return JSON.parse(await peer.rest());
}

/** Another process, talked to by its standard input and output; ended with the block. */
export class Peer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #text = "";
  #closed = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#stderr = new Response(child.stderr).text();
    this.#writer = child.stdin.getWriter();
  }

  /** Starts a program. */
  static start(
    program: string,
    args: string[],
    env: Record<string, string> = {},
  ): Peer {
    return new Peer(
      new Deno.Command(program, {
        args,
        env: { NO_COLOR: "1", ...env },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
  }

  /** Starts a Deno with a program of ours, with the flags given. */
  static deno(
    program: string,
    flags: string[] = ["--allow-ffi"],
    args: string[] = [],
  ): Peer {
    return Peer.start(Deno.execPath(), [
      "run",
      "--no-prompt",
      ...flags,
      beside(program),
      ...args,
    ]);
  }

  /** The process's number. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The next line that the program writes, without its end. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { done, value } = await this.#reader.read();
      if (done) await this.#failed("ended");
      this.#text += value;
    }
  }

  /** Writes to the program's standard input. */
  async write(text: string): Promise<void> {
    await this.#writer.write(encoder.encode(text));
  }

  /** Ends the program's standard input, and gives all it still writes. */
  async rest(): Promise<string> {
    this.#closed = true;
    await this.#writer.close();
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      this.#text += value;
    }
    if (!(await this.#child.status).success) await this.#failed("failed");
    return this.#text;
  }

  async #failed(how: string): Promise<never> {
    const { code, signal } = await this.#child.status;
    throw new Error(
      `the other program ${how} (${signal ?? code}): ${await this
        .#stderr} after ${this.#text}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) await this.#writer.close().catch(() => {});
    try {
      this.#child.kill();
    } catch {
      // It has ended.
    }
    await this.#reader.cancel();
    await Promise.all([this.#child.status, this.#stderr]);
  }
}

/** A pair of datagram sockets connected to each other, on every system. */
export function datagramPair(): [Socket<InetAddress>, Socket<InetAddress>] {
  const pair = [0, 1].map(() => new Socket(AF_INET, SOCK_DGRAM));
  const [a, b] = pair;
  for (const each of pair) each.bind(["127.0.0.1", 0]);
  a.connect(b.getsockname());
  b.connect(a.getsockname());
  return [a, b];
}

/** The index of the loopback interface: `lo`, `lo0`, `loopback_0`. */
export function loopbackIndex(): number {
  return if_nameindex().find(([, name]) => name.startsWith("lo"))![0];
}

/** A folder for the files of one test; gone with the block. */
export function temporaryFolder(): Disposable & { path: string } {
  const path = Deno.makeTempDirSync();
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

/** What a function throws, as one line: the class and the message. */
export function thrownBy(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return error instanceof Error
      ? `${error.name}: ${error.message}`
      : String(error);
  }
  return "nothing";
}
