/**
 * The parts of the stress run, in their order, and how many seconds each may take: some ten minutes
 * in all. A part is `parts/NAME.ts`.
 */
export const parts: Record<string, number> = {
  oracle: 150,
  arguments: 60,
  bytes: 30,
  memory: 45,
  servers: 60,
};
