/**
 * Network interfaces in addresses: a name for the caller, an index for the kernel. As in Python,
 * the lookup goes through the socket, which may live in another network namespace than this
 * process.
 */

import { string } from "../../errors/arguments.ts";
import { OSError } from "../../errors/errors.ts";
import { cstring } from "../../ffi/memory.ts";
import {
  type CodecContext,
  type CodecSocket,
  read,
  readText,
  write,
} from "./codec.ts";

/** An `ifreq`, shared by the two functions below. */
const request = new Uint8Array(64);
const requestView = new DataView(request.buffer);

/**
 * Returns the index of the interface with a name; `""` is index 0, which means any interface.
 *
 * @throws {TypeError} if the name is not a string
 * @throws {RangeError} if it contains a NUL
 * @throws {OSError} if it is too long, or there is no such interface
 */
export function interfaceIndex(
  ifname: unknown,
  { fd }: CodecSocket,
  { layout: { ifreq }, constants, ioctl }: CodecContext,
): number {
  const name = cstring("ifname", string("ifname", ifname));
  if (name.length === 1) return 0;
  const field = ifreq["ifr_ifrn.ifrn_name"];
  if (name.length > field.size) {
    throw new OSError(
      null,
      `ifname: interface name too long (at most ${field.size - 1} bytes)`,
    );
  }
  request.fill(0);
  request.set(name, field.at);
  ioctl(fd, constants.SIOCGIFINDEX, request);
  return read(requestView, ifreq["ifr_ifru.ifru_ivalue"]);
}

/**
 * Returns the name of the interface with an index; `""` for index 0, if it no longer exists, or if
 * there is no socket to ask.
 */
export function interfaceName(
  index: number,
  { fd }: CodecSocket,
  { layout: { ifreq }, constants, ioctl }: CodecContext,
): string {
  if (index === 0 || fd < 0) return "";
  request.fill(0);
  write(requestView, ifreq["ifr_ifru.ifru_ivalue"], index);
  try {
    ioctl(fd, constants.SIOCGIFNAME, request);
  } catch (error) {
    if (error instanceof OSError) return "";
    throw error;
  }
  return readText(request, ifreq["ifr_ifrn.ifrn_name"]);
}
