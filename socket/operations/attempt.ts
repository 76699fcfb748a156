/**
 * Handles and attempts. A handle owns a descriptor. Every socket operation that may have to wait is
 * written once, as an attempt that never waits: it returns the result, throws, or returns a
 * {@linkcode Pending} that names the readiness it needs. Its driver waits for that and calls it
 * again with the same arguments: `Socket` by blocking, `AsyncSocket` by awaiting.
 */

import { table } from "../../constants/table.ts";
import {
  EAGAIN,
  ECONNRESET,
  EINTR,
  EWOULDBLOCK,
  osError,
} from "../../errors/errors.ts";
import { setNonBlocking } from "../../ffi/descriptor.ts";
import { atUnload, errno, libc } from "../../ffi/libc.ts";
import { interruptible, waitReady } from "../../poll/ready.ts";
import {
  type AddressCodec,
  type CodecSocket,
  type Sockaddr,
  sockaddrStorage,
} from "../address/codec.ts";
import { codecOf } from "../address/registry.ts";
import type { Address } from "../address/types.ts";
import { context } from "../resolver/addrinfo.ts";
import { AF_UNIX } from "../../constants/mod.ts";

// The handle that a socket object owns: its descriptor, and the state that goes with it.

const MSG_DONTWAIT: number = table.constants.MSG_DONTWAIT ?? 0;

/** Owns a descriptor and closes it exactly once, at the end of this isolate at the latest. */
export class Handle implements CodecSocket {
  /** The descriptor, -1 once it is closed or detached. */
  fd: number;
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  /** The codec of the socket's addresses. */
  readonly codec: AddressCodec;
  /** Whether the socket was closed; files made from it may still keep the descriptor open. */
  closed = false;
  /** Whether a connection was started whose outcome no operation has seen yet. */
  connecting = false;
  /** `MSG_DONTWAIT` if {@linkcode nonBlocking}, else 0: a flag of every transfer. */
  dontWait: number = interruptible ? MSG_DONTWAIT : 0;
  /**
   * Whether the descriptor was made non-blocking only because interrupts are to end its calls, and
   * has to be blocking again after that.
   */
  modeIsBorrowed = false;
  #nonBlocking = false;
  #files = 0;
  #twin: Handle | undefined;

  constructor(fd: number, family: number, type: number, proto: number) {
    this.fd = fd;
    this.family = family;
    this.type = type;
    this.proto = proto;
    this.codec = codecOf(family);
  }

  /**
   * Whether no call may block the thread, as the socket has a timeout or awaits, or because
   * interrupts have to end its calls. The mode that the system knows may differ: it belongs to the
   * open file description, and whoever has a duplicate may change it.
   */
  get nonBlocking(): boolean {
    return this.#nonBlocking || interruptible;
  }

  set nonBlocking(nonBlocking: boolean) {
    this.#nonBlocking = nonBlocking;
    this.#update();
  }

  /** Applies a change of {@linkcode nonBlocking}. */
  #update(): void {
    const { nonBlocking } = this;
    this.dontWait = nonBlocking ? MSG_DONTWAIT : 0;
    if (this.#nonBlocking || this.fd < 0) return;
    // Without that flag, it takes the mode to make a transfer not wait. With it, the calls that
    // have no flags set the mode when they are made (`ensureNonBlocking`).
    if (nonBlocking ? MSG_DONTWAIT === 0 : this.modeIsBorrowed) {
      setNonBlocking(this.fd, nonBlocking);
      this.modeIsBorrowed = nonBlocking;
    }
  }

  /** Makes the descriptor non-blocking, for a call whose flags cannot say it. */
  makeNonBlocking(): void {
    setNonBlocking(this.fd, true);
    this.modeIsBorrowed = !this.#nonBlocking;
  }

  /** The handle that owned the same descriptor before, and still does. */
  get twin(): Handle | undefined {
    return this.#twin;
  }

  /** Marks this handle as closed and returns its descriptor, which stays open. */
  detach(): number {
    const { fd } = this;
    if (this.modeIsBorrowed) setNonBlocking(fd, false);
    this.closed = true;
    this.fd = -1; // before anything can fail: by a second close, the number may be in use elsewhere
    finalizer.unregister(this);
    if (fd >= 0) {
      this.#disown(fd);
      notifyClosing(fd);
    }
    return fd;
  }

  #disown(fd: number): void {
    let owner = owners[fd];
    if (owner === this) owners[fd] = this.#twin;
    for (; owner !== undefined; owner = owner.#twin) {
      if (owner.#twin === this) owner.#twin = this.#twin;
    }
    this.#twin = undefined;
  }

  /** Counts a file made from the socket, which keeps the descriptor open. */
  retain(): void {
    this.#files++;
  }

  /** Uncounts a closed file; after the last one, closes the descriptor of a closed socket. */
  releaseFile(): void {
    this.#files--;
    if (this.closed) this.close();
  }

