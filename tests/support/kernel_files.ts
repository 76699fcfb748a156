/** Descriptors that are no sockets, made by Linux's own calls. */

const { symbols: libc } = Deno.build.os === "linux"
  ? Deno.dlopen(
    "libc.so.6",
    {
      eventfd: { parameters: ["u32", "i32"], result: "i32" },
      timerfd_create: { parameters: ["i32", "i32"], result: "i32" },
      timerfd_settime: {
        parameters: ["i32", "i32", "buffer", "pointer"],
        result: "i32",
      },
      inotify_init1: { parameters: ["i32"], result: "i32" },
      inotify_add_watch: {
        parameters: ["i32", "buffer", "u32"],
        result: "i32",
      },
      pipe2: { parameters: ["buffer", "i32"], result: "i32" },
      open: { parameters: ["buffer", "i32"], result: "i32" },
      ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
      dup2: { parameters: ["i32", "i32"], result: "i32" },
      close: { parameters: ["i32"], result: "i32" },
      read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
      write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
      syscall: { parameters: ["i64", "i64", "i64"], result: "i64" },
    } as const,
  )
  : { symbols: undefined };

const CLOEXEC = 0o2000000;
const NONBLOCK = 0o4000;
const SYS_PIDFD_OPEN = 434n; // the same on all processors
const CLOCK_MONOTONIC = 1;
const IN_CREATE = 0x100;

function check(result: number | bigint, call: string): number {
  if (result < 0) throw new Error(`${call} failed`);
  return Number(result);
}

const path = (text: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(`${text}\0`);

/** A descriptor, closed with the block. */
export class KernelFile implements Disposable {
  readonly fd: number;
  #open = true;

  constructor(fd: number) {
    this.fd = fd;
  }

  fileno(): number {
    return this.#open ? this.fd : -1;
  }

  /** Reads what there is, at most so many bytes; returns how many came, negative on failure. */
  read(most = 4096, into = new Uint8Array(most)): number {
    return Number(libc!.read(this.fd, into, BigInt(most)));
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    check(libc!.write(this.fd, bytes, BigInt(bytes.length)), "write");
  }

  /** Closes it behind the library's back. */
  close(): void {
    if (this.#open) libc!.close(this.fd);
    this.#open = false;
  }

  /** Puts another file in the place of this one, under the same number. */
  become(other: KernelFile): void {
    check(libc!.dup2(other.fd, this.fd), "dup2");
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A counter; writing {@linkcode one} to it makes it readable. */
export const eventfd = (): KernelFile =>
  new KernelFile(check(libc!.eventfd(0, CLOEXEC | NONBLOCK), "eventfd"));

/** What to write to an `eventfd`. */
export const one = new Uint8Array(new BigUint64Array([1n]).buffer);

/** A timer that rings once. */
export function timerfd(ms: number): KernelFile {
  const file = new KernelFile(
    check(
      libc!.timerfd_create(CLOCK_MONOTONIC, CLOEXEC | NONBLOCK),
      "timerfd_create",
    ),
  );
  const value = new BigInt64Array([0n, 0n, 0n, BigInt(ms) * 1_000_000n]);
  check(libc!.timerfd_settime(file.fd, 0, value, null), "timerfd_settime");
  return file;
}

/** Is readable after a file was created in a folder. */
export function inotify(folder: string): KernelFile {
  const file = new KernelFile(
    check(libc!.inotify_init1(CLOEXEC | NONBLOCK), "inotify_init1"),
  );
  const watch = libc!.inotify_add_watch(file.fd, path(folder), IN_CREATE);
  check(watch, "inotify_add_watch");
  return file;
}

/** Is readable once a process has ended. */
export const pidfd = (pid: number): KernelFile =>
  new KernelFile(
    check(libc!.syscall(SYS_PIDFD_OPEN, BigInt(pid), 0n), "pidfd_open"),
  );

/** The two ends of a pipe. */
export function pipe(): [reader: KernelFile, writer: KernelFile] {
  const ends = new Int32Array(2);
  check(libc!.pipe2(ends, CLOEXEC | NONBLOCK), "pipe2");
  return [new KernelFile(ends[0]), new KernelFile(ends[1])];
}

const RDWR = 2;
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 1;
const IFF_NO_PI = 0x1000;

/** A device whose packets are read and written by this program. Needs privileges. */
export function tun(name: string): KernelFile {
  const flags = RDWR | CLOEXEC | NONBLOCK;
  const device = new KernelFile(
    check(libc!.open(path("/dev/net/tun"), flags), "open"),
  );
  const ifreq = new Uint8Array(40);
  ifreq.set(new TextEncoder().encode(name));
  new DataView(ifreq.buffer).setInt16(16, IFF_TUN | IFF_NO_PI, true);
  check(libc!.ioctl(device.fd, BigInt(TUNSETIFF), ifreq), "TUNSETIFF");
  return device;
}

/** A file by its path, opened to read. */
export const file = (name: string): KernelFile =>
  new KernelFile(check(libc!.open(path(name), CLOEXEC), "open"));
