/** Imported first, it makes a test file run as on a Linux without glibc. */

Object.defineProperties(Deno, {
  build: {
    value: {
      ...Deno.build,
      target: "x86_64-unknown-linux-musl",
      os: "linux",
      arch: "x86_64",
      vendor: "unknown",
      env: "musl",
    },
  },
  dlopen: {
    value: (): never => {
      throw new Error("nothing is to be opened here");
    },
  },
});
