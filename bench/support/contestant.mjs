/** Says which port a server listens on, and ends the process with the harness. */
// deno-lint-ignore explicit-module-boundary-types
export function announce(port) {
  console.log(port);
  process.stdin.on("end", () => process.exit()).resume();
}
