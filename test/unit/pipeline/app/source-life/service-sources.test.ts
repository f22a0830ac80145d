import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { loadConfig } from '../../../../../config/load.js';
import type { OpenParts } from '../../../../../pipeline/app/parts.js';
import type { Role } from '../../../../../pipeline/app/roles.js';
import { createServiceSources } from '../../../../../pipeline/app/source-life/service-sources.js';
import type { SwitchModel } from '../../../../../pipeline/app/switch-model.js';
import { createMetrics } from '../../../../../pipeline/telemetry/metrics.js';
import { silentLogger } from '../../../../../pipeline/telemetry/logger.js';
import { systemClock } from '../../../../../pipeline/core/clock.js';

const SOURCES = 'sources:\n  - { type: rss, id: a, name: A, url: "https://a.example/feed" }\n';
const MODEL = { name: 'ngram', version: '1', sha256: '' };
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-roles-'));
  file = join(folder, 'cluster.yaml');
  await writeFile(file, SOURCES);
});
afterEach(() => rm(folder, { recursive: true }));

async function open(roles: readonly Role[]) {
  const load = () => loadConfig({ file, env: {} });
  const asked: string[] = [];
  const switchModel: SwitchModel = ({ sentiment }) => {
    asked.push(sentiment);
    return Promise.resolve({ from: MODEL, to: { ...MODEL, name: sentiment } });
  };
  // What a source would be made of: without the role none is.
  const parts = { world: 'live', log: {}, understanding: { instruments: [] }, gaps: {}, push: {} };
  const sources = createServiceSources({
    ...{ config: await load(), dataDir: folder, world: 'live', clock: systemClock, logger: silentLogger },
    parts: parts as unknown as OpenParts,
    intake: {
      deliverer: () => () => Promise.reject(new Error('nothing comes in')),
      webhookDeliveries: () => [],
    } as never,
    metrics: createMetrics(),
    roles: new Set(roles),
    signal: new AbortController().signal,
    configFile: { path: file, load },
    switchModel,
  });
  return { sources, asked };
}

it.each([['understand'], ['monitor'], ['api']] as const)(
  'takes the model and the rules of a configuration that is read again, and no sources, in a process of role %s',
  async (role) => {
    const { sources, asked } = await open([role]);
    await writeFile(file, `${SOURCES}models: { sentiment: lexicon }\n`);
    expect(await sources.reload('signal')).toMatchObject({
      model: { to: { name: 'lexicon' } },
      added: [],
      needRestart: [],
    });
    expect(asked).toEqual(['lexicon']);
    expect(sources.statuses()).toEqual([]);
    await expect(sources.start('a')).rejects.toThrow('takes no documents in');
  },
);
