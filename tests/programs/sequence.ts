/** A sequence of bytes in which none can be missing or double without notice. */

/** The byte at a position. */
export function ordinal(position: number): number {
  return (position ^ (position >> 8) ^ (position >> 16)) & 0xff;
}
