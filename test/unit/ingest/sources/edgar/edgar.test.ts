import { describe, expect, it } from 'vitest';
import { createEdgarSource, type EdgarOptions } from '../../../../../ingest/sources/edgar/edgar.js';
import { topicOfFiling } from '../../../../../ingest/sources/edgar/topic-of-filing.js';
import {
  fakeClock,
  readFeedHere,
  recordDeliveries,
  type DeliveryRecorder,
} from '../../../../support/ingest.js';
import {
  accessionNumber,
  createEdgarStub,
  type EdgarEntry,
  type EdgarStub,
} from '../../../../support/stubs/edgar.js';

interface Reading {
  readonly states: string[];
  readonly pauses: number[];
}

/** Reads once after each step, and returns what the source said of itself then. */
async function read(
  stub: EdgarStub,
  steps: readonly (() => void)[],
  recorder: DeliveryRecorder,
  more: Partial<EdgarOptions> = {},
): Promise<Reading> {
  const stop = new AbortController();
  const clock = fakeClock('2026-03-31T21:00:00Z');
  const states: string[] = [];
  const pauses: number[] = [];
  let step = 0;
  const source = createEdgarSource({
    source: { id: 'edgar', kind: 'filing' },
    url: 'https://www.sec.gov/cgi-bin/browse-edgar',
    intervalMs: 60_000,
    forms: null,
    client: {
      get: (url, headers, signal) => {
        if (states.length === step) steps[step++]?.();
        return stub.get(url, headers, signal);
      },
    },
    readFeed: readFeedHere,
    readCursor: recorder.readCursor,
    random: () => 0,
    onRejected: () => undefined,
    clock: {
      ...clock,
      sleep: (ms) => {
        states.push(`${source.status().state}: ${source.status().reason ?? ''}`);
        pauses.push(ms);
        if (states.length === steps.length) stop.abort();
        return Promise.resolve();
      },
    },
    ...more,
  });
  await source.run(recorder.deliver, stop.signal);
  return { states, pauses };
}

const filings = (from: number, to: number): EdgarEntry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ accession: accessionNumber(to - index) }));
const ids = (recorder: DeliveryRecorder) => recorder.documents().map(({ nativeId }) => nativeId);

