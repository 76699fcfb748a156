/** The running platform as the codecs see it. */

import { table } from "../../constants/table.ts";
import { layout } from "../../ffi/layout/mod.ts";
import { libc } from "../../ffi/libc.ts";
import { traits } from "../../ffi/traits.ts";
import { check } from "../errors.ts";
import { if_nametoindex } from "../interfaces.ts";
import { numericHost } from "../resolver/address_info.ts";
import { resolveNow } from "../resolver/call.ts";
import type { CodecContext } from "./codec.ts";

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