  /**
   * Closes the descriptor unless a file made from the socket is open; closing again does nothing.
   *
   * @throws {OSError} if the system reports an error of the socket (which is closed anyway)
   */
  close(): void {
    this.closed = true;
    if (this.#files === 0) this.closeNow();
  }

  /** Closes the descriptor even if files are open. */
  closeNow(): void {
    const fd = this.detach();
    // ECONNRESET reports the peer's reset: the descriptor is closed anyway.
    if (fd >= 0 && libc.close(fd) < 0 && errno() !== ECONNRESET) {
      throw osError(errno(), "close");
    }
  }

  /** Closes the descriptor when `owner` is collected, or this isolate ends. */
  closeWhenCollected(owner: object): void {
    madeListener?.(this);
    finalizer.register(owner, this, this);
    this.#twin = owners[this.fd];
    owners[this.fd] = this;
    if (interruptible) this.#update();
    if (!closesAtUnload) {
      closesAtUnload = true;
      atUnload(closeOwned);
    }
  }

  /** Has all handles follow a change of whether calls are interruptible. */
  static updateAll(): void {
    owners.forEach((owner) => {
      for (let handle = owner; handle !== undefined; handle = handle.#twin) {
        handle.#update();
      }
    });
  }

  /** Marks this handle and its twins as closed: their descriptor is no longer theirs. */
  lose(): void {
    this.closed = true;
    this.fd = -1;
    finalizer.unregister(this);
    this.#twin?.lose();
    this.#twin = undefined;
  }
}

/**
 * The handles that own a descriptor, by its number. They do not hold the socket objects, which can
 * be collected.
 */
const owners: (Handle | undefined)[] = [];
let closesAtUnload = false;

function closeOwned(): void {
  owners.forEach((handle, fd) => {
    if (handle === undefined) return;
    handle.lose(); // a later listener of `unload` may close the socket too
    libc.close(fd);
  });
  owners.length = 0;
}

/**
 * Makes the handle of a descriptor that the system has just opened. If another handle has that
 * number, or something waits for it, that descriptor was closed behind the library's back: neither
 * must get what is meant for the new one, and the handle must not close it.
 */
export function newHandle(
  fd: number,
  family: number,
  type: number,
  proto: number,
): Handle {
  loseOwners(fd);
  return new Handle(fd, family, type, proto);
}

/** Marks all handles of a descriptor as closed, and ends what waits for it. */
export function loseOwners(fd: number): void {
  if (owners[fd] !== undefined) {
    owners[fd].lose();
    owners[fd] = undefined;
  }
  notifyClosing(fd);
}

/** Returns the handles of all open sockets of this isolate, in the order of their descriptors. */
export function openHandles(): Handle[] {
  const open: Handle[] = [];
  owners.forEach((owner) => {
    for (let each = owner; each !== undefined; each = each.twin) {
      open.push(each);
    }
  });
  return open;
}

let madeListener: ((handle: Handle) => void) | undefined;

/** Sets the function to call with the handle of each socket that is made; `undefined` for none. */
export function setMadeListener(
  listener: ((handle: Handle) => void) | undefined,
): void {
  madeListener = listener;
}

/** Returns the handle of a socket object. */
export let handleOf: (socket: object) => Handle;

/** Sets {@linkcode handleOf}: only the socket class can read its private handle. */
export function setHandleAccess(access: (socket: object) => Handle): void {
  handleOf = access;
}

let closingListener: ((fd: number) => void) | undefined;

/** Reports that a descriptor is about to be closed or detached. */
export function notifyClosing(fd: number): void {
  closingListener?.(fd);
}

/** Sets the function to call with each descriptor that is about to be closed or detached. */
export function setClosingListener(listener: (fd: number) => void): void {
  closingListener = listener;
}

const finalizer = new FinalizationRegistry<Handle>((handle) => {
  if (handle.fd >= 0) handle.closeNow(); // its files hold the socket: they are collected too
});

/** Returned by an attempt that cannot go on: the readiness it needs, and the error it would be. */
export class Pending {
  /** What the socket must become first: readable or writable, or have urgent data. */
  readonly readiness: "read" | "write" | "urgent";
  /** The system call that would have blocked. */
  readonly syscall: string;
  /** The error number of the `OSError` that a non-blocking socket throws. */
  readonly errno: number;
  /** The address that the call is for, if it is for one. */
  readonly address: unknown;
  /** True if the attempt could continue but yields so that its driver can check the deadline. */
  readonly yielded: boolean;
  /** True if the caller asked the system not to wait, by `MSG_DONTWAIT`. */
  readonly unwanted: boolean;

