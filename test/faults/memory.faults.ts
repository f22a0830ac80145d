import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { systemClock } from '../../pipeline/core/clock.js';
import { encodeRawDocument } from '../../pipeline/log/codec.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { rawDocument } from '../support/documents.js';
import { BIN, startBellwether, temporaryFolder } from '../support/service.js';

const SENTENCE = 'Boeing $BA shares fall. 苹果公司 ';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const plainText = (bytes: number) => SENTENCE.repeat(Math.ceil(bytes / Buffer.byteLength(SENTENCE)));
/** Each of its tickers is another one: what is made of it is many times larger than the text. */
const manyTickers = (count: number) => Array.from({ length: count }, (_, n) => `$${tickerOf(n)}`).join(' ');
const tickerOf = (number: number) =>
  [0, 1, 2, 3, 4].map((place) => LETTERS[Math.floor(number / 26 ** place) % 26] ?? '').join('');

/** Fault 16 of the plan. The edge takes no such texts; a topic of somebody else's could bring them. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataDir: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'data');
  await (await startBellwether(['--sources', 'none', '--data', dataDir])).stop();
});
afterEach(() => folder.remove());

async function appendTexts(texts: readonly string[]): Promise<void> {
  const log = await openLmdbLog({ path: join(dataDir, 'log'), clock: systemClock });
  for (const [index, text] of texts.entries()) {
    const made = rawDocument({ nativeId: `n${index}`, text });
    await log.append('documents.raw', [{ key: made.id, value: encodeRawDocument(made) }]);
  }
  await log.close();
}

it('reads texts of 5 MB with a heap of 256 MB', async () => {
  await appendTexts(['a note', plainText(5e6), plainText(5e6), plainText(5e6), '短讯']);
  const books = await reconcileWithHeap(256);
  expect(JSON.parse(books ?? '')).toMatchObject({ stored: 5, difference: 0, rollUpDifferences: 0 });
});

it('stores a text that takes all memory of the thread unread, and reads its mates', async () => {
  await appendTexts(['a note', plainText(5e6), manyTickers(800_000), '短讯', 'a last note']);
  let ends = 0;
  let books = await reconcileWithHeap(256);
  for (; books === null && ends < 12; ends += 1) books = await reconcileWithHeap(256);
  // It is the thread that ends, not the process: at the second time alone the text is passed on without a score.
  expect(ends).toBe(0);
  expect(JSON.parse(books ?? '')).toMatchObject({
    accepted: 5,
    stored: 5,
    deadLettered: 0,
    difference: 0,
    rollUpDifferences: 0,
  });
});

/** Null when the process ended before it could answer, for want of memory. */
async function reconcileWithHeap(mebibytes: number): Promise<string | null> {
  const args = [`--max-old-space-size=${mebibytes}`, BIN, 'reconcile', '--json', '--data', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let words = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (words += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code === 0) return out;
  expect(words).toMatch(/memory/);
  return null;
}
