/** Text that is bytes in C and UTF-16 in Windows: error messages and the host name. */

import type { Libc } from "../system.ts";
import type { Windows } from "./libraries.ts";

const FORMAT_MESSAGE_IGNORE_INSERTS = 0x200;
const FORMAT_MESSAGE_FROM_SYSTEM = 0x1000;
/** `ComputerNamePhysicalDnsHostname` */
const DNS_HOST_NAME = 5;

const decoder = new TextDecoder("utf-16le");
const encoder = new TextEncoder();
const wide = new Uint16Array(1024);
const length = new Uint32Array(1);

/** Makes the functions that return text. */
export function textCalls(
  windows: Windows,
): Pick<Libc, "gethostname" | "strerror_r"> {
  return {
    gethostname(name, size) {
      length[0] = wide.length;
      if (!windows.GetComputerNameExW(DNS_HOST_NAME, wide, length)) return -1;
      write(wideText(length[0]), name, Number(size));
      return 0;
    },

    strerror_r(error, text, size) {
      const count = windows.FormatMessageW(
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
        null,
        error,
        0,
        wide,
        wide.length,
        null,
      );
      // Windows' messages end with a period and a line break, which Python removes too.
      const message = wideText(count).replace(/[\s.]+$/, "");
      write(message || `Windows Error 0x${error.toString(16)}`, text, size);
      return 0;
    },
  };
}

function wideText(count: number): string {
  return decoder.decode(wide.subarray(0, count));
}

/** Writes text and a NUL, truncated to `size` bytes. */
function write(text: string, into: unknown, size: number): void {
  const bytes = (into as Uint8Array).subarray(0, size);
  const { written } = encoder.encodeInto(text, bytes.subarray(0, -1));
  bytes[written] = 0;
}
