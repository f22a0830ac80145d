/** Milliseconds that the processor has spent on this process so far. Of hostile input it is measured, not the clock: other work on the machine is no fault of the code. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Milliseconds of the processor that the quickest of some runs takes: the first runs warm the code up, and others find the caches taken. */
export async function leastProcessorMs(run: () => unknown, { runs = 5 } = {}): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < runs; round += 1) {
    const start = processorMs();
    await run();
    times.push(processorMs() - start);
  }
  return Math.min(...times);
}
