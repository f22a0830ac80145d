import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { dayOf, measureDrift, watchDrift } from '../../pipeline/app/model-life/drift.js';
import type { Clock } from '../../pipeline/core/clock.js';
import { UnavailableError } from '../../pipeline/core/errors.js';
import type { TopicId } from '../../pipeline/core/taxonomy.js';
import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import { createMetrics } from '../../pipeline/telemetry/metrics.js';
import { silentLogger } from '../../pipeline/telemetry/logger.js';
import { createRandom } from '../../models/seeded-random.js';
import { temporaryFolder } from '../support/service.js';
import { BASE, batchOf, DAY, makeVersion, stillClock } from '../support/store.js';

const MODEL = { name: 'ngram', version: '1.0.0', sha256: 'ab'.repeat(32) };
const MIDNIGHT = Math.floor(BASE / DAY) * DAY;
const random = createRandom(4);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const EN = 'profit revenue orders guidance quarter outlook margin dividend shares growth'.split(' ');
const ZH = ['业绩预告', '订单增长', '公司公告', '股东大会', '净利润同比', '新签合同', '回购股份', '产能扩张'];
const NEW = ['tokens', 'mining', 'blockchain', 'wallets', 'staking', 'airdrop'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let offset = 0;
/** Documents of one language; the day is counted from the first one. */
function dayOfDocuments(
  number: number,
  language: 'en' | 'zh',
  words: readonly string[],
  topics: readonly TopicId[],
) {
  return Array.from({ length: 120 }, (_, at) => {
    offset += 1;
    const version = makeVersion({
      name: `${language} ${number} ${at}`,
      offset,
      at: MIDNIGHT + number * DAY + at * 600_000,
      kind: 'social',
      negative: random(),
      title: null,
      text: Array.from({ length: 8 }, () => pick(words)).join(language === 'zh' ? ',' : ' '),
      topics: [pick(topics)],
    });
    return { ...version, scored: { ...version.scored, language } };
  });
}
beforeAll(async () => {
  folder = await temporaryFolder();
  store = await openStore({ path: folder.path, world: 'live', clock: stillClock });
  const usual: readonly TopicId[] = ['earnings', 'analyst', 'macro', 'other'];
  const versions = Array.from({ length: 15 }, (_, number) => [
    ...dayOfDocuments(number, 'en', EN, usual),
    ...dayOfDocuments(number, 'zh', number === 14 ? [...ZH, '虚拟货币', '矿机算力', '代币空投'] : ZH, usual),
  ]).flat();
  const changed = [15, 16, 17].flatMap((number) => [
    ...dayOfDocuments(number, 'en', [...EN, ...NEW], ['crypto', 'earnings']),
    ...dayOfDocuments(number, 'zh', ZH, usual),
  ]);
  await store.write(batchOf(...versions, ...changed));
}, 120_000);
afterAll(async () => {
  await store.close();
  await folder.remove();
});

describe('drift', () => {
  it('is found where a language speaks of other things, in other words, and nowhere else', async () => {
    const { day, findings } = await measureDrift(store, MODEL, MIDNIGHT + 15 * DAY);
    expect(day).toBe(dayOf(MIDNIGHT + 15 * DAY));
    expect(findings).toHaveLength(10);
    const drifted = findings.filter(({ state }) => state === 'drifted');
    expect(drifted.map(({ language, measure }) => `${language} ${measure}`).sort()).toEqual([
      'en domain',
      'en topic',
      'en words',
    ]);
    expect(drifted.find(({ measure }) => measure === 'topic')).toMatchObject({
      kind: 'social',
      documents: 120,
      referenceDays: 14,
      referenceDocuments: 14 * 120,
      moved: [{ bin: 'crypto', before: 0 }, {}, {}],
    });
  }, 60_000);

  it('is found in Chinese words, pair by pair', async () => {
    const { findings } = await measureDrift(store, MODEL, MIDNIGHT + 14 * DAY);
    const drifted = findings.filter(({ state }) => state === 'drifted');
    expect(drifted.map(({ language, measure }) => `${language} ${measure}`)).toEqual(['zh words']);
  }, 60_000);

  it('is not judged before two weeks, and not of another model', async () => {
    const early = await measureDrift(store, MODEL, MIDNIGHT + 4 * DAY);
    expect(new Set(early.findings.map(({ state }) => state))).toEqual(new Set(['learning']));
    const other = await measureDrift(store, { ...MODEL, sha256: 'cd'.repeat(32) }, MIDNIGHT + 15 * DAY);
    expect(other.findings).toEqual([]);
  }, 60_000);

  it('goes on where expert rules were edited, which change the version and not the model', async () => {
    const ruled = { ...MODEL, version: `${MODEL.version}+rules.0123456789ab` };
    const { findings } = await measureDrift(store, ruled, MIDNIGHT + 15 * DAY);
    expect(findings.filter(({ state }) => state === 'drifted')).toHaveLength(3);
  }, 60_000);

  it('is left out, with one line in the log, while the store cannot say', async () => {
    const ends = new AbortController();
    const logged: string[] = [];
    let looks = 0;
    const clock: Clock = {
      now: () => MIDNIGHT + 16 * DAY,
      monotonic: () => 0,
      sleep: () => {
        looks += 1;
        if (looks > 3) ends.abort();
        return Promise.resolve();
      },
    };
    const away = () => Promise.reject(new UnavailableError('too_slow', 'The query took too long.'));
    await watchDrift({
      store: { driftCounts: away, unknownWords: away },
      ...{ clock, metrics: createMetrics(), signal: ends.signal, model: () => MODEL, active: () => true },
      logger: { ...silentLogger, warn: (sentence) => void logged.push(sentence) },
    });
    expect(logged).toEqual(['Drift cannot be measured for now.']);
  });

  it('is looked for by the active monitor alone, and what it had shown goes when it is no longer', async () => {
    const ends = new AbortController();
    const shown: number[] = [];
    let looks = 0;
    let asked = 0;
    const clock: Clock = {
      now: () => MIDNIGHT + 17 * DAY + 3_600_000,
      monotonic: () => 0,
      sleep: () => {
        looks += 1;
        if (looks > 3) ends.abort();
        return Promise.resolve();
      },
    };
    await watchDrift({
      store: {
        driftCounts: (range) => {
          asked += 1;
          return store.driftCounts(range);
        },
        unknownWords: (range) => store.unknownWords(range),
      },
      ...{ clock, signal: ends.signal, model: () => MODEL, logger: silentLogger },
      metrics: { drift: (samples) => void shown.push(samples.length) },
      active: () => looks === 2,
    });
    expect(shown).toEqual([0, expect.any(Number), 0]);
    expect(shown[1]).toBeGreaterThan(0);
    // The day and, because it differs, the two before.
    expect(asked).toBe(3);
  });

  it('is an alarm when it lasts for three days, in metrics and once a day in the log', async () => {
    const ends = new AbortController();
    const metrics = createMetrics();
    const logged: unknown[] = [];
    // The second day that differs, and then the third.
    let today = 17;
    let looks = 0;
    const clock: Clock = {
      now: () => MIDNIGHT + today * DAY + 3_600_000,
      monotonic: () => 0,
      sleep: () => {
        looks += 1;
        if (looks === 3) today = 18;
        if (looks > 4) ends.abort();
        return Promise.resolve();
      },
    };
    await watchDrift({
      ...{ store, clock, metrics, signal: ends.signal, model: () => MODEL, active: () => true },
      logger: { ...silentLogger, warn: (_, fields) => void logged.push(fields) },
    });
    expect(logged).toMatchObject([
      {
        day: dayOf(MIDNIGHT + 17 * DAY),
        drifted: ['en social domain', 'en social topic', 'en social words'],
      },
    ]);
    const text = await metrics.text();
    expect(text).toContain('bellwether_drift_alarm{language="en",kind="social",measure="topic"} 1');
    expect(text).toContain('bellwether_drift_alarm{language="zh",kind="social",measure="topic"} 0');
  }, 60_000);
});
