import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

import type { LogMessage } from '../../pipeline/core/log.js';
import { decodeScoredMessage, encodeRawDocument } from '../../pipeline/log/codec.js';
import { startUnderstandThread, type UnderstandThread } from '../../pipeline/app/understand-thread.js';
import type { ModelEvent } from '../../pipeline/telemetry/model-metrics.js';
import { rawDocument } from '../support/documents.js';
import { ENCODER_SETTINGS, tinyModels } from '../support/encoder.js';

/** The compiled thread: `npm test` builds it first. */
const ENTRY = fileURLToPath(new URL('../../dist/pipeline/app/understand-thread-main.js', import.meta.url));

let folder: string | null = null;
let thread: UnderstandThread | null = null;

afterEach(async () => {
  await thread?.close();
  if (folder !== null) await rm(folder, { recursive: true });
});

describe('a service with an encoder', () => {
  it('scores in worker threads, tells what they do, and keeps its model when a new version is broken', async () => {
    folder = await tinyModels();
    const observed: ModelEvent[] = [];
    const models = { sentiment: 'encoder', directory: folder, encoder: { ...ENCODER_SETTINGS, workers: 2 } };
    thread = startUnderstandThread(
      { world: 'demo', models, languages: null, instrumentFiles: [] },
      {
        passOn: () => Promise.reject(new Error('no text is bad here')),
        onRestart: () => undefined,
        onStartFailed: () => undefined,
        onPassedOn: () => undefined,
        onObserved: (event) => observed.push(event),
        entry: ENTRY,
      },
    );
    if (thread === null) throw new Error('The code is not compiled: run "npm run build" first.');
    const texts = [
      'Fraud at Halden Motors: shares plunge',
      'Halden Motors raises its outlook',
      '公司股价大跌。',
    ];
    const first = await thread.understand(messagesOf(texts));
    expect(first.map(labelOf)).toEqual(['negative', 'positive', 'negative']);
    expect(observed.some(({ kind }) => kind === 'batch')).toBe(true);

    await writeFile(join(folder, 'encoder', 'en.onnx'), 'cut off');
    await expect(thread.switchModel(models, [])).rejects.toMatchObject({ code: 'model_corrupt' });
    expect((await thread.understand(messagesOf(texts))).map(labelOf)).toEqual(first.map(labelOf));
  });
});

function messagesOf(texts: readonly string[]): readonly LogMessage[] {
  return texts.map((text, offset) => ({
    partition: 0,
    offset,
    key: text,
    appendedAt: 0,
    value: encodeRawDocument(rawDocument({ nativeId: text, text })),
  }));
}

function labelOf({ value }: { readonly value: Uint8Array }): string {
  const message = decodeScoredMessage(value);
  return message.kind === 'scored' ? message.scored.sentiment.label : message.kind;
}
