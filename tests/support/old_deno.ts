/** Imported first, it makes a test file run as on the Deno before the oldest one. */

Object.defineProperty(Deno, "version", {
  value: { ...Deno.version, deno: "2.7.14" },
});
