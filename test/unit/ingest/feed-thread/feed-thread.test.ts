import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createFeedThread, type FeedThread } from '../../../../ingest/feed-thread/feed-thread.js';

const context = { baseUrl: null, zone: null, maxItems: 10, hostile: 'ignore' as const };
const request = (text: string) => ({ bytes: new TextEncoder().encode(text), contentType: null, context });

/** A thread whose feeds say what it should do. */
const ENTRY = `
const { parentPort, threadId } = require('node:worker_threads');
parentPort.on('message', ({ bytes }) => {
  const text = Buffer.from(bytes).toString();
  if (text === 'hang') for (;;);
  if (text === 'grow') for (const all = [];;) all.push(new Array(100000).fill(all.length));
  if (text === 'crash') throw new Error('bang');
  if (text === 'exit') process.exit(3);
  parentPort.postMessage({ ok: false, code: 'answered', message: String(threadId) });
});
parentPort.postMessage('ready');
`;

let thread: FeedThread | undefined;
let folder: string | undefined;
afterEach(async () => {
  await thread?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

async function scripted(deadlineMs: number): Promise<FeedThread> {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-thread-'));
  const entry = join(folder, 'entry.cjs');
  await writeFile(entry, ENTRY);
  thread = createFeedThread({ entry, deadlineMs });
  return thread;
}

describe('the thread that reads feeds', () => {
  it('is one for all feeds while nothing goes wrong', async () => {
    const made = await scripted(20_000);
    const answers = [await made.read(request('a')), await made.read(request('b'))];
    expect(answers[0]).toMatchObject({ code: 'answered' });
    expect(answers[1]).toEqual(answers[0]);
  });

  it.each([
    ['hang', 'feed_deadline', 300],
    ['grow', 'feed_memory', 20_000],
    ['crash', 'feed_fault', 20_000],
    ['exit', 'feed_fault', 20_000],
  ])('is replaced after a feed makes it %s, and only that feed fails', async (what, code, deadlineMs) => {
    const made = await scripted(deadlineMs);
    expect(await made.read(request(what))).toMatchObject({ ok: false, code });
    expect(await made.read(request('next'))).toMatchObject({ code: 'answered' });
  });
});
