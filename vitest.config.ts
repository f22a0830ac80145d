import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native parts (chDB, LMDB) live as long as their process: one process a file keeps them apart.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: process.env['CI'] === 'true' ? ['default', 'json'] : ['default'],
    outputFile: { json: 'dist/test-report.json' },
    env: { UV_THREADPOOL_SIZE: '16' },
  },
});
