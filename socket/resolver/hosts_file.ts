/**
 * Whether the hosts file answers a lookup. The C library then asks no server, so that the lookup
 * needs no other thread, where it might wait behind others that are stuck.
 */

import { AF_INET, AF_INET6 } from "../../constants/mod.ts";
import { table } from "../../constants/table.ts";
import { libc } from "../../ffi/libc.ts";
import { cstring } from "../../ffi/memory.ts";
import {
  formatIPv4,
  formatIPv6,
  parseIPv4,
  parseIPv6,
} from "../address/inet.ts";

/** A line of the hosts file: an address in its usual form, and the names that it has. */
export interface HostsLine {
  readonly family: number;
  readonly address: string;
  readonly names: readonly string[];
}

// A file that is larger, such as a list of blocked hosts, takes too long to read here.
const MAX_SIZE = 0x20000;

/** Reads a small file; `""` if that fails. The C library's `open` needs no `--allow-read`. */
function readText(path: string): string {
  const { open, read } = libc;
  if (!open || !read) return "";
  const { O_RDONLY, O_CLOEXEC } = table.constants;
  const fd = open(cstring("path", path), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  const storage = new Uint8Array(MAX_SIZE);
  let length = 0;
  for (;;) {
    const count = read(fd, storage.subarray(length), MAX_SIZE - length);
    if (count <= 0) break;
    length += count;
  }
  libc.close(fd);
  return length === MAX_SIZE
    ? ""
    : new TextDecoder().decode(storage.subarray(0, length));
}

const uncommented = (text: string): string[] =>
  text.split("\n").map((line) => line.replace(/#.*/, ""));

/**
 * Whether the C library looks into the hosts file first, and asks nobody else about what it finds.
 *
 * @param text what `/etc/nsswitch.conf` contains
 */
export function asksHostsFileFirst(text: string): boolean {
  const sources = uncommented(text)
    .findLast((line) => /^\s*hosts[\s:]/.test(line));
  // An action such as [SUCCESS=merge] may go on to the next source.
  return sources !== undefined && /:\s*files(\s+[^\s[]|\s*$)/.test(sources);
}

/**
 * Parses a hosts file.
 *
 * @param text what it contains
 */
export function parseHosts(text: string): HostsLine[] {
  const bytes = new Uint8Array(16);
  return uncommented(text).flatMap((line): HostsLine[] => {
    const [address, ...names] = line.toLowerCase().trim().split(/\s+/);
    const number = parseIPv4(address);
    if (number >= 0) {
      return [{ family: AF_INET, address: formatIPv4(number), names }];
    }
    return parseIPv6(address, bytes)
      ? [{ family: AF_INET6, address: formatIPv6(bytes), names }]
      : [];
  });
}

function hasLine(matches: (line: HostsLine) => boolean): boolean {
  return asksHostsFileFirst(readText("/etc/nsswitch.conf")) &&
    parseHosts(readText("/etc/hosts")).some(matches);
}

/**
 * Whether the hosts file has a name.
 *
 * @param name the name
 * @param family the family that its address must have; 0 for any
 */
export function hasName(name: string, family: number): boolean {
  const wanted = name.toLowerCase();
  return hasLine((line) =>
    (family === 0 || family === line.family) && line.names.includes(wanted)
  );
}

/**
 * Whether the hosts file has a name for an address.
 *
 * @param address the address in its usual form
 */
export function hasAddress(address: string): boolean {
  return hasLine((line) => line.address === address && line.names.length > 0);
}
