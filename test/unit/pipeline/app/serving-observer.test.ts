import { afterEach, expect, it } from 'vitest';

import { createLexiconClassifier } from '../../../../models/lexicon/lexicon-classifier.js';
import { serveClassifier, type ClassifierServer } from '../../../../models/remote/serve-classifier.js';
import { observeModel } from '../../../../pipeline/app/observe-model.js';
import { createServingObserver } from '../../../../pipeline/app/serving-observer.js';
import { createUnderstanding } from '../../../../pipeline/app/understanding.js';
import { createMetrics } from '../../../../pipeline/telemetry/metrics.js';
import type { ModelEvent } from '../../../../pipeline/telemetry/model-metrics.js';
import { ENCODER_SETTINGS } from '../../../support/encoder.js';

const AWAY = 'http://127.0.0.1:1';
let server: ClassifierServer | null = null;
afterEach(async () => {
  await server?.close();
});

it('tells of a model from when it serves until another one does', () => {
  const events: ModelEvent[] = [];
  const service = observeModel((event) => events.push(event));
  const [first, second] = [createServingObserver(service), createServingObserver(service)];
  first.observer.remote('one', 'away');
  first.observer.cacheHits(3);
  expect(events.splice(0)).toEqual([{ kind: 'cache_hits', texts: 3 }]);
  first.serve();
  second.observer.device({ wanted: 'cpu', used: 'cpu', reason: null });
  first.observer.remote('one', null);
  expect(events.splice(0).map(({ kind }) => kind)).toEqual(['serves', 'remote', 'remote']);
  first.retire();
  second.serve();
  first.observer.remote('one', 'closed');
  first.observer.cacheHits(1);
  expect(events.map(({ kind }) => kind)).toEqual(['serves', 'device', 'cache_hits']);
});

it('leaves no metric of devices and hosts behind when a reload removes them, and none of a model that is refused', async () => {
  server = await serveClassifier(createLexiconClassifier(), { host: '127.0.0.1', port: 0, token: null });
  const { address } = server;
  const metrics = createMetrics();
  const remote = { urls: [address, AWAY], token: null, sha256: null, deadlineMs: 8_000 };
  const models = { sentiment: 'lexicon', directory: null, encoder: ENCODER_SETTINGS };
  const understanding = await createUnderstanding({
    world: 'demo',
    models: { ...models, remote },
    languages: null,
    instrumentFiles: [],
    observer: observeModel((event) => {
      metrics.modelEvent(event);
    }),
  });
  const shown = async () =>
    (await metrics.text()).split('\n').filter((line) => /^bellwether_model_(remote|device)/.test(line));
  expect(await shown()).toContain('bellwether_model_remote_hosts_away 1');
  await (await understanding.prepareModel(models, [])).abandon();
  expect(await shown()).toContain('bellwether_model_remote_hosts_away 1');
  await (await understanding.prepareModel(models, [])).commit();
  expect(await shown()).toContain('bellwether_model_remote_hosts_away 0');
  await (await understanding.prepareModel({ ...models, remote }, [])).abandon();
  expect(await shown()).toContain('bellwether_model_remote_hosts_away 0');
  await understanding.close();
});

it('shows a device as long as the model on it serves', async () => {
  const metrics = createMetrics();
  const shown = async () =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith('bellwether_model_device'));
  metrics.modelEvent({ kind: 'device', wanted: 'cuda', used: 'cpu', reason: 'cuda: it is not here.' });
  expect(await shown()).toContain('bellwether_model_device{device="cpu"} 1');
  expect(await shown()).toContain('bellwether_model_device_fallback 1');
  metrics.modelEvent({ kind: 'serves' });
  expect(await shown()).toEqual(['bellwether_model_device_fallback 0']);
});
