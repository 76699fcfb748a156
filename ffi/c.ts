/**
 * The C types of the declarations in this folder, by their C names, as Deno's FFI spells them.
 *
 * A `size_t` goes as 32 bits and a `ssize_t` comes as 32 bits: the 64-bit forms leave the FFI's fast
 * path and cost 150 to 300 ns more a call. Callers clamp lengths to 2^31 - 1, and both calling
 * conventions in question zero-extend a 32-bit argument when they load it.
 */

/** `int` */
export const int = "i32";
/** `size_t`, in the low 32 bits. */
export const size_t = "u32";
/** `ssize_t`, of which only the low 32 bits are read. */
export const ssize_t = "i32";
/** `socklen_t` */
export const socklen_t = "u32";
/** A pointer to memory of ours that is only touched during the call. */
export const buf = "buffer";
/** A pointer as a number: an address libc gave, or one taken by `addressOf`. */
export const address = "u64";
