/** Classic BPF: programs that the kernel runs to filter what a socket receives (Linux). */

import {
  SO_ATTACH_FILTER,
  SO_ATTACH_REUSEPORT_CBPF,
  SO_DETACH_FILTER,
  SO_DETACH_REUSEPORT_BPF,
  SO_GET_FILTER,
  SOL_SOCKET,
} from "../constants/mod.ts";
import { rangeError, typeError } from "../constants/stack.ts";
import { describe, instance, integer, optionsOf } from "../errors/arguments.ts";
import { sock_filter, sock_fprog } from "../ffi/layout/mod.ts";
import { addressOf } from "../ffi/memory.ts";
import type { Address } from "./address/types.ts";
import { SocketBase } from "./base.ts";
import { collect } from "./operations/ancillary.ts";
import { handleOf } from "./operations/attempt.ts";
import { option } from "./operations/open.ts";

/**
 * One instruction of classic BPF, as `tcpdump -dd` prints it: the operation, how many instructions
 * to skip if a jump's test is true and if it is false, and the operand.
 * @category Filters
 */
export type BpfInstruction = readonly [
  code: number,
  jt: number,
  jf: number,
  k: number,
];

/**
 * Makes an instruction that is not a jump.
 *
 * @param code the operation, such as `BPF_LD | BPF_H | BPF_ABS`
 * @param k the operand
 * @category Filters
 */
export function BPF_STMT(code: number, k: number): BpfInstruction {
  return [code, 0, 0, k];
}

/**
 * Makes a jump instruction.
 *
 * @param code the operation, such as `BPF_JMP | BPF_JEQ | BPF_K`
 * @param k what to compare with
 * @param jt how many instructions to skip if the test is true
 * @param jf how many instructions to skip if it is false
 * @category Filters
 */
export function BPF_JUMP(
  code: number,
  k: number,
  jt: number,
  jf: number,
): BpfInstruction {
  return [code, jt, jf, k];
}

/** The most instructions that the kernel accepts (`BPF_MAXINSNS`). */
const MAX_INSTRUCTIONS = 4096;

/**
 * Options of {@linkcode attachFilter} and {@linkcode detachFilter}.
 * @category Filters
 */
export interface FilterOptions {
  /**
   * Whether the program serves a group of sockets that share an address by `SO_REUSEPORT`, and
   * chooses for each packet or connection which of them receives it: it returns the socket's number
   * in the order in which they were bound. `SO_ATTACH_REUSEPORT_CBPF`.
   */
  readonly reuseport?: boolean | undefined;
}

/** Keeps the instructions from being collected while the option's value holds their address. */
const pinned: { program?: Uint8Array | undefined } = {};

/**
 * Attaches a program that decides which packets a socket receives, and how many bytes of each
 * (`SO_ATTACH_FILTER`), or which socket of a group receives them (`SO_ATTACH_REUSEPORT_CBPF`). It
 * replaces the program attached before. Linux.
 *
 * @param socket the socket
 * @param instructions the program: an iterable of instructions, 4096 at most. It returns how many
 * bytes of the packet to keep; 0 drops the packet
 * @param options `{ reuseport }`
 * @throws {OSError} if the kernel rejects the program (`EINVAL`), or the filter is locked (`EPERM`)
 * @throws {TypeError} if an instruction is not `[code, jt, jf, k]`
 * @throws {RangeError} if a part of one is out of bounds, or the platform has no such filters
 *
 * @example Datagrams that begin with `A` pass, all others are dropped
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "@libc/socket";
 * import {
 *   BPF_ABS,
 *   BPF_B,
 *   BPF_JEQ,
 *   BPF_JMP,
 *   BPF_JUMP,
 *   BPF_K,
 *   BPF_LD,
 *   BPF_RET,
 *   BPF_STMT,
 * } from "@libc/socket";
 *
 * if (socket.hasattr("SO_ATTACH_FILTER")) {
 *   const [a, b] = socket.socketpair(null, socket.SOCK_DGRAM);
 *   using _a = a;
 *   using _b = b;
 *   socket.attachFilter(b, [
 *     BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), // load the byte at offset 0
 *     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x41, 0, 1), // "A"? else skip one
 *     BPF_STMT(BPF_RET | BPF_K, 0xffffffff), // keep it all
 *     BPF_STMT(BPF_RET | BPF_K, 0), // drop it
 *   ]);
 *   const encoder = new TextEncoder();
 *   a.send(encoder.encode("B first"));
 *   a.send(encoder.encode("A second"));
 *   assertEquals(b.recv(100), encoder.encode("A second"));
 * }
 * ```
 * @see `socket(7)`
 * @category Filters
 */
