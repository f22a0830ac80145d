import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScoredMessage } from '../../../../pipeline/core/scored.js';
import { InvalidDocumentError } from '../../../../pipeline/core/errors.js';
import {
  decodeRawDocument,
  decodeScoredMessage,
  encodeRawDocument,
  encodeScoredMessage,
} from '../../../../pipeline/log/codec.js';
import { mention, rawDocument, scoredDocument, scoredMessage } from '../../../support/documents.js';

const anyText = fc.string({ unit: 'grapheme' });

function changed(
  change: (fields: Record<string, unknown>) => void,
  document: object = rawDocument(),
): Uint8Array {
  const fields = { v: 1, ...(JSON.parse(JSON.stringify(document)) as Record<string, unknown>) };
  change(fields);
  return Buffer.from(JSON.stringify(fields));
}

describe('raw documents', () => {
  it('come back as they went in, in any language', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.option(anyText),
        fc.array(anyText),
        fc.dictionary(anyText, fc.jsonValue()),
        (text, title, tickers, extra) => {
          const document = rawDocument({
            text,
            title,
            tickers,
            extra: JSON.parse(JSON.stringify(extra)) as typeof extra,
          });
          expect(decodeRawDocument(encodeRawDocument(document))).toEqual(document);
        },
      ),
    );
  });

  it('are JSON with a version, so that other programs can read the log', () => {
    const parsed = JSON.parse(
      Buffer.from(encodeRawDocument(rawDocument({ text: '业绩预警' }))).toString(),
    ) as unknown;
    expect(parsed).toMatchObject({ v: 1, text: '业绩预警', action: 'add' });
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing at all', new Uint8Array(0), 'undecodable'],
    ['invalid UTF-8', Buffer.concat([encodeRawDocument(rawDocument()), Buffer.from([0xff])]), 'undecodable'],
    ['JSON cut short', encodeRawDocument(rawDocument()).subarray(0, 50), 'undecodable'],
    ['a byte order mark', Buffer.from('\ufeff{"v":1}'), 'undecodable'],
    [
      'half a character in an escape',
      Buffer.from(
        Buffer.from(encodeRawDocument(rawDocument({ text: 'MARK' })))
          .toString()
          .replace('MARK', '\\ud83d'),
      ),
      'undecodable',
    ],
    ['half a character in a key', changed((f) => (f['extra'] = { '\ud83d': 1 })), 'undecodable'],
    ['nesting without end', Buffer.from('['.repeat(200_000)), 'undecodable'],
    ['a list', Buffer.from('[]'), 'invalid_message'],
    ['null', Buffer.from('null'), 'invalid_message'],
    ['no version', Buffer.from('{}'), 'unknown_version'],
    ['a later version', changed((f) => (f['v'] = 2)), 'newer_version'],
    ['a version that is an object', changed((f) => (f['v'] = { toString: 1 })), 'unknown_version'],
    ['a missing text', changed((f) => delete f['text']), 'invalid_message'],
    ['an id that is no id', changed((f) => (f['id'] = 'A'.repeat(32))), 'invalid_message'],
    ['an unknown action', changed((f) => (f['action'] = 'delete')), 'invalid_message'],
    ['a time without zone', changed((f) => (f['publishedAt'] = '2026-03-02T09:00:00')), 'invalid_message'],
    [
      'a day that does not exist',
      changed((f) => (f['receivedAt'] = '2026-13-02T09:00:00.000Z')),
      'invalid_message',
    ],
    ['a ticker that is a number', changed((f) => (f['tickers'] = [1])), 'invalid_message'],
    ['a source that is a list', changed((f) => (f['source'] = [])), 'invalid_message'],
    ['extras that are text', changed((f) => (f['extra'] = 'x')), 'invalid_message'],
  ])('are refused for %s', (_what, bytes, code) => {
    expect(() => decodeRawDocument(bytes)).toThrow(InvalidDocumentError);
    expect(() => decodeRawDocument(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it('name the field that is wrong', () => {
    expect(() => decodeRawDocument(changed((f) => (f['precision'] = 'hour')))).toThrow('precision');
  });

  it('leave out fields that nobody knows', () => {
    const decoded = decodeRawDocument(changed((f) => (f['__proto__x'] = { polluted: true })));
    expect(decoded).toEqual(rawDocument());
  });

  it('never make anything but a document or an InvalidDocumentError of changed bytes', () => {
    const bytes = Buffer.from(encodeRawDocument(rawDocument({ title: '公司业绩', tickers: ['NWF'] })));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        try {
          decodeRawDocument(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidDocumentError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('scored messages', () => {
  const raw = { partition: 0, offset: 41 };
  const messages: readonly [string, ScoredMessage][] = [
    ['a scored document', scoredMessage(7, scoredDocument(rawDocument()))],
    [
      'a document without mentions and topics',
      scoredMessage(
        8,
        scoredDocument(rawDocument({ text: '' }), { mentions: [], topics: [], flags: ['unclassified'] }),
      ),
    ],
    [
      'how foreign a text is',
      scoredMessage(
        12,
        scoredDocument(rawDocument(), { foreignness: 0.712, flags: ['foreign', 'unclassified'] }),
      ),
    ],
    [
      'mentions with their reasons',
      scoredMessage(
        9,
        scoredDocument(rawDocument(), {
          mentions: [mention('BA.XNYS', { reasons: ['cashtag', 'distinct_name'] })],
        }),
      ),
    ],
    [
      'what expert rules decided',
      scoredMessage(
        11,
        scoredDocument(rawDocument(), {
          flags: ['rule:cleared'],
          ruled: {
            rules: [{ id: 'cleared', version: 2, reason: 'No breach.' }],
            model: {
              negative: 0.9,
              neutral: 0.1,
              positive: 0,
              topics: [{ topic: 'earnings', probability: 0.8 }],
              mentions: [{ instrument: 'NWF.XDEM', negative: 0.9, neutral: 0.1, positive: 0 }],
            },
          },
        }),
      ),
    ],
    ['a rumour', scoredMessage(10, scoredDocument(rawDocument(), { certainty: 'rumour' }))],
    ['a drop', { kind: 'drop', raw, id: rawDocument().id, reason: 'language_filtered' }],
    [
      'a dead letter',
      {
        kind: 'dead-letter',
        raw,
        letter: {
          reason: 'undecodable',
          detail: 'The stored message is not JSON in UTF-8.',
          stage: 'understand',
          originalBase64: '/w==',
          attempts: 1,
          at: '2026-03-02T09:00:00.000Z',
        },
      },
    ],
  ];

  it.each(messages)('bring back %s', (_what, message) => {
    expect(decodeScoredMessage(encodeScoredMessage(message))).toEqual(message);
  });

  const scored = (overrides: object) => ({
    kind: 'scored',
    raw,
    scored: { ...scoredDocument(rawDocument()), ...overrides },
  });
  it.each<[string, object]>([
    ['an unknown kind', { kind: 'other', raw }],
    [
      'a position without offset',
      { kind: 'drop', raw: { partition: 0 }, id: rawDocument().id, reason: 'source_filtered' },
    ],
    ['a probability above 1', scored({ topics: [{ topic: 'earnings', probability: 1.5 }] })],
    ['a topic nobody knows', scored({ topics: [{ topic: 'weather', probability: 0.5 }] })],
    [
      'a span with three ends',
      scored({ mentions: [{ ...scoredDocument(rawDocument()).mentions[0], spans: [[1, 2, 3]] }] }),
    ],
    ['an invalid document inside', scored({ document: { ...rawDocument(), id: 'short' } })],
    ['a sentiment that is missing', scored({ sentiment: null })],
    ['a rule without its reason', scored({ ruled: { rules: [{ id: 'x', version: 1 }], model: {} } })],
  ])('are refused for %s', (_what, message) => {
    expect(() => decodeScoredMessage(changed(() => undefined, message))).toThrow(InvalidDocumentError);
  });
});
