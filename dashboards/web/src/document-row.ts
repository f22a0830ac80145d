import type { AppliedRule, Certainty } from '../../../pipeline/core/scored.js';
import type { LiveDocument, WireDocument, WireTopic } from '../../api/wire.js';
import type { View } from './url-state.js';

/** A document as a line of a list. */
export interface DocumentRow extends Omit<LiveDocument, 'series'> {
  readonly topics: readonly WireTopic[];
  readonly certainty?: Certainty;
  /** Expert rules that decided over the model; absent where none did. */
  readonly rules?: readonly AppliedRule[];
}

/** Scores are those of the series' instrument where the document mentions it. */
export function toDocumentRow(document: WireDocument, instrument: string): DocumentRow {
  const score = document.mentions.find((mention) => mention.instrument === instrument) ?? document.sentiment;
  const { id, version, action, language, publishedAt } = document;
  const title = document.title ?? document.text.slice(0, 240);
  const { negative, polarity } = score;
  return {
    id,
    version,
    action,
    title,
    source: document.source.name,
    language,
    publishedAt,
    negative,
    polarity,
    topics: document.topics,
    ...(document.flags.includes('foreign') ? { foreign: true as const } : {}),
    ...(document.certainty === undefined ? {} : { certainty: document.certainty }),
    ...(document.ruled === undefined ? {} : { rules: document.ruled.rules }),
  };
}

/** Whether a new document belongs at the head of the list that a view shows. */
export function belongsToView(document: LiveDocument, view: View): boolean {
  if (view.until !== null || view.window !== null || view.topic !== null || view.order !== 'newest')
    return false;
  return document.series.includes(view.series.replace(/^instrument:/, ''));
}

/** New rows before the old ones, newest first; of each document its highest version only. */
export function mergeRows(
  rows: readonly DocumentRow[],
  fresh: readonly DocumentRow[],
  limit: number,
): readonly DocumentRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of fresh) {
    const known = byId.get(row.id);
    if (known === undefined || known.version < row.version) byId.set(row.id, row);
  }
  return [...byId.values()].sort((a, b) => b.publishedAt.localeCompare(a.publishedAt)).slice(0, limit);
}
