/** The running platform as the codecs see it. */

import { table } from "../../constants/table.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { libc } from "../../ffi/libc.ts";
import { features } from "../../ffi/features.ts";
import { check } from "../../errors/errors.ts";
import { if_nametoindex } from "./interfaces.ts";
import { numericHost } from "./addrinfo.ts";
import { resolveSync } from "./call.ts";
import type { CodecContext } from "../address/codec.ts";

/** The running platform. */
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
