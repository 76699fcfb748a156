/** How many datagrams are on their way at most: as many find room in a socket's buffer. */
export const window = (size: number): number => size > 1000 ? 64 : 128;
/** After how many the receiver tells how many came. */
export const step = (size: number): number => window(size) / 2;
