import { describe, expect, it } from 'vitest';
import { readFeedBytes } from '../../../../ingest/parse/read-feed-bytes.js';
import { InvalidDocumentError } from '../../../../pipeline/core/errors.js';
import { encodedFeeds } from '../../../support/feeds/encoded-feeds.js';
import { feedCorpus } from '../../../support/feeds/corpus.js';

const context = { baseUrl: null, zone: null, maxItems: 50_000, hostile: 'ignore' as const };
const corpus = feedCorpus();

/** The items, or the code of the refusal. */
function countIn(bytes: Buffer): number | string {
  try {
    return readFeedBytes(bytes, null, context).feed.items.length;
  } catch (error) {
    if (error instanceof InvalidDocumentError) return error.code;
    throw error;
  }
}

describe('the corpus of feeds', () => {
  it('has at least 150 files, no two with one name', () => {
    expect(corpus.length).toBeGreaterThan(150);
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
  });

  it.each(['sound', 'broken'] as const)('is read with the exact number of items where it is %s', (kind) => {
    const files = corpus.filter((file) => file.kind === kind);
    const found = Object.fromEntries(files.map(({ name, bytes }) => [name, countIn(bytes)]));
    expect(found).toEqual(Object.fromEntries(files.map(({ name, items }) => [name, items])));
  });

  it.each(encodedFeeds().map((file) => [file.name, file] as const))(
    'is read in the right letters: %s',
    (_, file) => {
      const { feed } = readFeedBytes(file.bytes, null, context);
      expect(feed.items.map(({ title }) => title)).toEqual([file.headline, file.headline]);
    },
  );

  it(
    'harms nobody where it is hostile: little time, a reason or items, nothing polluted, fetched or expanded',
    { timeout: 120_000 },
    () => {
      for (const { name, bytes } of corpus.filter(({ kind }) => kind === 'hostile')) {
        const start = process.cpuUsage();
        const found = countIn(bytes);
        // Processor time, which other work on the machine does not lengthen.
        const ms = process.cpuUsage(start).user / 1_000;
        expect
          .soft([name, typeof found === 'string' || found <= 50_000, ms < 1_500 ? 0 : ms])
          .toEqual([name, true, 0]);
      }
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );
});
