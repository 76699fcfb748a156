/** The running platform as the codecs see it. */

import { table } from "../../constants/table.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { libc } from "../../ffi/libc.ts";
import { traits } from "../../ffi/features.ts";
import { check } from "../../errors/errors.ts";
import { if_nametoindex } from "./interfaces.ts";
import { numericHost } from "./address_info.ts";
import { resolveNow } from "./call.ts";
import type { CodecContext } from "../address/codec.ts";

/** The running platform. */
export const context: CodecContext = {
  constants: table.constants,
  layout,
  traits,
  resolve: (host, family) => resolveNow(numericHost(host, family)),
  if_nametoindex,
  ioctl: (fd, request, arg) => {
    check(libc.ioctl(fd, request, arg), "ioctl");
  },
};
