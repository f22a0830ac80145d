import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createJudgeDomain, foreignScore } from '../../../../models/domain/foreignness.js';
import { loadDomainProfile } from '../../../../models/domain/load-profile.js';
import { packWords, parseProfile, type DomainManifest } from '../../../../models/domain/profile.js';
import { wordKey } from '../../../../models/domain/word-keys.js';
import { WordWeights } from '../../../../models/domain/word-weights.js';

const FOLDER = 'models/artifacts';
const profile = await loadDomainProfile(FOLDER);
const judge = createJudgeDomain(profile);

describe('the profile that comes with the program', () => {
  it.each([
    [
      'She walked along the river at dusk, listening to the frogs, and thought of the summer her sister left.',
      'en',
    ],
    [
      "The band's new album mixes folk guitar with old synthesisers, and the singer has never sounded lonelier.",
      'en',
    ],
    [
      'for (let i = 0; i < items.length; i++) { if (items[i] === null) continue; console.log(items[i].name); }',
      'en',
    ],
    ['傍晚我们沿着河边散步，听见青蛙在芦苇里叫，月亮慢慢爬上山坡。', 'zh'],
    ['主队在最后一分钟攻入制胜一球，全场球迷高声歌唱，队长举起了奖杯。', 'zh'],
  ])('calls "%s" foreign', (text, language) => {
    expect(judge(text, language, 'news').foreign).toBe(true);
    expect(judge(text, language, 'news').score).toBeGreaterThan(0.5);
  });

  it.each([
    ['Harbour Bank cuts its profit forecast after loan losses rose in the third quarter', 'en', 'news'],
    ['$HBK puts printing, short it to zero 🚀🚀', 'en', 'social'],
    ['lol', 'en', 'social'],
    ['🚀🚀🚀', 'und', 'social'],
    ['', 'en', 'news'],
    ['港湾银行三季度净利润同比下降，不良贷款率上升，股价跌停', 'zh', 'news'],
    ['明天又要跌停了，主力出货，赶紧割肉', 'zh', 'social'],
  ] as const)('does not call "%s" foreign', (text, language, kind) => {
    expect(judge(text, language, kind).foreign).toBe(false);
  });

  it('gives 1 to another language, and leaves what that means to its flag', () => {
    expect(judge('Le chat dort sur le rebord de la fenêtre', 'fr', 'news')).toEqual({
      score: 1,
      foreign: false,
    });
  });

  it('gives equal texts equal scores, whatever came between, and reads a hostile text in bounded time', () => {
    const text = 'Rinse the rice and let it soak.';
    const before = judge(text, 'en', 'news');
    for (const hostile of [
      'a'.repeat(1e6),
      '$'.repeat(1e6),
      '@'.repeat(1e6),
      '汉'.repeat(1e6),
      'http://'.repeat(1e5),
    ]) {
      const { score } = judge(hostile, hostile.startsWith('汉') ? 'zh' : 'en', 'social');
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
    expect(judge(text, 'en', 'news')).toEqual(before);
  });

  it('is refused when it is damaged, and missed by name', async () => {
    const manifest = await readFile(join(FOLDER, 'domain/profile.json'), 'utf8');
    const bytes = await readFile(join(FOLDER, 'domain/weights.bin'));
    expect(() => parseProfile(manifest, bytes.subarray(5))).toThrow('install it anew');
    bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
    expect(() => parseProfile(manifest, bytes)).toThrow('install it anew');
    await expect(loadDomainProfile('/nowhere')).rejects.toMatchObject({ code: 'domain_profile_missing' });
  });
});

describe('a score', () => {
  const weights = new WordWeights(
    Int32Array.from(['soup', 'profit', '利润'].map(wordKey)),
    Int8Array.from([60, -60, -120]),
  );
  const own = { weights: { en: weights, zh: weights }, unit: 1 / 60 };

  it.each([
    ['nothing that is known', 'en', 0.5],
    ['soup', 'en', 0.622],
    ['soup Soup SOUP', 'en', 0.622],
    ['profit', 'en', 0.378],
    ['profit of soup', 'en', 0.5],
    ['@soup https://soup.example/soup www.soup.example', 'en', 0.5],
    ['利润', 'zh', 0.269],
  ] as const)('of "%s" (%s) is %d', (text, language, score) => {
    expect(foreignScore(own, text, language)).toBe(score);
  });

  it('survives being packed', () => {
    const bytes = packWords({ en: new Map([[wordKey('soup'), 60]]), zh: new Map([[wordKey('利润'), -120]]) });
    const manifest: DomainManifest = {
      format: 'bellwether-domain-1',
      unit: 1 / 60,
      words: { en: 1, zh: 1 },
      thresholds: { en: { news: 0.6, post: 0.7 }, zh: { news: 0.6, post: 0.7 } },
      share: 0.01,
      weights: {
        file: 'weights.bin',
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
      training: { words: [], thresholds: [], background: [] },
    };
    const small = createJudgeDomain(parseProfile(JSON.stringify(manifest), bytes));
    expect(small('soup', 'en', 'news')).toEqual({ score: 0.622, foreign: true });
    expect(small('soup', 'en', 'social')).toEqual({ score: 0.622, foreign: false });
    expect(small('利润', 'zh', 'news')).toEqual({ score: 0.269, foreign: false });
  });
});
