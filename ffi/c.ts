/**
 * The C types of the declarations in this folder: their C names, and what Deno's FFI calls them.
 *
 * `size_t` is passed and `ssize_t` is returned as 32 bits: the 64-bit types are off the FFI's fast
 * path and cost 150 to 300 ns more per call. Callers clamp lengths to 2^31 - 1, and the calling
 * conventions of x86-64 and arm64 zero-extend a 32-bit argument when they load it.
 */

/** `int` */
export const int = "i32";
/** `size_t`, in the low 32 bits. */
export const size_t = "u32";
/** `ssize_t`, of which only the low 32 bits are read. */
export const ssize_t = "i32";
/** `socklen_t` */
export const socklen_t = "u32";
/** A pointer to a JavaScript buffer, which C accesses only during the call. */
export const buf = "buffer";
/** A pointer as a number: an address that libc returned, or a result of `addressOf`. */
export const address = "u64";
