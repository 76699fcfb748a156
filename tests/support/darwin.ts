/** Makes the module instance that imports this first one of macOS on Apple's processor. */

import { become } from "./emulated.ts";
import { there } from "./libsystem.ts";

become({
  build: {
    target: "aarch64-apple-darwin",
    os: "darwin",
    arch: "aarch64",
    vendor: "apple",
  },
  library: /^(\/usr\/lib\/)?libSystem(\.B)?\.dylib$/,
  there,
});
