import { fileURLToPath } from 'node:url';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { startUnderstandThread, type UnderstandThread } from '../../pipeline/app/understand-thread.js';
import { createUnderstanding } from '../../pipeline/app/understanding.js';
import { armTextFault } from '../../pipeline/core/failpoint.js';
import type { LogMessage } from '../../pipeline/core/log.js';
import {
  decodeRawDocument,
  decodeScoredMessage,
  encodeRawDocument,
  encodeScoredMessage,
} from '../../pipeline/log/codec.js';
import { passOnUnread } from '../../pipeline/operators/pass-on-unread.js';
import { understandBatch } from '../../pipeline/operators/understand-batch.js';
import { rawDocument } from '../support/documents.js';
import { ENCODER_SETTINGS } from '../support/encoder.js';

const MARK = 'xyzzy';
const ENTRY = fileURLToPath(new URL('../../dist/pipeline/app/understand-thread-main.js', import.meta.url));
const OPTIONS = {
  world: 'demo' as const,
  models: { sentiment: 'ngram', directory: null as string | null, encoder: ENCODER_SETTINGS },
  languages: ['en', 'zh'],
  instrumentFiles: [],
};
const now = () => 0;

let reference: Awaited<ReturnType<typeof createUnderstanding>>;
let thread: UnderstandThread | null = null;
let restarts: string[] = [];
let passedOn: number[] = [];

beforeAll(async () => {
  reference = await createUnderstanding(OPTIONS);
});

afterEach(async () => {
  await thread?.close();
  armTextFault('');
});

describe('the thread that reads texts', () => {
  it.each([
    ['hang', 'hang'],
    ['throw', 'crash'],
  ])(
    'is started again when a text makes it %s, and only that text is stored unread',
    async (fault, reason) => {
      const { understand } = start(fault);
      const bad = messagesOf(['Shares fall after a fraud probe.', `A note ${MARK}`, '公司股价大涨。'], 0);
      const good = messagesOf(['Profits rise.', '股价暴跌，遭立案调查。'], 3);
      const answers = await Promise.all([bad, good].map((messages) => understand(messages)));
      const found = answers.flat().map(({ value }) => decodeScoredMessage(value));
      expect(found.map(({ raw }) => raw.offset)).toEqual([0, 1, 2, 3, 4]);
      expect(found[1]).toMatchObject({
        kind: 'scored',
        scored: {
          language: 'und',
          mentions: [],
          sentiment: { polarity: 0 },
          model: reference.classifier.model,
        },
      });
      expect(flagsOf(found[1])).toContain('unclassified');
      const wanted = await understandBatch([...bad, ...good], {
        ...reference,
        encodeScored: encodeScoredMessage,
        now,
      });
      for (const [index, record] of wanted.entries())
        if (index !== 1) expect(essence(found[index])).toEqual(essence(decodeScoredMessage(record.value)));
      expect(passedOn).toEqual([1]);
      // Once in company, twice alone.
      expect(restarts).toEqual([reason, reason, reason]);
    },
  );

  it('takes another model over between two batches, refuses one that is not there, and keeps it over a restart', async () => {
    const reading = start('throw');
    const { understand } = reading;
    const models = { ...OPTIONS.models, sentiment: 'lexicon' };
    const switchModel = (next: Parameters<typeof reading.switchModel>[0]) => reading.switchModel(next, []);
    const before = await understand(messagesOf(['Profits rise.'], 0));
    const switched = switchModel(models);
    const during = understand(messagesOf(['Profits rise.'], 1));
    const { name } = await switched;
    expect(name).toBe('lexicon');
    await expect(
      switchModel({ ...models, sentiment: 'encoder', directory: '/nowhere' }),
    ).rejects.toMatchObject({
      code: 'model_missing',
    });
    const after = await understand(messagesOf(['Profits rise.', `A note ${MARK}`, 'Profits rise.'], 2));
    const scored = [...before, ...(await during), ...after].map(({ value }) => decodeScoredMessage(value));
    const served = scored.map((message) => (message.kind === 'scored' ? message.scored.model.name : null));
    expect(served[0]).toBe('ngram');
    expect(['ngram', 'lexicon']).toContain(served[1]);
    // The marked text is passed on with the model of the caller.
    expect([served[2], served[4]]).toEqual(['lexicon', 'lexicon']);
    expect(restarts).toEqual(['crash', 'crash', 'crash']);
  });

  it('says that it cannot start, and does not try for ever', async () => {
    const { understand } = start('none', '/nowhere');
    await expect(understand(messagesOf(['A note.'], 0))).rejects.toThrow(/thread that reads texts/);
    expect(restarts).toEqual([]);
  });
});

function start(fault: string, directory: string | null = null): UnderstandThread {
  restarts = [];
  passedOn = [];
  armTextFault(`${fault}:${MARK}`);
  const deps = {
    decode: decodeRawDocument,
    encodeScored: encodeScoredMessage,
    model: reference.classifier.model,
    now,
  };
  const options = { ...OPTIONS, models: { ...OPTIONS.models, directory } };
  thread = startUnderstandThread(options, {
    passOn: (message) => passOnUnread(message, deps),
    onRestart: (reason) => restarts.push(reason),
    onStartFailed: () => undefined,
    onObserved: () => undefined,
    onPassedOn: ({ offset }) => passedOn.push(offset),
    entry: ENTRY,
    // Only a hang is to be told by its time; a crash, however busy the machine is, by itself.
    deadlineMs: fault === 'hang' ? 1_500 : 30_000,
  });
  if (thread === null) throw new Error('The code is not compiled: run "npm run build" first.');
  return thread;
}

function messagesOf(texts: readonly string[], from: number): readonly LogMessage[] {
  return texts.map((text, index) => ({
    partition: 0,
    offset: from + index,
    key: text,
    appendedAt: 0,
    value: encodeRawDocument(rawDocument({ nativeId: text, text })),
  }));
}

function flagsOf(message: ReturnType<typeof decodeScoredMessage> | undefined): readonly string[] {
  return message?.kind === 'scored' ? message.scored.flags : [];
}

/** All but the moment of scoring. */
function essence(message: ReturnType<typeof decodeScoredMessage> | undefined): unknown {
  return message?.kind === 'scored'
    ? { ...message, scored: { ...message.scored, scoredAt: '' } }
    : (message ?? null);
}
