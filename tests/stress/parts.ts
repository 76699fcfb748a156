/**
 * The parts of the stress run, in their order, and how many seconds each may take: some ten minutes
 * in all. A part is `parts/NAME.ts`.
 */
export const parts: Record<string, number> = {
  oracle: 150,
  arguments: 60,
  bytes: 30,
  memory: 45,
  model: 60,
  descriptors: 20,
  exhaustion: 20,
  transfers: 90,
  network: 40,
  isolates: 60,
  servers: 100,
};
