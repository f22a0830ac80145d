import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

import { parseJson, textOf, textsOf } from '../json-fields.js';
import type { SourceKind } from '../../core/document.js';
import { ConfigError, InvalidDocumentError } from '../../core/errors.js';

/** A text with what it should link to: ids (`expect`), or names as its annotators wrote them (`entities`). */
export interface LinkingRow {
  readonly id: string | null;
  readonly text: string;
  readonly language: string;
  /** ISO 8601. */
  readonly publishedAt: string;
  readonly kind: SourceKind;
  readonly expect: readonly string[] | null;
  readonly entities: readonly string[] | null;
  /** As the set gives them; never shown to the linker. */
  readonly tickers: readonly string[];
}

/** Rows without a date are read as of then. */
const USUAL_DATE = '2023-06-01T12:00:00.000Z';

/**
 * Reads rows to link (JSON lines, gzip when the name ends in `.gz`): labelled sets, recorded streams, our own traps.
 *
 * With `labels` (id → instrument ids) only the rows with a label come back, with those as `expect`. Throws
 * ConfigError `labelled_file_unreadable`, and InvalidDocumentError `labelled_row_invalid` naming file and line.
 */
export async function* readLinkingRows(
  path: string,
  labels: ReadonlyMap<string, readonly string[]> | null = null,
): AsyncGenerator<LinkingRow> {
  for await (const [row, place] of readJsonLines(path)) {
    const text = textOf(row, 'text') ?? textOf(row, 'title');
    if (text === null) throw invalidRow(`${place}: "text" must be a string.`);
    const id = textOf(row, 'id');
    const label = labels === null || id === null ? null : (labels.get(id) ?? null);
    if (labels !== null && label === null) continue;
    const given = textOf(row, 'publishedAt') ?? textOf(row, 'date');
    const time = given === null ? Number.NaN : Date.parse(given);
    yield {
      id,
      text,
      language: textOf(row, 'lang') ?? 'en',
      publishedAt: Number.isNaN(time) ? USUAL_DATE : new Date(time).toISOString(),
      kind: textOf(row, 'source') === 'twitter' ? 'social' : 'news',
      expect: label ?? (Array.isArray(row['expect']) ? textsOf(row, 'expect') : null),
      entities: Array.isArray(row['entities']) ? entityNames(row['entities']) : null,
      tickers: textsOf(row, 'tickers'),
    };
  }
}

/** Reads labels (JSON lines `{"id":…,"instruments":[…]}`); fails like the rows. */
export async function readLinkLabels(path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const labels = new Map<string, readonly string[]>();
  for await (const [row, place] of readJsonLines(path)) {
    const id = textOf(row, 'id');
    if (id === null || !Array.isArray(row['instruments']))
      throw invalidRow(`${place}: a label is {"id":"…","instruments":["AAPL.XNAS"]}.`);
    labels.set(id, textsOf(row, 'instruments'));
  }
  return labels;
}

async function* readJsonLines(path: string): AsyncGenerator<[Readonly<Record<string, unknown>>, string]> {
  const file = createReadStream(path);
  const gunzip = createGunzip();
  const zipped = path.endsWith('.gz');
  if (zipped) {
    file.once('error', (error) => gunzip.destroy(error));
    file.pipe(gunzip);
  }
  let line = 0;
  try {
    for await (const text of createInterface({ input: zipped ? gunzip : file, crlfDelay: Infinity })) {
      line += 1;
      if (text.trim() === '') continue;
      const row = parseJson(text);
      if (row === null) throw invalidRow(`${path}:${line}: a JSON object is needed.`);
      yield [row, `${path}:${line}`];
    }
  } catch (error) {
    if (error instanceof InvalidDocumentError) throw error;
    throw new ConfigError(
      'labelled_file_unreadable',
      `${path} cannot be read. Name a file of rows to link (JSON lines, .gz or not).`,
      { cause: error },
    );
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}

function entityNames(entities: readonly unknown[]): readonly string[] {
  return entities.flatMap((entity) => {
    const name: unknown =
      typeof entity === 'object' && entity !== null && 'name' in entity ? entity.name : null;
    return typeof name === 'string' && name !== '' ? [name] : [];
  });
}

function invalidRow(message: string): InvalidDocumentError {
  return new InvalidDocumentError('labelled_row_invalid', message);
}
