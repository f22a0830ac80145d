import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RunningService } from '../../pipeline/app/running-service.js';
import { openService } from '../support/in-process.js';
import { temporaryFolder, until } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService;
beforeEach(async () => {
  folder = await temporaryFolder();
  service = await openService(folder.path, 'live', { alerts: { evaluateEverySeconds: 5 } });
});
afterEach(async () => {
  await service.stop();
  await folder.remove();
});

describe('The metrics of a service', () => {
  it('tell how old a pushed document was at each stage, and how long its source has been silent', async () => {
    const publishedAt = new Date(Date.now() - 90_000).toISOString();
    const response = await fetch(`${service.addresses.page ?? ''}/ingest/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        source: { id: 'desk', kind: 'news' },
        nativeId: 'n1',
        title: '平安银行 warns on profit',
        publishedAt,
      }),
    });
    expect(response.status).toBe(200);
    const value = (text: string, series: string) => {
      const line = text.split('\n').find((each) => each.startsWith(`bellwether_${series} `));
      return line === undefined ? null : Number(line.split(' ')[1]);
    };
    const latency = (what: string, stage: string, since: string) =>
      `latency_seconds_${what}{stage="${stage}",since="${since}"}`;
    const text = await until(
      async () => {
        const served = await (await fetch(`${service.addresses.metrics ?? ''}/metrics`)).text();
        const fresh = value(served, 'source_last_document_age_seconds{source="webhook:desk"}');
        return value(served, latency('count', 'evaluated', 'received')) === 1 && fresh !== null
          ? served
          : null;
      },
      30_000,
      'an evaluation of the document',
    );
    const ages = ['stored', 'rolled_up', 'evaluated'].flatMap((stage) =>
      ['published', 'received'].map((since) => {
        expect(value(text, latency('count', stage, since))).toBe(1);
        return value(text, latency('sum', stage, since)) ?? NaN;
      }),
    );
    const [stored = NaN, , rolledUp = NaN, , evaluated = NaN, received = NaN] = ages;
    expect(stored).toBeGreaterThan(90);
    expect(rolledUp).toBeGreaterThanOrEqual(stored);
    expect(evaluated).toBeGreaterThanOrEqual(rolledUp);
    expect(evaluated - received).toBeGreaterThanOrEqual(90);
    expect(received).toBeLessThan(30);
  }, 60_000);
});
