/** The arguments of `connect()` of a Node socket. */

import type { Address, AddressInput } from "../socket/address/types.ts";

/**
 * Where to connect to: a port of a host, or a Unix socket's path.
 * @category Streams of Node
 */
export interface ConnectOptions {
  /** The port. */
  readonly port?: number | undefined;
  /** The host, `"localhost"` if left out. */
  readonly host?: string | undefined;
  /** The path; if there is one, port and host count for nothing. */
  readonly path?: string | undefined;
}

/** Takes the arguments of `connect()` apart: the address, and the listener of `"connect"`. */
export function connectArguments(
  args: readonly unknown[],
): [address: AddressInput<Address>, listener: (() => void) | undefined] {
  const last = args.at(-1);
  const listener = typeof last === "function" ? last as () => void : undefined;
  const [first, second] = args;
  const options: ConnectOptions = typeof first === "object" && first !== null
    ? first
    : isPath(first)
    ? { path: first }
    : {
      port: first as number,
      host: typeof second === "string" ? second : undefined,
    };
  // Agents pass a path of null beside the port.
  const { path, port, host } = options;
  const address = typeof path === "string"
    ? path
    : [host ?? "localhost", typeof port === "string" ? Number(port) : port];
  return [address as AddressInput<Address>, listener];
}

/** Whether an argument is a path. As in Node, a string of digits is a port. */
function isPath(value: unknown): value is string {
  return typeof value === "string" && !/^\d+$/.test(value);
}
