import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes each: begun last, one of them would keep one core busy while the other waits. */
const LONG = ['faults.test.ts', 'replay-kill.test.ts', 'erase.test.ts', 'packaging.test.ts'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.endsWith(`/${name}`));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native parts (chDB, LMDB) live as long as their process: one process a file keeps them apart.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongFirst },
    reporters: process.env['CI'] === 'true' ? ['default', 'json'] : ['default'],
    outputFile: { json: 'dist/test-report.json' },
    // What is tested is mostly not the model: the encoder, which is the default, takes seconds to load and is tested by name.
    env: { UV_THREADPOOL_SIZE: '16', BELLWETHER_MODELS__SENTIMENT: 'ngram' },
  },
});
