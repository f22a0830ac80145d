import { describe, expect, it } from 'vitest';
import type { FetchedPage } from '../../../../ingest/fetch/guarded-client.js';
import { createRssSource } from '../../../../ingest/sources/rss.js';
import type { RejectedItem } from '../../../../ingest/source.js';
import { InvariantError, UnavailableError } from '../../../../pipeline/core/errors.js';
import { fakeClock, recordDeliveries, type DeliveryRecorder } from '../../../support/ingest.js';

interface Item {
  id: string;
  title: string;
  time?: string;
}

function feed(items: readonly Item[]): string {
  const rows = items.map(({ id, title, time }) => {
    const date = time === undefined ? '' : `<pubDate>${time}</pubDate>`;
    return `<item><guid isPermaLink="false">${id}</guid><title>${title}</title>${date}</item>`;
  });
  return `<rss version="2.0"><channel><title>Wire</title>${rows.join('')}</channel></rss>`;
}

const noon = 'Tue, 31 Mar 2026 12:00:00 GMT';
const one = 'Tue, 31 Mar 2026 13:00:00 GMT';

type Reply = Partial<Omit<FetchedPage, 'body'>> & { body?: string };

/** Runs one poll for each reply, then stops; returns the requests' headers, the pauses and the states after each poll. */
async function poll(replies: readonly (Reply | Error)[], recorder: DeliveryRecorder = recordDeliveries()) {
  const stop = new AbortController();
  const clock = fakeClock('2026-03-31T14:00:00Z');
  const requests: Readonly<Record<string, string>>[] = [];
  const rejected: RejectedItem[] = [];
  const states: string[] = [];
  const pauses: number[] = [];
  const source = createRssSource({
    source: { id: 'wire', name: 'Wire', licence: 'terms' },
    url: 'https://wire.example/rss',
    random: () => 0,
    readCursor: recorder.readCursor,
    onRejected: (item) => rejected.push(item),
    clock: {
      ...clock,
      sleep: (ms) => {
        states.push(`${source.status().state}: ${source.status().reason ?? ''}`);
        pauses.push(ms);
        if (pauses.length === replies.length) stop.abort();
        return Promise.resolve();
      },
    },
    client: {
      get: (_url, headers) => {
        const reply = replies[requests.length];
        requests.push(headers);
        if (reply === undefined || reply instanceof Error) return Promise.reject(reply ?? new Error('none'));
        const { status = 200, headers: answered = {}, body = '' } = reply;
        return Promise.resolve({
          status,
          url: 'https://wire.example/rss',
          headers: answered,
          body: Buffer.from(body),
        });
      },
    },
  });
  await source.run(recorder.deliver, stop.signal);
  return { recorder, requests, rejected, states, pauses, source };
}

