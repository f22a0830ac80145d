import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { BellwetherError, InvalidDocumentError, ConfigError } from '../../pipeline/core/errors.js';
import { CERTAINTIES, type Certainty } from '../../pipeline/core/scored.js';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../pipeline/core/taxonomy.js';

/** A labelled company name inside a text. */
export interface LabelledEntity {
  readonly name: string;
  readonly sentiment: SentimentLabel;
}

/** A text with whatever labels its set has; null where it has none. */
export interface LabelledRow {
  readonly text: string;
  readonly lang: string;
  /** The key of the set: it decides how native topic names are read. */
  readonly source: string;
  readonly sentiment: SentimentLabel | null;
  /** Intensity −1…1. */
  readonly score: number | null;
  readonly topics: readonly string[];
  readonly entities: readonly LabelledEntity[];
  readonly certainty: Certainty | null;
  /** Rows made from one pattern share a group, so that they are never split between training and checking. */
  readonly group: string | null;
}

/**
 * Reads a labelled set (JSON lines), row by row.
 *
 * Rejects with InvalidDocumentError `labelled_row_invalid`, naming file, line and field, at the first row that cannot be read,
 * and with ConfigError `labelled_file_unreadable` when the file cannot be.
 */
export async function* readLabelledRows(path: string): AsyncGenerator<LabelledRow> {
  const stream = createReadStream(path, 'utf8');
  let line = 0;
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
      line += 1;
      if (text.trim() !== '') yield parseLabelledRow(text, `${path}:${line}`);
    }
  } catch (error) {
    if (error instanceof BellwetherError) throw error;
    throw new ConfigError(
      'labelled_file_unreadable',
      `${path} cannot be read. Name a file of labelled rows (JSON lines).`,
      {
        cause: error,
      },
    );
  } finally {
    stream.destroy();
  }
}

/** Reads one line; `place` (file:line) stands in the message of the InvalidDocumentError. */
export function parseLabelledRow(line: string, place: string): LabelledRow {
  const fail = (problem: string): never => {
    throw new InvalidDocumentError('labelled_row_invalid', `${place}: ${problem}`);
  };
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return fail('not valid JSON.');
  }
  if (!isRecord(row)) return fail('a JSON object is needed.');
  const text = row['text'];
  const lang = row['lang'];
  const score = row['score'] ?? null;
  if (typeof text !== 'string' || text === '')
    return fail('field "text" must be a string that is not empty.');
  if (typeof lang !== 'string') return fail('field "lang" must be a string such as "en".');
  if (score !== null && typeof score !== 'number') return fail('field "score" must be a number.');
  const sentiment = row['sentiment'] ?? null;
  if (sentiment !== null && !isLabel(sentiment))
    return fail(`field "sentiment" must be one of ${SENTIMENT_LABELS.join(', ')}.`);
  const source = typeof row['source'] === 'string' ? row['source'] : '';
  const group = typeof row['group'] === 'number' ? String(row['group']) : null;
  const certainty = CERTAINTIES.find((each) => each === row['certainty']) ?? null;
  const [topics, entities] = [topicsOf(row), entitiesOf(row)];
  return { text, lang, source, sentiment, score, topics, entities, certainty, group };
}

function topicsOf(row: Readonly<Record<string, unknown>>): readonly string[] {
  const first = typeof row['topic'] === 'string' ? [row['topic']] : [];
  const all = Array.isArray(row['topics']) ? row['topics'].filter((topic) => typeof topic === 'string') : [];
  return [...new Set([...first, ...all])];
}

function entitiesOf(row: Readonly<Record<string, unknown>>): readonly LabelledEntity[] {
  const entities: unknown[] = Array.isArray(row['entities']) ? row['entities'] : [];
  return entities.flatMap((entity) =>
    isRecord(entity) && typeof entity['name'] === 'string' && isLabel(entity['sentiment'])
      ? [{ name: entity['name'], sentiment: entity['sentiment'] }]
      : [],
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLabel(value: unknown): value is SentimentLabel {
  return SENTIMENT_LABELS.some((label) => label === value);
}
