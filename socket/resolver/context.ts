/** The context of the running platform, for the address codecs. */

import { table } from "../../constants/table.ts";
import { check } from "../../errors/errors.ts";
import { features } from "../../ffi/features.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { libc } from "../../ffi/libc.ts";
import type { CodecContext } from "../address/codec.ts";
import { numericHost } from "./addrinfo.ts";
import { resolveSync } from "./call.ts";
import { if_nametoindex } from "./interfaces.ts";

/** The running platform: a host name in an address is resolved by blocking. */
export const context: CodecContext = {
  constants: table.constants,
  layout,
  features,
  resolve: (host, family) => resolveSync(numericHost(host, family)),
  if_nametoindex,
  ioctl: (fd, request, arg) => {
    check(libc.ioctl(fd, request, arg), "ioctl");
  },
};
