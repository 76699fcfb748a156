/** Imported first, it makes a test file run as on macOS on Apple's processors. */

import { emulate } from "./emulated.ts";
import { there } from "./libsystem.ts";

emulate({
  build: {
    target: "aarch64-apple-darwin",
    os: "darwin",
    arch: "aarch64",
    vendor: "apple",
  },
  library: /^(\/usr\/lib\/)?libSystem(\.B)?\.dylib$/,
  there,
});