describe('edgar', () => {
  it('makes one document of the entries of a filing, with form, items and a hint at the topic', async () => {
    const stub = createEdgarStub();
    stub.listing = [
      { accession: accessionNumber(2), form: '4', name: 'DOE JANE', cik: '0009000003', role: 'Reporting' },
      {
        accession: accessionNumber(2),
        form: '4',
        name: 'BRIGHTWATER INC',
        cik: '0009000002',
        role: 'Issuer',
      },
      {
        accession: accessionNumber(1),
        items: [
          '5.02: Departure of Directors or Certain Officers',
          '9.01: Financial Statements and Exhibits',
        ],
      },
    ];
    const recorder = recordDeliveries();
    await read(stub, [() => undefined, () => void (stub.listing = [...stub.listing].reverse())], recorder);
    expect(recorder.documents()).toHaveLength(2);
    expect(recorder.documents()[0]).toMatchObject({
      nativeId: '0009999999-26-000001',
      action: 'add',
      language: 'en',
      title: '8-K: ALDERMOOR PLC',
      text: [
        'Item 5.02: Departure of Directors or Certain Officers',
        'Item 9.01: Financial Statements and Exhibits',
        'Filer: ALDERMOOR PLC (CIK 0009000001)',
      ].join('\n'),
      url: 'https://www.sec.gov/Archives/edgar/data/9000001/000999999926000001/0009999999-26-000001-index.htm',
      publishedAt: '2026-03-31T20:05:12.000Z',
      extra: { form: '8-K', ciks: ['0009000001'], topicHint: 'personnel' },
    });
    expect(recorder.documents()[1]).toMatchObject({
      title: '4: BRIGHTWATER INC',
      text: 'Issuer: BRIGHTWATER INC (CIK 0009000002)\nReporting: DOE JANE (CIK 0009000003)',
      extra: { form: '4', ciks: ['0009000002', '0009000003'] },
    });
  });

  it('sends a filing to which a party was added as replace', async () => {
    const stub = createEdgarStub();
    const target = { accession: accessionNumber(1), form: 'SC TO-T', role: 'Subject' };
    const bidder = { ...target, name: 'BRIGHTWATER INC', cik: '0009000002', role: 'Filed by' };
    stub.listing = [target];
    const recorder = recordDeliveries();
    await read(stub, [() => undefined, () => void (stub.listing = [bidder, target])], recorder);
    expect(recorder.documents().map(({ action, title }) => [action, title])).toEqual([
      ['add', 'SC TO-T: ALDERMOOR PLC'],
      ['replace', 'SC TO-T: ALDERMOOR PLC; BRIGHTWATER INC'],
    ]);
  });

  it('goes back page by page to what it knows, and no further', async () => {
    const stub = createEdgarStub();
    stub.listing = filings(1, 300);
    const recorder = recordDeliveries();
    const burst = () => void (stub.listing = filings(1, 550));
    const { states } = await read(stub, [() => undefined, burst, () => undefined], recorder);
    expect(stub.starts).toEqual([0, 0, 100, 200, 0]);
    expect(new Set(ids(recorder)).size).toBe(ids(recorder).length);
    expect(ids(recorder).sort()).toEqual(
      filings(202, 550)
        .map(({ accession }) => accession)
        .sort(),
    );
    expect(states).toEqual(['ok: ', 'ok: ', 'ok: ']);
  });

  it('leaves a filing that goes over the end of the last page for what it was', async () => {
    const stub = createEdgarStub();
    const parties = ['Issuer', 'Reporting'].map((role) => ({
      accession: accessionNumber(2),
      form: '4',
      role,
    }));
    stub.listing = [...filings(3, 99), ...parties, ...filings(1, 1)];
    const recorder = recordDeliveries();
    await read(
      stub,
      [() => undefined, () => void (stub.listing = [...filings(3, 101), ...parties])],
      recorder,
    );
    expect(recorder.documents().filter(({ nativeId }) => nativeId === accessionNumber(2))).toHaveLength(1);
    expect(recorder.documents().every(({ action }) => action === 'add')).toBe(true);
  });

  it('tells a burst that is longer than it reads, and goes on', async () => {
    const stub = createEdgarStub();
    stub.listing = filings(1, 50);
    const recorder = recordDeliveries();
    const flood = () => void (stub.listing = filings(1, 3_000));
    const { states } = await read(stub, [() => undefined, flood, () => undefined], recorder);
    expect(states).toEqual([
      'ok: ',
      'degraded: More than 2000 entries were filed since the last reading; the oldest of them were missed.',
      'ok: ',
    ]);
    expect(ids(recorder)).toHaveLength(50 + 1_999);
  });

  it('takes the forms it is told to, amendments included, and knows the others all the same', async () => {
    const stub = createEdgarStub();
    stub.listing = [
      { accession: accessionNumber(3), form: '424B2' },
      { accession: accessionNumber(2), form: '10-K/A' },
      { accession: accessionNumber(1), form: '8-K' },
    ];
    const recorder = recordDeliveries();
    await read(stub, [() => undefined, () => undefined], recorder, { forms: ['10-K'] });
    expect(ids(recorder)).toEqual([accessionNumber(2)]);
    expect(recorder.documents()[0]?.extra).toEqual({
      form: '10-K/A',
      ciks: ['0009000001'],
      topicHint: 'earnings',
    });
    expect(recorder.deliveries).toHaveLength(1);
  });

  it('is degraded with the reason by a refusal, a page and a listing of another kind, and recovers', async () => {
    const stub = createEdgarStub();
    stub.listing = filings(1, 2);
    stub.answers.push({ status: 403 }, { status: 503, headers: { 'retry-after': '7200' } });
    stub.answers.push({ body: Buffer.from('<html></html>') });
    stub.answers.push({ body: Buffer.from('<feed><entry><id>1</id><title>T</title></entry></feed>') });
    const recorder = recordDeliveries();
    const { states, pauses } = await read(
      stub,
      Array<() => void>(5).fill(() => undefined),
      recorder,
    );
    expect(states).toEqual([
      'degraded: EDGAR answers with status 403. Too many requests, or a User-Agent without a contact: set fetch.contact.',
      'degraded: EDGAR answers with status 503. The fault is at the server; it is asked again by itself. It asked for no request before 2026-03-31T23:00:00.000Z.',
      'degraded: This is an HTML page, not a feed. Find the address of the feed in the page.',
      'degraded: No entry of the listing has an accession number.',
      'ok: ',
    ]);
    expect(pauses).toEqual([120_000, 7_200_000, 480_000, 960_000, 60_000]);
    expect(recorder.documents()).toHaveLength(2);
  });

  it('knows what a filing is about as far as its form and items say', () => {
    expect(topicOfFiling('NT 10-K', '')).toBe('fraud_risk');
    expect(topicOfFiling('10-Q/A', '')).toBe('earnings');
    expect(topicOfFiling('8-K', 'Item 2.02: Results\nItem 4.02: Non-Reliance')).toBe('fraud_risk');
    expect(topicOfFiling('8-K', 'Item 8.01: Other Events')).toBeNull();
    expect(topicOfFiling('constructor', '')).toBeNull();
  });
});
