import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createParseThread, type ParseThread } from '../../../../ingest/parse-thread/parse-thread.js';

const context = { baseUrl: null, zone: null, maxItems: 10, hostile: 'ignore' as const };
const bytesOf = (text: string) => new TextEncoder().encode(text);

type Kind = 'feed' | 'eml';
const read = (thread: ParseThread, kind: Kind, text: string) =>
  kind === 'feed'
    ? thread.readFeed({ bytes: bytesOf(text), contentType: null, context })
    : thread.readEml(bytesOf(text));

/** A thread whose feeds and messages say what it should do. */
const ENTRY = `
const { readFileSync, readlinkSync } = require('node:fs');
const { parentPort, threadId } = require('node:worker_threads');
parentPort.on('message', ({ kind, bytes }) => {
  const text = Buffer.from(bytes).toString();
  if (text === 'hang') for (;;);
  if (text === 'grow') for (const all = [];;) all.push(new Array(100000).fill(all.length));
  if (text === 'crash') throw new Error('bang');
  if (text === 'exit') process.exit(3);
  if (text === 'starved') {
    const ran = () => Number(readFileSync('/proc/thread-self/stat', 'latin1').split(') ').at(-1).split(' ')[11]);
    for (const before = ran(); ran() < before + 3;);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
  }
  parentPort.postMessage({ ok: false, code: 'answered', message: kind + threadId });
});
parentPort.postMessage(process.platform === 'linux' ? readlinkSync('/proc/thread-self') : '');
`;

let thread: ParseThread | undefined;
let folder: string | undefined;
afterEach(async () => {
  await thread?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

async function scripted(deadlineMs: number, script = ENTRY): Promise<ParseThread> {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-thread-'));
  const entry = join(folder, 'entry.cjs');
  await writeFile(entry, script);
  thread = createParseThread({ entry, deadlineMs });
  return thread;
}

describe('the thread that reads', () => {
  it('is one for all while nothing goes wrong', async () => {
    const made = await scripted(20_000);
    const answers = [
      await read(made, 'feed', 'a'),
      await read(made, 'eml', 'b'),
      await read(made, 'feed', 'c'),
    ];
    expect(answers[1]).toMatchObject({
      code: 'answered',
      message: expect.stringMatching(/^eml\d+$/) as string,
    });
    expect(answers[2]).toEqual(answers[0]);
  });

  it('does not blame a feed for a process that was held up itself', async () => {
    const made = await scripted(3_000);
    await read(made, 'feed', 'first');
    const answer = read(made, 'feed', 'second');
    // Once the request is under way, the process stands still for longer than the deadline.
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_500);
    expect(await answer).toMatchObject({ code: 'answered' });
  });

  it.runIf(process.platform === 'linux')('waits longer for a thread that other work holds up', async () => {
    const made = await scripted(2_000);
    await read(made, 'feed', 'first');
    expect(await read(made, 'feed', 'starved')).toMatchObject({ code: 'answered' });
  });

  it.each<[string, string, number]>([
    // On a machine so busy that the thread could hardly run, that is the reason.
    ['hang', '(deadline|busy)', 300],
    ['grow', 'memory', 20_000],
    ['crash', 'fault', 20_000],
    ['exit', 'fault', 20_000],
  ])('is replaced after something makes it %s, and only that fails', async (what, code, deadlineMs) => {
    const made = await scripted(deadlineMs);
    for (const kind of ['feed', 'eml'] as const) {
      const asked = [read(made, kind, what), read(made, kind, 'next')];
      expect(await asked[0]).toMatchObject({
        ok: false,
        code: expect.stringMatching(`^${kind}_${code}$`) as string,
      });
      expect(await asked[1]).toMatchObject({ code: 'answered' });
    }
  });

  it('says so when it cannot be started', async () => {
    const made = await scripted(20_000, 'throw new Error("no room")');
    expect(await read(made, 'eml', 'a')).toMatchObject({ ok: false, code: 'parser_unavailable' });
  });
});