describe('feed poller', () => {
  it('delivers items once, oldest first, and asks with the validators it was given', async () => {
    const body = feed([
      { id: 'b', title: 'Later', time: one },
      { id: 'a', title: 'Earlier', time: noon },
    ]);
    const headers = { etag: '"v1"', 'last-modified': noon };
    const { recorder, requests, pauses } = await poll([
      { body, headers },
      { status: 304 },
      { body, headers },
    ]);
    expect(recorder.documents().map((document) => document.nativeId)).toEqual(['a', 'b']);
    expect(recorder.documents()[0]).toMatchObject({
      action: 'add',
      source: { id: 'wire', licence: 'terms' },
    });
    expect(requests[0]).not.toHaveProperty('if-none-match');
    expect(requests[1]).toMatchObject({ 'if-none-match': '"v1"', 'if-modified-since': noon });
    expect(recorder.deliveries).toHaveLength(1);
    expect(pauses).toEqual([300_000, 300_000, 300_000]);
  });

  it('sends a changed item as replace with the same id, and a repeat not at all', async () => {
    const { recorder } = await poll([
      { body: feed([{ id: 'a', title: 'First', time: noon }]) },
      { body: feed([{ id: 'a', title: 'Corrected', time: noon }]) },
      { body: feed([{ id: 'a', title: 'Corrected', time: noon }]) },
    ]);
    const [first, second, ...more] = recorder.documents();
    expect([first?.action, second?.action, more.length]).toEqual(['add', 'replace', 0]);
    expect(second?.id).toBe(first?.id);
  });

  it('sends an entry whose text or time of change is another as replace', async () => {
    const atom = (updated: string, text: string) =>
      `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:1</id><title>T</title><published>2026-03-31T10:00:00Z</published><updated>${updated}</updated><summary>${text}</summary></entry></feed>`;
    const { recorder } = await poll([
      { body: atom('2026-03-31T10:00:00Z', 'Loss') },
      { body: atom('2026-03-31T12:00:00Z', 'Loss') },
      { body: atom('2026-03-31T12:00:00Z', 'No loss') },
    ]);
    expect(recorder.documents().map(({ action, text, modifiedAt }) => [action, text, modifiedAt])).toEqual([
      ['add', 'Loss', null],
      ['replace', 'Loss', '2026-03-31T12:00:00.000Z'],
      ['replace', 'No loss', '2026-03-31T12:00:00.000Z'],
    ]);
  });

  it('takes the whole items of a feed that is cut off, says so, and asks for it all again', async () => {
    const whole = feed([
      { id: 'a', title: 'One', time: noon },
      { id: 'b', title: 'Two', time: noon },
    ]);
    const cut = whole.slice(0, whole.indexOf('Two') + 2);
    const { recorder, requests, states } = await poll([
      { body: cut, headers: { etag: '"cut"' } },
      { body: whole },
    ]);
    expect(states).toEqual([
      'degraded: https://wire.example/rss is cut off; its whole items were taken.',
      'ok: ',
    ]);
    expect(requests[1]).not.toHaveProperty('if-none-match');
    expect(recorder.documents().map(({ action, title }) => [action, title])).toEqual([
      ['add', 'One'],
      ['add', 'Two'],
    ]);
  });

  it('rejects an item without a time once, with the reason, and takes it when the time comes', async () => {
    const body = feed([{ id: 'a', title: 'Timeless' }]);
    const { recorder, rejected } = await poll([
      { body },
      { body },
      { body: feed([{ id: 'a', title: 'Timeless', time: noon }]) },
    ]);
    expect(rejected.map(({ code, field }) => [code, field])).toEqual([['missing_field', 'publishedAt']]);
    expect(rejected[0]?.place).toBe('https://wire.example/rss a');
    expect(recorder.documents().map((document) => document.action)).toEqual(['add']);
  });

  it('continues after a restart from the durable cursor', async () => {
    const body = feed([{ id: 'a', title: 'Once', time: noon }]);
    const { recorder } = await poll([{ body, headers: { etag: '"v1"' } }]);
    const { requests } = await poll([{ body, headers: { etag: '"v1"' } }], recorder);
    expect(requests[0]).toMatchObject({ 'if-none-match': '"v1"' });
    expect(recorder.documents()).toHaveLength(1);
  });

  it('delivers again what could not be made durable', async () => {
    let full = true;
    const recorder = recordDeliveries(() => {
      if (full) {
        full = false;
        throw new UnavailableError('log_full', 'The disk is full.', { retriable: true });
      }
    });
    const body = feed([{ id: 'a', title: 'Once', time: noon }]);
    const { states } = await poll([{ body }, { body }], recorder);
    expect(states).toEqual(['degraded: The disk is full.', 'ok: ']);
    expect(recorder.documents()).toHaveLength(1);
  });

  it('backs off with a reason from whatever the feed does wrong, at most an hour, and recovers', async () => {
    const broken = [
      { status: 500 },
      { body: '<html></html>' },
      new UnavailableError('x', 'Gone.', { retriable: true }),
    ];
    const { states, pauses } = await poll([...broken, ...broken, { body: feed([]) }]);
    expect(states.slice(0, 3)).toEqual([
      'degraded: https://wire.example/rss answers with status 500.',
      'degraded: This is an HTML page, not a feed. Find the address of the feed in the page.',
      'degraded: Gone.',
    ]);
    expect(states.at(-1)).toBe('ok: ');
    expect(pauses).toEqual([600_000, 1_200_000, 2_400_000, 3_600_000, 3_600_000, 3_600_000, 300_000]);
  });

  it('waits as long as Retry-After asks, in seconds or until a date, at most a day', async () => {
    const after = (value: string): Reply => ({ status: 429, headers: { 'retry-after': value } });
    const { pauses } = await poll([
      after('7200'),
      after('Tue, 31 Mar 2026 16:00:00 GMT'),
      after('99999999'),
      after('soon'),
    ]);
    expect(pauses).toEqual([7_200_000, 7_200_000, 86_400_000, 3_600_000]);
  });

  it('never hides a bug of ours', async () => {
    await expect(poll([new InvariantError('bug', 'A bug.')])).rejects.toThrow('A bug.');
  });
});
