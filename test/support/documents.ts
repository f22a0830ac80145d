import { createHash } from 'node:crypto';

import type { RawDocument } from '../../pipeline/core/document.js';
import type { Mention, ScoredDocument, ScoredMessage } from '../../pipeline/core/scored.js';

const hex = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** A valid raw document; every field may be overridden. */
export function rawDocument(overrides: Partial<RawDocument> = {}): RawDocument {
  const nativeId = overrides.nativeId ?? 'n1';
  const publishedAt = overrides.publishedAt ?? '2026-03-02T09:00:00.000Z';
  const text = overrides.text ?? 'Northwind Freight shares fall after a profit warning.';
  return {
    id: hex(`wire\u001f${nativeId}`),
    contentHash: hex(`${overrides.action ?? 'add'}|${overrides.title ?? ''}|${text}|${publishedAt}`),
    action: 'add',
    source: { id: 'wire', kind: 'news', name: 'Wire', licence: null, credibility: 0.8 },
    nativeId,
    url: null,
    title: null,
    text,
    language: null,
    author: null,
    publishedAt,
    precision: 'ms',
    modifiedAt: null,
    receivedAt: publishedAt,
    tickers: [],
    extra: {},
    ...overrides,
  };
}

export function mention(instrument: string, overrides: Partial<Mention> = {}): Mention {
  return {
    instrument,
    name: instrument,
    relevance: 1,
    via: ['name'],
    spans: [[0, 5]],
    negative: 0.7,
    neutral: 0.2,
    positive: 0.1,
    polarity: -0.6,
    confidence: 0.7,
    ...overrides,
  };
}

export function scoredDocument(
  document: RawDocument,
  overrides: Partial<ScoredDocument> = {},
): ScoredDocument {
  return {
    document,
    language: 'en',
    sentiment: {
      negative: 0.7,
      neutral: 0.2,
      positive: 0.1,
      polarity: -0.6,
      confidence: 0.7,
      label: 'negative',
    },
    topics: [{ topic: 'earnings', probability: 0.8 }],
    mentions: [mention('NWF.XDEM')],
    storyId: hex(`story|${document.text}`),
    model: { name: 'lexicon', version: '1', sha256: '0'.repeat(64) },
    scoredAt: document.receivedAt,
    flags: [],
    ...overrides,
  };
}

export function scoredMessage(
  offset: number,
  scored: ScoredDocument,
): Extract<ScoredMessage, { kind: 'scored' }> {
  return { kind: 'scored', raw: { partition: 0, offset }, scored };
}
