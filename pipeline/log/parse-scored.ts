import type { LogPosition, RawDocument } from '../core/document.js';
import {
  CERTAINTIES,
  DEAD_LETTER_REASONS,
  DROP_REASONS,
  LINK_REASONS,
  MENTION_ORIGINS,
  type DeadLetter,
  type Mention,
  type Ruled,
  type ScoredDocument,
  type ScoredMessage,
  type Sentiment,
  type Span,
  type TopicScore,
} from '../core/scored.js';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../core/taxonomy.js';
import {
  asFields,
  invalid,
  parseText,
  readCount,
  readHex,
  readList,
  readNumber,
  readOneOf,
  readText,
  readTime,
  type Fields,
} from './read-fields.js';

const KINDS = ['scored', 'drop', 'dead-letter'] as const;
const STAGES = ['understand', 'monitor'] as const;

/** Checks and copies a scored message; the parser of the document inside is passed in. Throws InvalidDocumentError. */
export function parseScoredMessage(
  fields: Fields,
  parseDocument: (fields: Fields) => RawDocument,
): ScoredMessage {
  const raw = parsePosition(fields);
  const kind = readOneOf(fields, 'kind', KINDS);
  switch (kind) {
    case 'scored':
      return {
        kind,
        raw,
        ...(fields['appendedAt'] === undefined ? {} : { appendedAt: readCount(fields, 'appendedAt') }),
        scored: parseScored(asFields(fields['scored'], 'scored'), parseDocument),
      };
    case 'drop':
      return { kind, raw, id: readHex(fields, 'id', 32), reason: readOneOf(fields, 'reason', DROP_REASONS) };
    case 'dead-letter':
      return { kind, raw, letter: parseLetter(asFields(fields['letter'], 'letter')) };
  }
}

/** The place of the raw message that a scored one is about. Throws InvalidDocumentError. */
export function parsePosition(fields: Fields): LogPosition {
  const position = asFields(fields['raw'], 'raw');
  return { partition: readCount(position, 'partition'), offset: readCount(position, 'offset') };
}

function parseScored(fields: Fields, parseDocument: (fields: Fields) => RawDocument): ScoredDocument {
  const model = asFields(fields['model'], 'model');
  return {
    document: parseDocument(asFields(fields['document'], 'document')),
    language: readText(fields, 'language'),
    sentiment: parseSentiment(asFields(fields['sentiment'], 'sentiment')),
    topics: readList(fields, 'topics', parseTopic),
    mentions: readList(fields, 'mentions', parseMention),
    ...(fields['certainty'] === undefined ? {} : { certainty: readOneOf(fields, 'certainty', CERTAINTIES) }),
    storyId: readHex(fields, 'storyId', 32),
    model: {
      name: readText(model, 'name'),
      version: readText(model, 'version'),
      sha256: readText(model, 'sha256'),
    },
    scoredAt: readTime(fields, 'scoredAt'),
    ...(fields['foreignness'] === undefined ? {} : { foreignness: readNumber(fields, 'foreignness', 0, 1) }),
    flags: readList(fields, 'flags', parseText),
    ...(fields['ruled'] === undefined ? {} : { ruled: parseRuled(asFields(fields['ruled'], 'ruled')) }),
  };
}

function parseSentiment(fields: Fields): Sentiment {
  return {
    negative: readNumber(fields, 'negative', 0, 1),
    neutral: readNumber(fields, 'neutral', 0, 1),
    positive: readNumber(fields, 'positive', 0, 1),
    polarity: readNumber(fields, 'polarity', -1, 1),
    confidence: readNumber(fields, 'confidence', 0, 1),
    label: readOneOf(fields, 'label', SENTIMENT_LABELS),
  };
}

function parseRuled(fields: Fields): Ruled {
  const model = asFields(fields['model'], 'model');
  return {
    rules: readList(fields, 'rules', (value, field) => {
      const rule = asFields(value, field);
      const reason = readText(rule, 'reason');
      return { id: readText(rule, 'id'), version: readCount(rule, 'version'), reason };
    }),
    model: {
      ...parseProbabilities(model),
      topics: readList(model, 'topics', parseTopic),
      mentions: readList(model, 'mentions', (value, field) => {
        const mention = asFields(value, field);
        return { instrument: readText(mention, 'instrument'), ...parseProbabilities(mention) };
      }),
    },
  };
}

function parseProbabilities(fields: Fields): Pick<Sentiment, 'negative' | 'neutral' | 'positive'> {
  return {
    negative: readNumber(fields, 'negative', 0, 1),
    neutral: readNumber(fields, 'neutral', 0, 1),
    positive: readNumber(fields, 'positive', 0, 1),
  };
}

function parseTopic(value: unknown, field: string): TopicScore {
  const fields = asFields(value, field);
  return {
    topic: readOneOf(fields, 'topic', TOPIC_IDS),
    probability: readNumber(fields, 'probability', 0, 1),
  };
}

function parseMention(value: unknown, field: string): Mention {
  const fields = asFields(value, field);
  return {
    instrument: readText(fields, 'instrument'),
    name: readText(fields, 'name'),
    relevance: readNumber(fields, 'relevance', 0, 1),
    via: readList(fields, 'via', (origin) => readOneOf({ via: origin }, 'via', MENTION_ORIGINS)),
    ...(fields['reasons'] === undefined
      ? {}
      : {
          reasons: readList(fields, 'reasons', (reason) =>
            readOneOf({ reasons: reason }, 'reasons', LINK_REASONS),
          ),
        }),
    spans: readList(fields, 'spans', parseSpan),
    negative: readNumber(fields, 'negative', 0, 1),
    neutral: readNumber(fields, 'neutral', 0, 1),
    positive: readNumber(fields, 'positive', 0, 1),
    polarity: readNumber(fields, 'polarity', -1, 1),
    confidence: readNumber(fields, 'confidence', 0, 1),
  };
}

function parseSpan(value: unknown, field: string): Span {
  if (!Array.isArray(value) || value.length !== 2) throw invalid(field, 'a list of [start, end]');
  const [start, end] = value as unknown[];
  return [readCount({ start }, 'start'), readCount({ end }, 'end')];
}

function parseLetter(fields: Fields): DeadLetter {
  return {
    reason: readOneOf(fields, 'reason', DEAD_LETTER_REASONS),
    detail: readText(fields, 'detail'),
    stage: readOneOf(fields, 'stage', STAGES),
    originalBase64: readText(fields, 'originalBase64'),
    attempts: readCount(fields, 'attempts'),
    at: readTime(fields, 'at'),
  };
}
