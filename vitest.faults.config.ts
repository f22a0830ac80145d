import { defineConfig } from 'vitest/config';

/** The long fault runs, by hand: `npm run test:faults`. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.faults.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 7_200_000,
    hookTimeout: 300_000,
    env: { UV_THREADPOOL_SIZE: '16' },
  },
});
