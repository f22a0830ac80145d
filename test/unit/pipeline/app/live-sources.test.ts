import { expect, it } from 'vitest';
import { loadConfig } from '../../../../config/load.js';
import { createSource } from '../../../../pipeline/app/sources/create-source.js';
import type { SourceKit } from '../../../../pipeline/app/sources/source-kit.js';
import { fakeClient } from '../../../support/fake-client.js';
import { fakeSockets } from '../../../support/fake-sockets.js';
import { virtualClock } from '../../../support/virtual-clock.js';

const env = new Proxy<Record<string, string>>({}, { get: () => 'a secret of the tests that is long enough' });

const kit = {
  client: fakeClient({ page: '{}' }),
  sockets: fakeSockets([]),
  clock: virtualClock('2026-03-31T12:00:00Z'),
  random: () => 0,
  readCursor: () => Promise.resolve(null),
  onRejected: () => undefined,
  privacy: { masking: { kinds: [], sources: {} } },
  instruments: [],
} as unknown as SourceKit;

it.each(['jetstream', 'mastodon', 'reddit', 'stocktwits', 'x', 'websocket'])(
  'the example of %s makes a source that waits to be run, and shows no secret',
  async (type) => {
    const { sources } = await loadConfig({ file: `config/examples/${type}.yaml`, env });
    const [entry] = sources;
    if (entry === undefined) throw new Error('The example has no source.');
    const source = createSource(entry.type, entry, kit);
    expect(source.id).toBe(entry.id);
    expect(source.status().state).toBe('starting');
    expect(JSON.stringify([entry, source.status()])).not.toContain('a secret of the tests');
  },
);
