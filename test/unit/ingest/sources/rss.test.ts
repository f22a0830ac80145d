import { describe, expect, it } from 'vitest';
import type { FetchedPage } from '../../../../ingest/fetch/guarded-client.js';
import { createRssSource, type RssOptions } from '../../../../ingest/sources/rss.js';
import type { RejectedItem } from '../../../../ingest/source.js';
import { InvariantError, UnavailableError } from '../../../../pipeline/core/errors.js';
import { fakeClock, readFeedHere, recordDeliveries, type DeliveryRecorder } from '../../../support/ingest.js';

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
async function poll(
  replies: readonly (Reply | Error)[],
  recorder: DeliveryRecorder = recordDeliveries(),
  { advances = false, ...more }: Partial<RssOptions> & { advances?: boolean } = {},
) {
  const stop = new AbortController();
  const clock = fakeClock('2026-03-31T14:00:00Z');
  const requests: Readonly<Record<string, string>>[] = [];
  const urls: string[] = [];
  const moved: string[] = [];
  const rejected: RejectedItem[] = [];
  const states: string[] = [];
  const pauses: number[] = [];
  const source = createRssSource({
    source: { id: 'wire', name: 'Wire', licence: 'terms' },
    url: 'https://wire.example/rss',
    random: () => 0,
    readCursor: recorder.readCursor,
    onRejected: (item) => rejected.push(item),
    onMoved: (from, to) => moved.push(`${from} ${to}`),
    readFeed: readFeedHere,
    ...more,
    clock: {
      ...clock,
      sleep: (ms) => {
        states.push(`${source.status().state}: ${source.status().reason ?? ''}`);
        pauses.push(ms);
        if (advances) clock.advance(ms);
        if (pauses.length === replies.length) stop.abort();
        return Promise.resolve();
      },
    },
    client: {
      get: (url, headers) => {
        urls.push(url);
        const reply = replies[requests.length];
        requests.push(headers);
        if (reply === undefined || reply instanceof Error) return Promise.reject(reply ?? new Error('none'));
        const { status = 200, headers: answered = {}, body = '', movedTo } = reply;
        return Promise.resolve({
          status,
          ...(movedTo === undefined ? {} : { movedTo }),
          url: 'https://wire.example/rss',
          headers: answered,
          body: Buffer.from(body),
        });
      },
    },
  });
  await source.run(recorder.deliver, stop.signal);
  return { recorder, requests, urls, moved, rejected, states, pauses, source };
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

  it('sends words that come back after others as another version, not as the first message again', async () => {
    const title = (words: string) => ({ body: feed([{ id: 'a', title: words, time: noon }]) });
    const { recorder } = await poll([title('A'), title('B'), title('A'), title('B')], undefined, {
      advances: true,
    });
    const documents = recorder.documents();
    expect(documents.map((document) => document.title)).toEqual(['A', 'B', 'A', 'B']);
    expect(new Set(documents.map(({ contentHash }) => contentHash)).size).toBe(4);
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

  it('does not ask again before the time that a refusal named, after a restart neither', async () => {
    const recorder = recordDeliveries();
    const limited = { status: 429, headers: { 'retry-after': '3600' } };
    expect((await poll([limited], recorder)).pauses).toEqual([3_600_000]);
    const items = { body: feed([{ id: 'a', title: 'One', time: noon }]) };
    const { requests, pauses, states } = await poll([items, items], recorder, { advances: true });
    expect(pauses).toEqual([3_600_000, 300_000]);
    expect(requests).toHaveLength(1);
    expect(states[0]).toMatch(/^degraded: .*no request before 2026-03-31T15:00:00.000Z/);
    expect(states[1]).toBe('ok: ');
    expect(recorder.documents()).toHaveLength(1);
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

  it('goes on within a minute once our log has room or answers again, however long it had not', async () => {
    const [tries, body] = [8, feed([{ id: 'a', title: 'Once', time: noon }])];
    let [full, away] = [tries, tries];
    const recorder = recordDeliveries(() => {
      full -= 1;
      if (full >= 0) throw new UnavailableError('log_full', 'The disk is full.', { retriable: true });
    });
    const written = await poll(Array<Reply>(tries + 1).fill({ body }), recorder);
    expect(written.states).toEqual([...Array<string>(tries).fill('degraded: The disk is full.'), 'ok: ']);
    expect(written.pauses).toEqual([...Array<number>(tries).fill(60_000), 300_000]);
    const read = await poll(Array<Reply>(tries + 1).fill({ body }), recorder, {
      readCursor: (name) => {
        away -= 1;
        if (away < 0) return recorder.readCursor(name);
        return Promise.reject(new UnavailableError('log_unavailable', 'No broker.', { retriable: true }));
      },
    });
    expect(read.pauses).toEqual([...Array<number>(tries).fill(60_000), 300_000]);
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
      'degraded: https://wire.example/rss answers with status 500. The fault is at the server; it is asked again by itself.',
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

  it('honours Retry-After on an answer that is good', async () => {
    const { pauses, states } = await poll([{ body: feed([]), headers: { 'retry-after': '900' } }]);
    expect([pauses, states]).toEqual([[900_000], ['ok: ']]);
  });

  it('asks as seldom as the feed wants, also after a restart and an answer without a body', async () => {
    const body = feed([]).replace('<title>', '<ttl>60</ttl><title>');
    const { recorder, pauses } = await poll([{ body, headers: { etag: '"1"' } }]);
    const again = await poll([{ status: 304 }], recorder);
    const own = await poll([{ status: 304 }], recorder, { followSchedule: false });
    expect([pauses, again.pauses, own.pauses]).toEqual([[3_600_000], [3_600_000], [300_000]]);
  });

  it('remembers a permanent move, tells it once, and goes back where the new address fails', async () => {
    const body = feed([]);
    const movedTo = 'https://new.example/rss';
    const { urls, moved, recorder } = await poll([{ body, movedTo }, { body }, { status: 500 }, { body }]);
    expect(urls.map((url) => new URL(url).host)).toEqual([
      'wire.example',
      'new.example',
      'new.example',
      'wire.example',
    ]);
    expect(moved).toEqual(['https://wire.example/rss https://new.example/rss']);
    expect([...recorder.cursors.keys()]).toHaveLength(1);
    const { urls: later } = await poll([{ body }], recorder);
    expect(later).toEqual(['https://wire.example/rss']);
  });

  it('keeps no key of the address it moved to', async () => {
    const movedTo = 'https://new.example/rss?key=s3cret';
    const { urls, recorder } = await poll([
      { body: feed([]), movedTo },
      { body: feed([]), movedTo },
    ]);
    expect(urls).toEqual(['https://wire.example/rss', 'https://wire.example/rss']);
    expect(JSON.stringify([...recorder.cursors.values()])).not.toContain('s3cret');
  });

  it('stops with a reason when the feed is gone for good', async () => {
    const recorder = recordDeliveries();
    const stopped = poll([{ status: 410 }, { body: feed([]) }], recorder);
    await expect(stopped).rejects.toMatchObject({
      code: 'feed_gone',
      message:
        'https://wire.example/rss is gone for good (status 410). Remove the source or correct its address.',
    });
  });

  it('says when "not modified" answers a request for all, and asks for all once a day', async () => {
    const unasked = await poll([{ status: 304 }]);
    expect(unasked.states[0]).toMatch(/^degraded: .* says "not modified"/);
    const day = { body: feed([]), headers: { etag: '"1"', 'retry-after': '86400' } };
    const replies = [day, { status: 304, headers: day.headers }, { status: 304 }];
    const { requests } = await poll(replies, undefined, { advances: true });
    expect(requests.map((headers) => headers['if-none-match'])).toEqual([undefined, '"1"', undefined]);
  });

  it('goes on with the cursor of an earlier version', async () => {
    // As version 0.1 wrote it.
    const written =
      '{"etag":"\\"1\\"","lastModified":null,"recent":[["ca978112ca1bbdca","0d24cea655d76e6d568b18c400b8a65e"],["3e23e8160039594a","!missing_field"]]}';
    const old = recordDeliveries(undefined, new Map([['rss:wire:2693e318', written]]));
    const body = (title: string) =>
      feed([
        { id: 'a', title, time: noon },
        { id: 'b', title: 'Timeless' },
      ]);
    const { requests, rejected } = await poll([{ body: body('Once') }, { body: body('Twice') }], old);
    expect(requests[0]).toMatchObject({ 'if-none-match': '"1"' });
    expect(old.documents().map(({ action, title }) => [action, title])).toEqual([['replace', 'Twice']]);
    expect([rejected, [...old.cursors.keys()]]).toEqual([[], ['rss:wire:2693e318']]);
  });

  it('sends what the feed withdraws as retract, once', async () => {
    const atom = (inner: string) =>
      `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">${inner}</feed>`;
    const entry = `<entry><id>tag:1</id><title>Loss</title><updated>2026-03-31T10:00:00Z</updated></entry>`;
    const gone = atom('<at:deleted-entry ref="tag:1" when="2026-03-31T11:00:00Z"/>');
    const { recorder } = await poll([{ body: atom(entry) }, { body: gone }, { body: gone }]);
    const [added, retracted, ...more] = recorder.documents();
    expect([added?.action, retracted?.action, more.length]).toEqual(['add', 'retract', 0]);
    expect([retracted?.id, retracted?.publishedAt]).toEqual([added?.id, '2026-03-31T11:00:00.000Z']);
    const row = feed([{ id: 'a', title: 'Loss', time: noon }]);
    const withdrawn = row.replace('<item>', '<item><action>retract</action>');
    const rss = await poll([{ body: row }, { body: withdrawn }, { body: withdrawn }]);
    expect(rss.recorder.documents().map(({ action }) => action)).toEqual(['add', 'retract']);
  });

  it('keeps language and authors as it is told', async () => {
    const body = feed([{ id: 'a', title: 'T', time: noon }]).replace('<item>', '<item><author>Jo</author>');
    const read = async (more: Partial<RssOptions>) =>
      (await poll([{ body }], undefined, { authorKey: 'key', ...more })).recorder.documents()[0];
    expect(await read({ language: 'zh' })).toMatchObject({
      language: 'zh',
      author: expect.stringMatching(/^u_/) as string,
    });
    expect(await read({ authors: false })).toMatchObject({ author: null });
  });

  it('never hides a bug of ours', async () => {
    await expect(poll([new InvariantError('bug', 'A bug.')])).rejects.toThrow('A bug.');
  });
});

describe('feed poller and ids', () => {
  const row = (id: string, title: string, more = '') =>
    `<item>${id}<title>${title}</title><link>https://wire.example/${title}</link><pubDate>${noon}</pubDate>${more}</item>`;
  const channel = (rows: readonly string[]) => ({ body: `<rss><channel>${rows.join('')}</channel></rss>` });
  let made = 0;
  const fresh = () => `<guid isPermaLink="false">${(made += 1)}</guid>`;
  const titles = ['one', 'two', 'three', 'four'];
  const actions = ({ recorder }: Awaited<ReturnType<typeof poll>>) =>
    recorder.documents().map(({ action, title }) => `${action} ${title ?? ''}`);

  it('is not flooded by guids that change with each reading, says so, and still takes what is new or corrected', async () => {
    const rows = (more: readonly string[] = []) => [...titles, ...more].map((title) => row(fresh(), title));
    const corrected = [...titles, 'five'].map((title) =>
      row(fresh(), title, title === 'two' ? '<description>No loss.</description>' : ''),
    );
    const polled = await poll([
      channel(rows()),
      channel(rows()),
      channel(rows(['five'])),
      channel(corrected),
      channel(rows(['five']).reverse()),
    ]);
    expect(actions(polled)).toEqual([
      'add four',
      'add three',
      'add two',
      'add one',
      'add five',
      'replace two',
      'replace two',
    ]);
    const reason =
      'degraded: The ids of https://wire.example/rss change with each reading; its items are told apart by link and title.';
    expect(polled.states).toEqual(['ok: ', reason, reason, reason, reason]);
  });

  it('is not flooded when their times change, too, nor when there is one item only', async () => {
    const timed = (time: string) => titles.map((title) => row(fresh(), title).replace(noon, time));
    const polled = await poll([channel(timed(noon)), channel(timed(one)), channel(timed(noon))]);
    expect(actions(polled)).toHaveLength(4);
    const single = await poll([channel([row(fresh(), 'one')]), channel([row(fresh(), 'one')])]);
    expect(actions(single)).toEqual(['add one']);
  });

  it('takes one change of all ids for what it is: nothing comes twice, and the next reading is as before', async () => {
    const rows = titles.map((title) => row(fresh(), title));
    const renamed = titles.map((title) => row(fresh(), title));
    const polled = await poll([channel(rows), channel(renamed), channel(renamed)]);
    expect(actions(polled)).toHaveLength(4);
    expect(polled.states.at(-1)).toBe('ok: ');
  });

  it('tells items that share one id apart by link and title', async () => {
    const rows = titles.map((title) => row('<guid isPermaLink="false">same</guid>', title));
    const polled = await poll([channel(rows), channel(rows)]);
    expect(actions(polled)).toHaveLength(4);
    expect(polled.states[0]).toMatch(/share their ids/);
  });

  it('takes items that have the same words but other ids for what they are', async () => {
    const same = (id: string) => row(`<guid isPermaLink="false">${id}</guid>`, 'bulletin');
    const polled = await poll([
      channel(['1', '2', '3'].map(same)),
      channel(['4'].map((id) => same(id).replace(noon, one))),
    ]);
    expect(actions(polled)).toHaveLength(4);
  });

  it('sends a corrected text as replace with the same id where items have no guid, and no link', async () => {
    const bare = (text: string) =>
      `<item><title>Loss</title><description>${text}</description><pubDate>${noon}</pubDate></item>`;
    for (const make of [bare, (text: string) => row('', 'Loss', `<description>${text}</description>`)]) {
      const polled = await poll([channel([make('A loss.')]), channel([make('No loss.')])]);
      expect(actions(polled)).toEqual(['add Loss', 'replace Loss']);
      expect(new Set(polled.recorder.documents().map(({ id }) => id)).size).toBe(1);
    }
  });
});
