import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFeedTime } from '../../../../ingest/parse/parse-feed-time.js';
import { readFeedBytes } from '../../../../ingest/parse/read-feed-bytes.js';
import { InvalidDocumentError } from '../../../../pipeline/core/errors.js';
import { feedCorpus } from '../../../support/feeds/corpus.js';

const context = { baseUrl: 'https://wire.example/', zone: null, maxItems: 1_000, hostile: 'ignore' as const };
const MAX_SEED_BYTES = 20_000;
const MAX_CPU_MS = 1_000;
/** `FEED_FUZZ_SECONDS=600 npx vitest run test/unit/ingest/parse/feed-fuzz.test.ts` fuzzes that long; a failure names its seed. */
const seconds = Number(process.env['FEED_FUZZ_SECONDS'] ?? 0);
const runs = (few: number) =>
  seconds > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 500 }
    : { numRuns: few, seed: 20_261_127 };
const timeout = 60_000 + seconds * 1_000;

const seeds = feedCorpus()
  .map(({ bytes }) => bytes)
  .filter((bytes) => bytes.length < MAX_SEED_BYTES);

/** Pieces that mean something to readers of feeds. */
const PIECES = [
  ...[
    '<',
    '>',
    '</',
    '/>',
    '&',
    ';',
    '"',
    "'",
    '=',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?xml ',
    '?>',
    '<!DOCTYPE a [',
    ']>',
  ],
  ...[
    '<item>',
    '</item>',
    '<entry>',
    '</channel>',
    '<title>',
    '</title>',
    '<content type="xhtml">',
    'xmlns="',
    '&#0;',
    '&x;',
  ],
  ...[
    '<!ENTITY x "y">',
    '\u0000',
    '\ufeff',
    '{',
    '}',
    '[',
    '"items":[',
    '\\',
    '\ud800',
    '公司',
    '<link href="',
  ],
].map((piece) => Buffer.from(piece));

interface Change {
  readonly at: number;
  readonly length: number;
  readonly piece: number;
  readonly repeat: number;
}

const change = fc.record<Change>({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(40),
  piece: fc.nat(PIECES.length - 1),
  repeat: fc.oneof(fc.constant(0), fc.constant(1), fc.nat(200)),
});

function changed(seed: Buffer, changes: readonly Change[]): Buffer {
  return changes.reduce((bytes, { at, length, piece, repeat }) => {
    const from = Math.floor(at * bytes.length);
    const inserted = Array<Buffer>(repeat).fill(PIECES[piece] ?? Buffer.alloc(0));
    return Buffer.concat([bytes.subarray(0, from), ...inserted, bytes.subarray(from + length)]);
  }, seed);
}

/** Reads, and checks what holds for every input. */
function read(bytes: Buffer): void {
  const start = process.cpuUsage();
  try {
    const { feed } = readFeedBytes(bytes, null, context);
    for (const { title, text, url, publishedAt } of feed.items) {
      expect(/[\u0000\r]/.test(`${title ?? ''}${text}`)).toBe(false);
      expect(url === null || /^https?:\/\//.test(url)).toBe(true);
      expect(publishedAt === null || !Number.isNaN(Date.parse(publishedAt))).toBe(true);
    }
  } catch (error) {
    if (!(error instanceof InvalidDocumentError)) throw error;
  }
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(MAX_CPU_MS);
}

describe('the reader of feeds', () => {
  it(
    'throws nothing but InvalidDocumentError, and soon, for damaged feeds of all kinds',
    () => {
      const damaged = fc.tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 8 }));
      fc.assert(
        fc.property(damaged, ([seed, changes]) => read(changed(seed, changes))),
        runs(1_500),
      );
    },
    timeout,
  );

  it(
    'does so for any bytes and any time',
    () => {
      const piece = fc.oneof(fc.constantFrom(...PIECES), fc.uint8Array({ maxLength: 12 }));
      fc.assert(
        fc.property(
          fc.array(piece, { maxLength: 60 }),
          fc.string({ unit: 'binary', maxLength: 60 }),
          (pieces, time) => {
            read(Buffer.concat(pieces));
            const parsed = parseFeedTime(time, '+08:00');
            expect(parsed === null || Number.isFinite(parsed.ms)).toBe(true);
          },
        ),
        runs(1_500),
      );
    },
    timeout,
  );
});
