/**
 * A plugin for `deno lint`, which finds what ported programs get wrong without any error of the
 * compiler. Name it in `deno.json`:
 *
 * ```json
 * { "lint": { "plugins": ["jsr:@libc/socket/lint"] } }
 * ```
 *
 * A path or a URL of this file does as well. The rule `socket/empty-bytes-are-true` reports
 * `if (!data) break` after `data = s.recv(1024)`: Python's empty bytes are false, an empty
 * `Uint8Array` is true, and the loop never ends. `deno lint --fix` writes `data.length === 0`.
 *
 * @module
 */

export { default } from "./lint/plugin.ts";