export function attachFilter<A extends Address>(
  socket: SocketBase<A>,
  instructions: Iterable<BpfInstruction>,
  options?: FilterOptions,
): void {
  instance("socket", socket, SocketBase, "a socket");
  const optname = optionsOf(options).reuseport
    ? SO_ATTACH_REUSEPORT_CBPF
    : SO_ATTACH_FILTER;
  const program = pinned.program = encodeFilter(instructions);
  const value = new Uint8Array(sock_fprog.size);
  const fields = new DataView(value.buffer);
  const length = program.byteLength / sock_filter.size;
  fields.setUint16(sock_fprog.len.at, length, true);
  fields.setBigUint64(sock_fprog.filter.at, addressOf(program), true);
  try {
    socket.setsockopt(SOL_SOCKET, optname, value);
  } finally {
    pinned.program = undefined;
  }
}

/**
 * Removes the program that {@linkcode attachFilter} attached. `SO_DETACH_FILTER`,
 * `SO_DETACH_REUSEPORT_BPF`, Linux.
 *
 * @param socket the socket
 * @param options `{ reuseport }`, as for attaching
 * @throws {OSError} if no program is attached (`ENOENT`), or it is locked (`EPERM`)
 * @throws {RangeError} if the platform has no such filters
 * @see `socket(7)`
 * @category Filters
 */
export function detachFilter<A extends Address>(
  socket: SocketBase<A>,
  options?: FilterOptions,
): void {
  instance("socket", socket, SocketBase, "a socket");
  const optname = optionsOf(options).reuseport
    ? SO_DETACH_REUSEPORT_BPF
    : SO_DETACH_FILTER;
  socket.setsockopt(SOL_SOCKET, optname, 0);
}

/**
 * Returns the program that {@linkcode attachFilter} attached. `SO_GET_FILTER`, Linux.
 *
 * @param socket the socket
 * @returns its instructions, the operands unsigned; none if no program is attached
 * @throws {OSError} if the program is not classic BPF (`EACCES`), or the socket is closed
 * @throws {RangeError} if the platform has no such filters
 * @see `socket(7)`
 * @category Filters
 */
export function attachedFilter<A extends Address>(
  socket: SocketBase<A>,
): BpfInstruction[] {
  const { size, code: c, jt: t, jf: f, k: operand } = sock_filter;
  const program = option(
    handleOf(socket),
    SOL_SOCKET,
    integer("optname", SO_GET_FILTER),
    MAX_INSTRUCTIONS * size,
  );
  const fields = new DataView(program.buffer);
  return Array.from({ length: program.length / size }, (_, i) => {
    const at = i * size;
    return [
      fields.getUint16(at + c.at, true),
      fields.getUint8(at + t.at),
      fields.getUint8(at + f.at),
      fields.getUint32(at + operand.at, true),
    ];
  });
}

/**
 * Encodes a program as an array of `struct sock_filter`.
 *
 * @throws {TypeError} if an instruction is not `[code, jt, jf, k]`
 * @throws {RangeError} if a part of one is out of bounds, or there are more than 65535
 */
export function encodeFilter(
  instructions: Iterable<BpfInstruction>,
): Uint8Array<ArrayBuffer> {
  const list = collect("instructions", instructions, instruction);
  if (list.length > 0xffff) {
    throw rangeError(
      `instructions must be 65535 at most, not ${list.length}`,
    );
  }
  const { size, code: c, jt: t, jf: f, k: operand } = sock_filter;
  const program = new Uint8Array(list.length * size);
  const fields = new DataView(program.buffer);
  list.forEach(([code, jt, jf, k], i) => {
    const at = i * size;
    fields.setUint16(at + c.at, code, true);
    fields.setUint8(at + t.at, jt);
    fields.setUint8(at + f.at, jf);
    fields.setUint32(at + operand.at, k, true);
  });
  return program;
}

function instruction(name: string, value: unknown): BpfInstruction {
  if (!Array.isArray(value) || value.length !== 4) {
    throw typeError(
      `${name} must be [code, jt, jf, k], not ${describe(value)}`,
    );
  }
  const [code, jt, jf, k] = value;
  return [
    integer(`${name}: code`, code, 0, 0xffff),
    integer(`${name}: jt`, jt, 0, 0xff),
    integer(`${name}: jf`, jf, 0, 0xff),
    // Offsets of the kernel's data about the packet (SKF_AD_OFF) are negative.
    integer(`${name}: k`, k, -0x80000000, 0xffffffff),
  ];
}
