import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { DeviceState } from '../../models/encoder/runtime/device.js';
import type * as LoadClassifier from '../../models/load-classifier.js';
import type { Classification, Classifier } from '../../pipeline/core/model.js';
import { ENCODER_SETTINGS, tinyModels } from '../support/encoder.js';
import { HAS_SOFTWARE_GPU, useSoftwareGpu } from '../support/software-gpu.js';

/** The compiled code: `npm test` builds it first, and only it can start a process. */
const COMPILED = new URL('../../dist/models/load-classifier.js', import.meta.url).href;
/** A driver in software compiles for seconds, beside other work for minutes. */
const PATIENCE_MS = 480_000;
const TEXTS = [
  'Fraud at Halden Motors: shares plunge',
  'Halden Motors raises its outlook',
  'The meeting is on Tuesday',
  'Brightwater Foods surges while Halden Motors plunges',
].map((text) => ({ text, language: 'en', mentions: [[[0, 10] as const]] }));

let directory = '';
let open: Classifier[] = [];

async function load(
  device: DeviceState['wanted'],
  states: DeviceState[] = [],
  gpuPrecision: 'fp32' | 'fp16' = 'fp32',
): Promise<Classifier> {
  const { loadClassifier, NO_OBSERVER } = (await import(COMPILED)) as typeof LoadClassifier;
  const classifier = await loadClassifier({
    name: 'encoder',
    directory,
    // Without memory: each question goes to the network.
    encoder: { ...ENCODER_SETTINGS, device, gpuPrecision, cacheMiB: 0, deadlineMs: 120_000 },
    observer: {
      ...NO_OBSERVER,
      device: (state) => {
        states.push(state);
      },
    },
  });
  open.push(classifier);
  return classifier;
}

beforeAll(async () => {
  directory = await tinyModels();
  useSoftwareGpu();
});
afterEach(async () => {
  for (const classifier of open) await classifier.close();
  open = [];
});
afterAll(() => rm(directory, { recursive: true }));

/** The processes of graphics processors that this one has started. */
function gpuProcesses(): readonly number[] {
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  });
  return children
    .split('\n')
    .flatMap((line) => (line.includes('process-main.js') ? [Number.parseInt(line, 10)] : []));
}

function figures({ sentiment, topics, mentions = [], intensity = 0 }: Classification): readonly number[] {
  const all = [sentiment, ...mentions.flatMap((mention) => mention ?? [])];
  return [
    ...all.flatMap(({ negative, positive }) => [negative, positive]),
    topics[0]?.probability ?? 0,
    intensity,
  ];
}

describe.skipIf(!HAS_SOFTWARE_GPU)(
  "an encoder on WebGPU (skipped where Debian's chromium, which brings a software Vulkan driver, is not installed)",
  () => {
    it(
      'answers as on the CPU, and goes on there when its process is killed',
      async () => {
        const cpu = await load('cpu');
        const states: DeviceState[] = [];
        const gpu = await load('webgpu', states);
        expect(states).toEqual([{ wanted: 'webgpu', used: 'webgpu', reason: null }]);
        const right = (await cpu.classify(TEXTS)).map(figures);
        const expectRight = (answers: readonly Classification[]) => {
          for (const [row, answer] of answers.entries()) {
            expect(answer.flags).toEqual([]);
            for (const [at, figure] of figures(answer).entries())
              expect(Math.abs(figure - (right[row]?.[at] ?? Number.NaN))).toBeLessThan(1e-3);
          }
        };
        expectRight(await gpu.classify(TEXTS));

        const [pid, ...others] = gpuProcesses();
        expect(others).toEqual([]);
        const meanwhile = gpu.classify(TEXTS);
        process.kill(pid ?? 0, 'SIGKILL');
        expectRight(await meanwhile);
        expectRight(await gpu.classify(TEXTS));
        expect(states[1]).toMatchObject({ wanted: 'webgpu', used: 'cpu' });
        expect(states[1]?.reason).toMatch(/ended with SIGKILL/);
      },
      PATIENCE_MS,
    );

    it(
      'has figures of 32 bits where the driver has none of 16, as this one',
      async () => {
        const states: DeviceState[] = [];
        const { model } = await load('webgpu', states, 'fp16');
        expect(states).toHaveLength(1);
        expect(states[0]).toMatchObject({ wanted: 'webgpu', used: 'webgpu' });
        expect(states[0]?.reason).toMatch(/^fp16 is not used: webgpu: .*no figures of 16 bits/);
        expect(model.version).not.toContain('fp16');
        expect(gpuProcesses()).toHaveLength(1);
      },
      PATIENCE_MS,
    );

    it(
      'is not chosen where the choice is free and it is slower than the CPU, as a driver in software is',
      async () => {
        const states: DeviceState[] = [];
        await load('auto', states);
        expect(states).toHaveLength(1);
        expect(states[0]).toMatchObject({ wanted: 'auto', used: 'cpu' });
        expect(states[0]?.reason).toMatch(/webgpu: it is slower than the CPU/);
        expect(gpuProcesses()).toEqual([]);
      },
      PATIENCE_MS,
    );
  },
);
