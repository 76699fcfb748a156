/** Services and protocols by name and number. */

import { integer, string } from "../../errors/arguments.ts";
import { OSError } from "../../errors/errors.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { load } from "../../ffi/libc.ts";
import { cstring, stringAt, view } from "../../ffi/memory.ts";
import { htons, ntohs } from "../address/arpa_inet.ts";
import { read } from "../address/codec.ts";
import { orExhausted } from "./exhaustion.ts";

const STORAGE = 4096;

/**
 * Finds an entry with the reentrant function where the platform has one, otherwise with the plain
 * one, whose result is in thread-local storage on those platforms.
 *
 * @returns a value read from the entry, `undefined` if there is no entry
 */
function find<T>(
  size: number,
  reentrant:
    | ((
      entry: Uint8Array<ArrayBuffer>,
      text: Uint8Array<ArrayBuffer>,
      length: number,
      result: BigUint64Array<ArrayBuffer>,
    ) => number)
    | null
    | undefined,
  plain: () => bigint,
  pick: (entry: DataView) => T,
): T | undefined {
  if (!reentrant) {
    const found = plain();
    return found === 0n ? undefined : pick(view(found, size));
  }
  const entry = new Uint8Array(size);
  const text = new Uint8Array(STORAGE);
  const result = new BigUint64Array(1);
  reentrant(entry, text, STORAGE, result);
  const value = result[0] === 0n ? undefined : pick(new DataView(entry.buffer));
  text.fill(0); // keeps `text` alive until here: the entry points into it
  return value;
}

function notFound(
  text: string,
  syscall: string,
  ...address: readonly unknown[]
): OSError {
  const named = address.filter((name) => name !== undefined && name !== null);
  const options = { syscall, address: named };
  return orExhausted(new OSError(null, text, options), syscall);
}

function protocolArgument(
  protocolname: unknown,
): Uint8Array<ArrayBuffer> | null {
  return protocolname === undefined || protocolname === null
    ? null
    : cstring("protocolname", string("protocolname", protocolname));
}

/**
 * Returns the port of an internet service.
 *
 * @param servicename the service, for instance `"http"`
 * @param protocolname `"tcp"` or `"udp"`; any protocol if omitted
 * @returns the port, in host order
 * @throws {OSError} `service/proto not found`
 */
export function getservbyname(
  servicename: string,
  protocolname?: string,
): number {
  const { getservbyname_r, getservbyname } = load();
  const name = cstring("servicename", string("servicename", servicename));
  const proto = protocolArgument(protocolname);
  const { size, s_port } = layout.servent;
  const port = find(
    size,
    getservbyname_r &&
      ((...storage) => getservbyname_r(name, proto, ...storage)),
    () => getservbyname(name, proto),
    (entry) => ntohs(entry.getUint16(s_port.at, true)),
  );
  if (port === undefined) {
    throw notFound(
      "service/proto not found",
      "getservbyname",
      servicename,
      protocolname,
    );
  }
  return port;
}

/**
 * Returns the name of the internet service on a port.
 *
 * @param port the port, in host order
 * @param protocolname `"tcp"` or `"udp"`; any protocol if omitted
 * @returns the service's name
 * @throws {OSError} `port/proto not found`
 * @throws {RangeError} if the port is out of bounds
 */
export function getservbyport(port: number, protocolname?: string): string {
  const { getservbyport_r, getservbyport } = load();
  const number = htons(integer("port", port, 0, 0xffff));
  const proto = protocolArgument(protocolname);
  const { size, s_name } = layout.servent;
  const name = find(
    size,
    getservbyport_r &&
      ((...storage) => getservbyport_r(number, proto, ...storage)),
    () => getservbyport(number, proto),
    (entry) => stringAt(entry.getBigUint64(s_name.at, true)),
  );
  if (name === undefined) {
    throw notFound(
      "port/proto not found",
      "getservbyport",
      port,
      protocolname,
    );
  }
  return name;
}

/**
 * Returns the number of an internet protocol.
 *
 * @param protocolname the protocol, for instance `"icmp"`
 * @returns the number
 * @throws {OSError} `protocol not found`
 */
export function getprotobyname(protocolname: string): number {
  const { getprotobyname_r, getprotobyname } = load();
  const name = cstring("protocolname", string("protocolname", protocolname));
  const { size, p_proto } = layout.protoent;
  const number = find(
    size,
    getprotobyname_r && ((...storage) => getprotobyname_r(name, ...storage)),
    () => getprotobyname(name),
    (entry) => read(entry, p_proto),
  );
  if (number === undefined) {
    throw notFound("protocol not found", "getprotobyname", protocolname);
  }
  return number;
}
