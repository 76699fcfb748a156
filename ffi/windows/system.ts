/**
 * The {@linkcode System} of Windows: the functions of Winsock and other libraries, with the names
 * and signatures of C.
 */

import { layout } from "../layout/mod.ts";
import { lazily, type Makers } from "../loader.ts";
import type { Libc, PlainCall } from "../system.ts";
import { interfaceCalls } from "./interfaces.ts";
import { openedNames, openLibraries, type Windows } from "./libraries.ts";
import { messageCalls } from "./messages.ts";
import { pairCalls } from "./socketpair.ts";
import { SOCKET_FLAGS, socketCalls } from "./sockets.ts";
import { textCalls } from "./text.ts";

export { readFile } from "./files.ts";
export { errnoOf } from "./winerror.ts";

let windows: Windows;

/** As {@linkcode System.open}: opens the libraries and starts Winsock. */
export function open(): Libc {
  windows = openLibraries(false);
  try {
    start();
  } catch {
    // Perhaps this Deno's functions do not outlive their handles.
    windows = openLibraries(true);
    start();
  }
  const calls = socketCalls(windows);
  return lazily<Libc>({
    ...readers(windows),
    ...readers({
      ...calls,
      ...pairCalls(windows, calls.socket),
      ...messageCalls(windows),
      ...interfaceCalls(windows),
      ...textCalls(windows),
    }),
  });
}

/** What makes each property of another object: it reads it here. */
function readers<T extends object>(object: T): Makers<T> {
  const made: Record<string, () => unknown> = {};
  for (const name in object) made[name] = () => object[name];
  return made as Makers<T>;
}

function start(): void {
  const VERSION = 0x0202;
  const data = new Uint8Array(layout.wsadata.size);
  const error = windows.WSAStartup(VERSION, data);
  if (error !== 0) throw new Error(`WSAStartup failed with error ${error}`);
}

/** As {@linkcode System.errno}: `WSAGetLastError()`, the same value as `GetLastError()`. */
export function errno(): number {
  return windows.WSAGetLastError();
}

const HANDLE_FLAG_INHERIT = 1;
const flags = new Uint32Array(1);

/** As {@linkcode System.setInheritable}. */
export function setInheritable(fd: number, inheritable: boolean): number {
  const flag = inheritable ? HANDLE_FLAG_INHERIT : 0;
  return windows.SetHandleInformation(fd, HANDLE_FLAG_INHERIT, flag) ? 0 : -1;
}

/** As {@linkcode System.getInheritable}. */
export function getInheritable(fd: number): number {
  return windows.GetHandleInformation(fd, flags)
    ? flags[0] & HANDLE_FLAG_INHERIT
    : -1;
}

const FROM_PROTOCOL_INFO = -1;

/** As {@linkcode System.duplicate}. */
export function duplicate(fd: number): number {
  const info = new Uint8Array(layout.wsaprotocol_infow.size);
  const { GetCurrentProcessId, WSADuplicateSocketW } = windows;
  return WSADuplicateSocketW(fd, GetCurrentProcessId(), info) < 0
    ? -1
    : adopt(info);
}

/** As {@linkcode System.adopt}. */
export function adopt(info: Uint8Array<ArrayBuffer>): number {
  return windows.WSASocketW(
    FROM_PROTOCOL_INFO,
    FROM_PROTOCOL_INFO,
    FROM_PROTOCOL_INFO,
    info,
    0,
    SOCKET_FLAGS,
  );
}

/** As {@linkcode System.wakeCall}: `send`. */
export function wakeCall(fd: number): PlainCall {
  return {
    library: openedNames["ws2_32.dll"],
    name: "send",
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    args: [fd, new Uint8Array(1), 1, 0],
  };
}

const STATUS_CONTROL_C_EXIT = 0xc000013a;

/** As {@linkcode System.endCalls}: `ExitProcess`, with the status of an unhandled Ctrl-C. */
export function endCalls(): PlainCall[] {
  return [{
    library: openedNames["kernel32.dll"],
    name: "ExitProcess",
    parameters: ["u32"],
    result: "void",
    args: [STATUS_CONTROL_C_EXIT],
  }];
}
