import { describe, expect, it } from 'vitest';

import { readOriginal } from '../../../../pipeline/app/dead-letters.js';
import type { LogPosition } from '../../../../pipeline/core/document.js';
import { decodeScoredMessage, encodeScoredMessage, salvageScored } from '../../../../pipeline/log/codec.js';
import { readScored } from '../../../../pipeline/operators/read-scored.js';
import { rawDocument, scoredDocument, scoredMessage } from '../../../support/documents.js';

const place = { partition: 0, offset: 12 };
const sound = scoredMessage(41, scoredDocument(rawDocument({ author: 'ann' })));
const bytesOf = (message: object) => Buffer.from(JSON.stringify(message));

function read(value: Uint8Array) {
  const passedOver: LogPosition[] = [];
  const message = readScored(
    { ...place, key: 'k', appendedAt: Date.UTC(2026, 2, 2), value },
    {
      decodeScored: decodeScoredMessage,
      salvageScored,
      onPassedOver: (position) => passedOver.push(position),
    },
  );
  return { message, passedOver };
}

describe('A message of documents.scored', () => {
  it('is read', () => {
    expect(read(encodeScoredMessage(sound))).toEqual({ message: sound, passedOver: [] });
  });

  it('that names its document and cannot be read becomes a letter that can be retried', () => {
    const topics = [{ topic: 'of-next-year', probability: 1 }];
    const { message, passedOver } = read(bytesOf({ v: 1, ...sound, scored: { ...sound.scored, topics } }));
    if (message?.kind !== 'dead-letter') throw new Error('no letter');
    expect(passedOver).toEqual([]);
    expect(message).toMatchObject({
      raw: { partition: 0, offset: 41 },
      letter: { reason: 'invalid', stage: 'monitor', at: '2026-03-02T00:00:00.000Z' },
    });
    expect(message.letter.detail).toMatch(/documents.scored 0:12.*topic/);
    const original = Buffer.from(message.letter.originalBase64, 'base64');
    expect(readOriginal(original, { receivedAt: 0, virtualClock: false })).toEqual(sound.scored.document);
  });

  it('that names its place alone becomes a letter with all of its bytes', () => {
    const bytes = bytesOf({ v: 1, kind: 'merged', raw: { partition: 2, offset: 7 } });
    expect(read(bytes).message).toMatchObject({
      raw: { partition: 2, offset: 7 },
      letter: { originalBase64: bytes.toString('base64') },
    });
  });

  it.each([
    'hello',
    '',
    '{}',
    '[1]',
    '{"v":1}',
    '{"v":1,"raw":{"partition":0}}',
    '{"raw":{"partition":0,"offset":1}}',
  ])('that is none of ours is passed over: %s', (text) => {
    expect(read(Buffer.from(text))).toEqual({ message: null, passedOver: [place] });
  });

  it('of a newer release stops the monitor in words', () => {
    expect(() => read(bytesOf({ v: 2, ...sound }))).toThrow(/0:12.*newer release.*monitors go first/);
  });
});
