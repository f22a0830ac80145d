import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

import { createLexiconClassifier } from '../../models/lexicon/lexicon-classifier.js';
import { startUnderstandThread, type UnderstandThread } from '../../pipeline/app/understand-thread.js';
import type { ClassifierInput } from '../../pipeline/core/model.js';
import { decodeScoredMessage, encodeRawDocument } from '../../pipeline/log/codec.js';
import { UNANSWERED } from '../../pipeline/core/scored.js';
import { rawDocument } from '../support/documents.js';
import { ENCODER_SETTINGS } from '../support/encoder.js';

/** The compiled thread: `npm test` builds it first. */
const ENTRY = fileURLToPath(new URL('../../dist/pipeline/app/understand-thread-main.js', import.meta.url));

const servers: Server[] = [];
let thread: UnderstandThread | null = null;
let hanging = false;

afterEach(async () => {
  await thread?.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A host that serves the lexicon, and takes texts without ever answering while `hanging`. */
async function host(): Promise<string> {
  const lexicon = createLexiconClassifier();
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify(lexicon.model));
      return;
    }
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (hanging) return;
      const { inputs } = JSON.parse(Buffer.concat(parts).toString()) as { inputs: ClassifierInput[] };
      void lexicon.classify(inputs).then((answers) => {
        response.end(JSON.stringify({ model: lexicon.model.sha256, answers }));
      });
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('answers unclassified, to be asked again, while all hosts hang longer than a batch may take, and is not restarted', async () => {
  const restarts: string[] = [];
  const remote = { urls: [await host(), await host()], token: null, sha256: null, deadlineMs: 18_000 };
  const models = { sentiment: 'lexicon', directory: null, encoder: ENCODER_SETTINGS, remote };
  thread = startUnderstandThread(
    { world: 'demo', models, languages: null, instrumentFiles: [] },
    {
      passOn: () => Promise.reject(new Error('no text is bad here')),
      onRestart: (reason) => restarts.push(reason),
      onPassedOn: () => undefined,
      onObserved: () => undefined,
      entry: ENTRY,
      deadlineMs: 8_000,
    },
  );
  if (thread === null) throw new Error('The code is not compiled: run "npm run build" first.');
  const read = async (text: string) => {
    const value = encodeRawDocument(rawDocument({ nativeId: text, text }));
    const batch = [{ partition: 0, offset: 0, key: text, appendedAt: 0, value }];
    const [record] = (await thread?.understand(batch)) ?? [];
    const message = record === undefined ? null : decodeScoredMessage(record.value);
    return message?.kind === 'scored' ? message.scored : null;
  };
  expect((await read('Fraud at Halden Motors: shares plunge.'))?.sentiment.label).toBe('negative');
  hanging = true;
  const unread = await read('Halden Motors cuts its outlook. Shares of Halden Motors plunge.');
  expect(unread).toMatchObject({ flags: ['unclassified'], model: { version: UNANSWERED } });
  expect(restarts).toEqual([]);
}, 60_000);
