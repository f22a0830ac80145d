import { describe, expect, it } from 'vitest';

import { createDemoSource } from '../../../../ingest/sources/demo/demo.js';
import { chooseCrisis } from '../../../../ingest/sources/demo/crisis-plan.js';
import { STORYLINES } from '../../../../ingest/sources/demo/crisis-texts.js';
import { UnavailableError } from '../../../../pipeline/core/errors.js';
import { demoInstruments, jumpingClock, runDemo } from '../../../support/demo.js';

const START = Date.UTC(2026, 4, 20, 14, 7);
const DAY_MS = 86_400_000;

const isCrisis = ({ nativeId }: { nativeId: string }) => nativeId.startsWith('x');

describe('the demo', () => {
  it('delivers a quiet fortnight of 150 to 250 documents a day, received when they were published', async () => {
    const { documents } = await runDemo({ start: START, until: START });
    const history = documents.filter(({ publishedAt }) => Date.parse(publishedAt) < START);
    const dayOf = (time: string) => time.slice(0, 10);
    const days = [...new Set(history.map(({ publishedAt }) => dayOf(publishedAt)))];
    expect(days).toHaveLength(15);
    for (const day of days.slice(1, -1)) {
      const count = history.filter(({ publishedAt }) => dayOf(publishedAt) === day).length;
      expect(count).toBeGreaterThanOrEqual(150);
      expect(count).toBeLessThanOrEqual(250);
    }
    expect(history.every(({ publishedAt, receivedAt }) => publishedAt === receivedAt)).toBe(true);
    expect(Date.parse(history[0]?.publishedAt ?? '')).toBeGreaterThanOrEqual(START - 14 * DAY_MS);
    expect(new Set(history.map(({ id }) => id)).size).toBe(history.length);
  });

  it('fills every slot of every text', async () => {
    const { documents } = await runDemo({ start: START, until: START + 200_000 });
    for (const { title, text } of documents)
      expect(`${title ?? ''} ${text}`).not.toMatch(/[{}]|undefined|NaN/);
  });

  it('tells a crisis from 20 s on, with at least 25 independent voices, copies, and a correction of the first report', async () => {
    const { documents } = await runDemo({ start: START, until: START + 120_000 });
    const crisis = documents.filter(isCrisis);
    const times = crisis.map(({ modifiedAt, publishedAt }) => Date.parse(modifiedAt ?? publishedAt) - START);
    expect(Math.min(...times)).toBe(20_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(90_000);
    expect(times).toEqual([...times].sort((a, b) => a - b));

    const originals = new Set(crisis.filter(({ action }) => action === 'add').map(({ text }) => text));
    expect(originals.size).toBeGreaterThanOrEqual(25);
    expect(crisis.length - originals.size).toBeGreaterThanOrEqual(15);
    const { instrument } = chooseCrisis({ seed: 1, instruments: demoInstruments, episode: 0 });
    const names = [instrument.listings[0]?.ticker ?? '', ...instrument.names.map(({ text }) => text)];
    for (const { title, text } of crisis)
      expect(names.some((name) => `${title ?? ''} ${text}`.includes(name))).toBe(true);

    const replaced = crisis.filter(({ action }) => action === 'replace');
    const first = crisis.find(({ id }) => id === replaced[0]?.id);
    expect(replaced).toHaveLength(1);
    expect(first).toBe(crisis[0]);
    expect(replaced[0]?.contentHash).not.toBe(first?.contentHash);
  });

  it('lets three young accounts write a third of the posts of the crisis', async () => {
    const { documents } = await runDemo({ start: START, until: START + 120_000 });
    const posts = documents.filter(isCrisis).filter(({ source }) => source.kind === 'social');
    const young = posts.filter(({ extra }) => Number(extra['accountDays']) < 30);
    expect(young.length / posts.length).toBeCloseTo(1 / 3, 1);
    expect(new Set(young.map(({ author }) => author)).size).toBe(3);
  });

  it('keeps the page alive, with no second beyond 12 s without a document', async () => {
    const { documents } = await runDemo({ start: START, until: START + 600_000 });
    const live = documents.map(({ receivedAt }) => Date.parse(receivedAt)).filter((time) => time >= START);
    const pauses = live.slice(1).map((time, index) => time - (live[index] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(12_000);
    expect(live.filter((time) => time < START + 120_000).length).toBeGreaterThan(120);
  });

  it('gives a company at most one mildly negative text a day outside of its crisis', async () => {
    const { documents } = await runDemo({ start: START, until: START });
    const severe = /plunge|crash|fraud|default|bankrupt|暴跌|造假|违约|破产/;
    expect(documents.filter(({ text }) => severe.test(text))).toEqual([]);
  });

  it('is the same for the same seed and start, and another story for another seed', async () => {
    const once = await runDemo({ start: START, until: START + 100_000 });
    const again = await runDemo({ start: START, until: START + 100_000 });
    const other = await runDemo({ start: START, until: START + 100_000, seed: 2 });
    expect(again.documents).toEqual(once.documents);
    expect(other.documents.map(({ id, text }) => id + text)).not.toEqual(
      once.documents.map(({ id, text }) => id + text),
    );
  });

  it('fills the gap at a second start without repeating anything, then brings trouble to another company', async () => {
    const first = await runDemo({ start: START, until: START + 130_000 });
    const later = START + 2 * DAY_MS;
    const second = await runDemo({ start: later, until: later + 130_000, cursors: first.cursors });
    const key = ({ id, contentHash }: { id: string; contentHash: string }) => id + contentHash;
    const known = new Set(first.documents.map(key));
    expect(second.documents.filter((document) => known.has(key(document)))).toEqual([]);
    const gap = second.documents.filter(({ publishedAt }) => Date.parse(publishedAt) < later);
    expect(gap.length).toBeGreaterThan(300);
    expect(Date.parse(gap[0]?.publishedAt ?? '')).toBeGreaterThan(START);
    const titles = [first, second].map(({ documents }) => documents.find(isCrisis)?.title);
    expect(titles[0]).not.toBe(titles[1]);
    expect(second.documents.find(isCrisis)?.nativeId).toMatch(/^x1-/);
  });

  it('fills at most a fortnight after a long absence', async () => {
    const first = await runDemo({ start: START, until: START + 130_000 });
    const later = START + 100 * DAY_MS;
    const second = await runDemo({ start: later, until: later, cursors: first.cursors });
    expect(Date.parse(second.documents[0]?.publishedAt ?? '')).toBeGreaterThanOrEqual(later - 14 * DAY_MS);
  });

  it('goes on where it was cut off when it is killed within the history', async () => {
    const whole = await runDemo({ start: START, until: START });
    const kept = whole.deliveries.slice(0, 7);
    const cursors = new Map(
      kept.flatMap(({ cursors: list }) => list.map(({ name, value }) => [name, value])),
    );
    const rest = await runDemo({ start: START, until: START, cursors });
    const ids = [...kept.flatMap(({ documents }) => documents), ...rest.documents].map(({ id }) => id);
    expect(ids).toEqual(whole.documents.map(({ id }) => id));
  });

  it('gives each company and each storyline its turn', () => {
    const cast = Array.from({ length: 17 }, (_, episode) =>
      chooseCrisis({ seed: 3, instruments: demoInstruments, episode }),
    );
    expect(new Set(cast.map(({ instrument }) => instrument.id)).size).toBe(17);
    expect(new Set(cast.map(({ story }) => story.id)).size).toBe(STORYLINES.length);
  });

  it('is degraded while a delivery cannot be made durable, and tries again', async () => {
    const clock = jumpingClock(START);
    const abort = new AbortController();
    const source = createDemoSource({
      seed: 1,
      clock,
      instruments: demoInstruments,
      readCursor: () => Promise.resolve(null),
    });
    const states: string[] = [];
    await source.run(() => {
      states.push(source.status().state);
      if (states.length === 1)
        return Promise.reject(new UnavailableError('log_full', 'The disk is full.', { retriable: true }));
      if (states.length === 3) abort.abort();
      return Promise.resolve();
    }, abort.signal);
    expect(states).toEqual(['starting', 'degraded', 'ok']);
    expect(source.status()).toMatchObject({ state: 'stopped', delivered: 200 });
  });
});
