import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';

import { createLexiconClassifier } from '../../models/lexicon/lexicon-classifier.js';
import { startUnderstandThread, type UnderstandThread } from '../../pipeline/app/understand-thread.js';
import type { ClassifierInput } from '../../pipeline/core/model.js';
import { armTextFault } from '../../pipeline/core/failpoint.js';
import {
  decodeRawDocument,
  decodeScoredMessage,
  encodeRawDocument,
  encodeScoredMessage,
} from '../../pipeline/log/codec.js';
import { passOnUnread } from '../../pipeline/operators/pass-on-unread.js';
import { UNANSWERED } from '../../pipeline/core/scored.js';
import { rawDocument } from '../support/documents.js';
import { ENCODER_SETTINGS } from '../support/encoder.js';

/** The compiled thread: `npm test` builds it first. */
const ENTRY = fileURLToPath(new URL('../../dist/pipeline/app/understand-thread-main.js', import.meta.url));

const servers: Server[] = [];
let thread: UnderstandThread | null = null;
let restarts: string[] = [];
let problems: (string | null)[] = [];
let hanging = false;
let away = false;

afterEach(async () => {
  await thread?.close();
  armTextFault('');
  [hanging, away] = [false, false];
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A host that serves the lexicon, takes texts without ever answering while `hanging`, and answers nobody while `away`. */
async function host(): Promise<string> {
  const lexicon = createLexiconClassifier();
  const server = createServer((request, response) => {
    if (away) {
      request.destroy();
      return;
    }
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
  await start(8_000);
  expect((await read('Fraud at Halden Motors: shares plunge.'))?.sentiment.label).toBe('negative');
  hanging = true;
  const unread = await read('Halden Motors cuts its outlook. Shares of Halden Motors plunge.');
  expect(unread).toMatchObject({ flags: ['unclassified'], model: { version: UNANSWERED } });
  expect(restarts).toEqual([]);
}, 60_000);

it('waits for hosts that are away when the thread is lost, tells it, and reads on when they are back', async () => {
  armTextFault('throw:xyzzy');
  await start(30_000);
  expect((await read('Fraud at Halden Motors: shares plunge.'))?.sentiment.label).toBe('negative');
  away = true;
  const reading = read('A note xyzzy');
  await vi.waitFor(
    () => {
      expect(problems.length).toBeGreaterThan(1);
    },
    { timeout: 30_000 },
  );
  expect(problems[0]).toBe('remote_unavailable');
  away = false;
  expect(await reading).toMatchObject({ flags: expect.arrayContaining(['unclassified']) as unknown });
  expect(problems.at(-1)).toBeNull();
  expect((await read('Shares of Halden Motors plunge.'))?.sentiment.label).toBe('negative');
}, 60_000);

async function start(deadlineMs: number): Promise<void> {
  [restarts, problems] = [[], []];
  const remote = { urls: [await host(), await host()], token: null, sha256: null, deadlineMs: 18_000 };
  const models = { sentiment: 'lexicon', directory: null, encoder: ENCODER_SETTINGS, remote };
  const { model } = createLexiconClassifier();
  thread = startUnderstandThread(
    { world: 'demo', models, languages: null, instrumentFiles: [] },
    {
      passOn: (message) =>
        passOnUnread(message, {
          decode: decodeRawDocument,
          encodeScored: encodeScoredMessage,
          model,
          now: () => 0,
        }),
      onRestart: (reason) => restarts.push(reason),
      onStartFailed: (problem) => problems.push(problem?.code ?? null),
      onPassedOn: () => undefined,
      onObserved: () => undefined,
      entry: ENTRY,
      deadlineMs,
    },
  );
  if (thread === null) throw new Error('The code is not compiled: run "npm run build" first.');
}

async function read(text: string) {
  const value = encodeRawDocument(rawDocument({ nativeId: text, text }));
  const batch = [{ partition: 0, offset: 0, key: text, appendedAt: 0, value }];
  const [record] = (await thread?.understand(batch)) ?? [];
  const message = record === undefined ? null : decodeScoredMessage(record.value);
  return message?.kind === 'scored' ? message.scored : null;
}
