/**
 * Milliseconds of the processor that the quickest of some runs takes.
 *
 * Of the processor, as other work on the machine is no fault of the code; the quickest, as the first runs warm it up and others find the caches taken.
 */
export async function leastProcessorMs(run: () => unknown, { runs = 5 } = {}): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < runs; round += 1) {
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1_000);
  }
  return Math.min(...times);
}
