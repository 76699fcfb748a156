/** Creating and adopting descriptors: every socket's handle is made here. */

import {
  AF_INET,
  SO_TYPE,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../constants/mod.ts";
import { isMissing, table } from "../../constants/table.ts";
import {
  check,
  EBADF,
  EINVAL,
  ENOTSOCK,
  osError,
} from "../../errors/errors.ts";
import { layout, sock_filter } from "../../ffi/layout/mod.ts";
import { errno, libc, load, system } from "../../ffi/libc.ts";
import { addressGuard, Handle, newHandle } from "./attempt.ts";
import { rangeError } from "../../constants/stack.ts";
import { bytes, integer } from "../../errors/arguments.ts";
import {
  CLOSE_ON_EXEC,
  duplicate,
  makePair,
  setCommonFlags,
} from "../../ffi/descriptor.ts";
import { features } from "../../ffi/features.ts";
import { familyOf, read, sockaddrStorage } from "../address/codec.ts";

// Reading socket options, as an int or as bytes.

const { SO_GET_FILTER } = table.constants;

/**
 * How many bytes the system may write for each byte of the length it is passed. `SO_GET_FILTER`
 * counts instructions.
 */
const MAX_UNIT = sock_filter.size;

// A few options ignore the length, or write a field of a struct beyond it: Bluetooth's write an
// int, and TCP_AO_GET_KEYS a field at offset 208. So any call has all this room.
const shared = new Uint8Array(1024 * MAX_UNIT);
const sharedInt = new Int32Array(shared.buffer);
const optionLength = new Uint32Array(1);

function getsockopt(
  handle: Handle,
  level: number,
  optname: number,
  value: Uint8Array<ArrayBuffer>,
  length: number,
): number {
  optionLength[0] = length;
  check(
    libc.getsockopt(handle.fd, level, optname, value, optionLength),
    "getsockopt",
  );
  return optionLength[0];
}

/** Whether an option is the attached filter, whose length is a number of instructions. */
function isFilter(level: number, optname: number): boolean {
  return optname === SO_GET_FILTER && level === SOL_SOCKET;
}

/**
 * Reads an option that is a C int. Never waits. Of an attached filter, this is the number of
 * instructions.
 */
export function intOption(
  handle: Handle,
  level: number,
  optname: number,
): number {
  if (isFilter(level, optname)) {
    return getsockopt(handle, level, optname, shared, 0);
  }
  sharedInt[0] = 0;
  getsockopt(handle, level, optname, shared, sharedInt.BYTES_PER_ELEMENT);
  return sharedInt[0];
}

/**
 * Reads an option as bytes, `buflen` at most. Never waits.
 *
 * The system gets a buffer of zeros. Some options take it as input, with counts and pointers
 * (`IP_MSFILTER`, `TCP_ZEROCOPY_RECEIVE`): zeros make them write nothing elsewhere.
 */
export function option(
  handle: Handle,
  level: number,
  optname: number,
  buflen: number,
): Uint8Array<ArrayBuffer> {
  const room = buflen * MAX_UNIT;
  const value = room > shared.length ? new Uint8Array(room) : shared.fill(0);
  const unit = isFilter(level, optname) ? sock_filter.size : 1;
  const most = Math.floor(buflen / unit);
  const length = getsockopt(handle, level, optname, value, most);
  // With a length of 0, the system returns the number of instructions but not the instructions.
  if (most === 0 && length > 0) throw osError(EINVAL, "getsockopt");
  return value.slice(0, Math.min(length * unit, buflen));
}

/**
 * Returns the timeout that the system has for receiving or sending (`SO_RCVTIMEO`, `SO_SNDTIMEO`),
 * in seconds; `null` for none.
 */
export function timeoutOption(
  handle: Handle,
  readiness: "read" | "write",
): number | null {
  const { SO_RCVTIMEO, SO_SNDTIMEO } = table.constants;
  const name = readiness === "read" ? SO_RCVTIMEO : SO_SNDTIMEO;
  const { size, tv_sec, tv_usec } = layout.timeval;
  const { buffer, byteLength } = option(handle, SOL_SOCKET, name, size);
  const view = new DataView(buffer);
  const seconds = byteLength < size
    ? view.getUint32(0, true) / 1000 // Winsock has milliseconds
    : view.getUint32(tv_sec.at, true) +
      view.getUint32(tv_usec.at, true) / 1e6;
  return seconds || null;
}

/** `SOCK_NONBLOCK`; 0 where the platform does not have it. */
const nonBlockingFlag = isMissing(SOCK_NONBLOCK) ? 0 : SOCK_NONBLOCK;

/** Checks a socket's parameter; `undefined`, `null` and -1 stand for the default. */
function parameter(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = integer(name, value);
  return number === -1 ? undefined : number;
}

/** Whether a socket type, which was checked before, asks for a non-blocking socket. */
export function asksNonBlocking(type: unknown): boolean {
  const number = Number(type ?? -1);
  return number >= 0 && (number & nonBlockingFlag) !== 0;
}

/**
 * Creates a socket, or adopts a descriptor and asks the kernel for the parameters that are left
 * out. `fileno` may also be a `Handle`, which is returned.
 */
export function openHandle(
  family: unknown,
  type: unknown,
  proto: unknown,
  fileno: unknown,
): Handle {
  if (fileno instanceof Handle) return fileno;
  const f = parameter("family", family);
  const t = parameter("type", type);
  const p = parameter("proto", proto);
  if (fileno === undefined || fileno === null) {
    return create(f ?? AF_INET, t ?? SOCK_STREAM, p ?? 0);
  }
  return typeof fileno === "object" && system.adopt
    ? openShared(bytes("fileno", fileno))
    : adopt(descriptor(fileno), f, t, p);
}

function descriptor(fileno: unknown): number {
  const fd = integer("fileno", fileno);
  if (fd < 0) throw rangeError("negative file descriptor"); // Python's text
  return fd;
}

function create(family: number, type: number, proto: number): Handle {
  addressGuard?.checkNew({ family, type: withoutFlags(type), proto });
  const fd = check(
    load().socket(family, type | CLOSE_ON_EXEC, proto),
    "socket",
  );
  if (CLOSE_ON_EXEC === 0) setCommonFlags(fd); // `socket` could not set them
  return newHandle(fd, family, withoutFlags(type), proto);
}

function withoutFlags(type: number): number {
  return type & ~(CLOSE_ON_EXEC | nonBlockingFlag);
}

function adopt(
  fd: number,
  family?: number,
  type?: number,
  proto?: number,
): Handle {
  load();
  const { SO_PROTOCOL, SO_PROTOCOL_INFOW } = table.constants;
  if (SO_PROTOCOL_INFOW !== undefined) {
    const { size } = layout.wsaprotocol_infow;
    const bare = new Handle(fd, 0, 0, 0);
    const info = option(bare, SOL_SOCKET, SO_PROTOCOL_INFOW, size);
    return described(fd, info, family, type, proto);
  }
  const address = sockaddrStorage();
  const length = new Uint32Array([address.bytes.length]);
  if (libc.getsockname(fd, address.bytes, length) < 0) {
    const code = errno();
    // Sockets of some families have no address; but a descriptor that is not a socket is rejected.
    if (family === undefined || code === EBADF || code === ENOTSOCK) {
      throw osError(code, "getsockname");
    }
  }
  const bare = new Handle(fd, family ?? familyOf(address, layout), 0, 0);
  return new Handle(
    fd,
    bare.family,
    type === undefined
      ? intOption(bare, SOL_SOCKET, SO_TYPE)
      : withoutFlags(type),
    proto ??
      (SO_PROTOCOL === undefined
        ? 0
        : intOption(bare, SOL_SOCKET, SO_PROTOCOL)),
  );
}

/**
 * Opens a socket that another process shared.
 *
 * @param info what its `share()` returned: a `WSAPROTOCOL_INFOW`
 */
function openShared(info: Uint8Array<ArrayBuffer>): Handle {
  const { size } = layout.wsaprotocol_infow;
  if (info.byteLength !== size) {
    throw rangeError(
      `socket descriptor string has wrong size, should be ${size} bytes.`,
    );
  }
  load();
  return described(check(system.adopt!(info), "WSASocket"), info);
}

/** Returns the handle of a descriptor; parameters left out come from its `WSAPROTOCOL_INFOW`. */
function described(
  fd: number,
  info: Uint8Array<ArrayBuffer>,
  family?: number,
  type?: number,
  proto?: number,
): Handle {
  const { iAddressFamily, iSocketType, iProtocol } = layout.wsaprotocol_infow;
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  return new Handle(
    fd,
    family ?? read(view, iAddressFamily),
    type ?? read(view, iSocketType),
    proto ?? read(view, iProtocol),
  );
}

/** Duplicates a descriptor; the duplicate is closed on `exec`. */
export function duplicateDescriptor(fd: unknown): number {
  load();
  return check(duplicate(integer("fd", fd, -1)), "fcntl");
}

const pair = new Int32Array(2);

/** Creates two sockets that are connected to each other. */
export function openPair(
  family: unknown,
  type: unknown,
  proto: unknown,
): [Handle, Handle] {
  const f = parameter("family", family) ??
    table.constants[features.socketpairFamily];
  const t = parameter("type", type) ?? SOCK_STREAM;
  const p = parameter("proto", proto) ?? 0;
  check(makePair(pair, f, t, p), "socketpair");
  const [a, b] = pair;
  return [
    newHandle(a, f, withoutFlags(t), p),
    newHandle(b, f, withoutFlags(t), p),
  ];
}