  constructor(
    readiness: "read" | "write" | "urgent",
    syscall: string,
    { errno = EWOULDBLOCK, yielded = false, unwanted = false, address }: {
      readonly errno?: number | undefined;
      readonly yielded?: boolean | undefined;
      readonly unwanted?: boolean | undefined;
      readonly address?: unknown;
    } = {},
  ) {
    this.readiness = readiness;
    this.syscall = syscall;
    this.errno = errno;
    this.yielded = yielded;
    this.unwanted = unwanted;
    this.address = address;
  }
}

/** The outcome of one attempt of an operation. */
export type Attempt<T> = T | Pending;

/** A function that attempts an operation. */
export interface Attempting<P extends unknown[], T> {
  (handle: Handle, ...args: P): Attempt<T>;
  /** The system call, if it is not `recv` or `send`: for an error before the first attempt. */
  readonly syscall?: string;
  /** What to return if the wait ends too early, by a timeout or a signal; `undefined` to throw. */
  partial?(): T | undefined;
}

/**
 * Classifies the error of a system call that returned -1.
 *
 * @param wait what to return if the call would block
 * @param code the error number
 * @param flags the flags that the caller passed, of a call that takes some
 * @param address the address that the call is for
 * @returns `wait` if the call would block, `undefined` if a signal interrupted it: call it again
 * @throws {OSError} if the call failed
 */
export function waitOrRetry(
  wait: Pending,
  code = errno(),
  flags = 0,
  address?: unknown,
): Pending | undefined {
  if (code === EAGAIN || code === EWOULDBLOCK) {
    return (flags & MSG_DONTWAIT) === 0
      ? wait
      : new Pending(wait.readiness, wait.syscall, { unwanted: true });
  }
  if (code === EINTR) return undefined;
  throw osError(code, wait.syscall, address);
}

// The storage for addresses. All attempts share it, because no two ever overlap.

/** Where {@linkcode encodeAddress} writes. */
export const outgoing = sockaddrStorage();
/** Where system calls write addresses, for {@linkcode decodeIncoming}. */
export const incoming = sockaddrStorage();
/** How many bytes of {@linkcode incoming} are in use. */
export const incomingLength = new Uint32Array(1);

/** What a socket is made with. */
export type NewSocket = Pick<Handle, "family" | "type" | "proto">;

/** Asks for permission; see `socket/net_permissions.ts`. */
export interface AddressGuard {
  /**
   * Throws if a socket may not be made or used.
   *
   * @throws {Deno.errors.NotCapable} without permission
   */
  checkNew(socket: NewSocket): void;
  /**
   * Throws if a socket may not use an address.
   *
   * @param from the address, as the system is going to get it
   * @param length its length in bytes
   * @param isOwn whether it becomes the socket's own address, rather than a destination
   * @throws {Deno.errors.NotCapable} without permission
   */
  checkAddress(
    handle: Handle,
    from: Sockaddr,
    length: number,
    isOwn: boolean,
  ): void;
}

/** Has to permit each address that the system gets; `undefined` if permissions are not enforced. */
export let addressGuard: AddressGuard | undefined;

/** Sets {@linkcode addressGuard}. */
export function setAddressGuard(guard: AddressGuard): void {
  addressGuard = guard;
}

/**
 * Encodes an address into {@linkcode outgoing}, for the next system call. Every address that is
 * passed to the system comes from here, but for those of a `MessageVector`.
 *
 * @param isOwn whether it becomes the socket's own address, rather than a destination
 * @returns the address's length in bytes
 * @throws {Deno.errors.NotCapable} if permissions are enforced and this one is missing
 */
export function encodeAddress(
  handle: Handle,
  address: unknown,
  isOwn = false,
): number {
  const length = handle.codec.encode(address, outgoing, handle, context);
  addressGuard?.checkAddress(handle, outgoing, length, isOwn);
  return length;
}

/** Decodes the address that a system call wrote; `null` if it wrote none. */
export function decodeIncoming(handle: Handle): Address | null {
  const length = Math.min(incomingLength[0], incoming.bytes.length);
  return length === 0
    ? null
    : handle.codec.decode(incoming, length, handle, context);
}

/** Makes all of {@linkcode incoming} available to the next system call. */
export function expectAddress(): void {
  incomingLength[0] = incoming.bytes.length;
}

// Readiness that no event announces, for which the drivers have to try again and again.

/** How soon to attempt again where no event announces readiness. */
export const RETRY_MS = 5;

/**
 * Whether an operation waits for what no event announces: the kernel reports a Unix socket as
 * writable even while the queue of the datagram's receiver, or of the listener it connects to, is
 * full. Of urgent data only epoll has an event.
 */
export function isUnannounced(handle: Handle, pending: Pending): boolean {
  if (pending.readiness === "urgent") return !("EPOLLPRI" in table.constants);
  return pending.readiness === "write" && handle.family === AF_UNIX &&
    waitReady(handle.fd, "write", 0) > 0;
}
