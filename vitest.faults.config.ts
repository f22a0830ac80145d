import { defineConfig } from 'vitest/config';

/** The long fault runs, by hand: `npm run test:faults`. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.faults.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 7_200_000,
    hookTimeout: 300_000,
    // What is tested is mostly not the model: the encoder, which is the default, takes seconds to load and is tested by name.
    env: { UV_THREADPOOL_SIZE: '16', BELLWETHER_MODELS__SENTIMENT: 'ngram' },
  },
});
