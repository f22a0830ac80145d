import { afterEach, expect, it } from 'vitest';
import { DEFAULT_MASKING } from '../../ingest/parse/masking.js';
import { sourceSchema } from '../../config/source-schema.js';
import { Secret } from '../../config/secret.js';
import { trySource } from '../../pipeline/app/source-life/try-source.js';
import { createX } from '../../pipeline/app/sources/x.js';
import type { SourceConfigOf, SourceKit } from '../../pipeline/app/sources/source-kit.js';
import { systemClock } from '../../pipeline/core/clock.js';
import { stubClient } from '../support/live-run.js';
import { startXStub, type XStub } from '../support/stubs/x.js';
import { until } from '../support/turns.js';

let stub: XStub;
afterEach(() => stub.stop());

const told: unknown[] = [];

/** The source of an entry as the service makes it, with the stub in the place of X. */
function makeX(token: string, trial: boolean) {
  const entry = { type: 'x', id: 'desk', name: 'X', rules: ['$ALDR', '$BRIG'], token: '${env:X_TOKEN}' };
  const config = { ...sourceSchema.parse(entry), token: new Secret(token) } as SourceConfigOf<'x'>;
  const kit: Partial<SourceKit> = {
    trial,
    clock: systemClock,
    random: () => 0,
    readCursor: () => Promise.resolve(null),
    onRejected: () => undefined,
    privacy: { masking: DEFAULT_MASKING },
    logger: { info: (...line: unknown[]) => told.push(line) } as unknown as SourceKit['logger'],
    client: {
      ...stubClient,
      request: (request, signal) =>
        stubClient.request({ ...request, url: request.url.replace('https://api.x.com', stub.url) }, signal),
      open: (request, signal) =>
        stubClient.open({ ...request, url: request.url.replace('https://api.x.com', stub.url) }, signal),
    },
  };
  return createX(config, kit as SourceKit);
}

const attempt = (token: string) =>
  trySource({
    make: () => makeX(token, true),
    clock: systemClock,
    deadlineMs: 10_000,
    signal: new AbortController().signal,
  });

it('reads the rules at X and changes none', async () => {
  stub = await startXStub();
  stub.rules = [
    { id: '1', value: '$ALDR', tag: 'bellwether-desk' },
    { id: '2', value: '$GONE', tag: 'bellwether-gone' },
    { id: '3', value: '$THEIRS', tag: 'theirs' },
  ];
  const { ok, sentence } = await attempt('good');
  expect([ok, sentence]).toEqual([
    true,
    'X takes the token, and has 1 of the 2 rules; a start makes the others known under the tag bellwether-desk. The stream was not opened, as that takes the one connection of the token. Rules of other sources of ours are there under bellwether-gone (1).',
  ]);
  expect(stub.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /2/tweets/search/stream/rules',
  ]);
});

it('says why X refuses the token', async () => {
  stub = await startXStub();
  const { ok, sentence } = await attempt('bad');
  expect(ok).toBe(false);
  expect(sentence).toMatch(/401.*bearer token is wrong/i);
});

it('says when a source stops that its rules stay, and under which tag', async () => {
  stub = await startXStub();
  const stop = new AbortController();
  const running = makeX('good', false).run(() => Promise.resolve(), stop.signal);
  await until(() => stub.listeners() === 1);
  stop.abort();
  await running;
  expect(told).toEqual([[expect.stringContaining('stay at X'), { source: 'desk', tag: 'bellwether-desk' }]]);
});
