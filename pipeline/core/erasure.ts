import { createHash } from 'node:crypto';

import type { RawDocument } from './document.js';
import type { EvidenceDocument } from './alert.js';

/** Whose documents must not be kept: a person's within a source, or those of a whole source. */
export type ErasureTarget =
  | { readonly kind: 'author'; readonly source: string; readonly pseudonym: string }
  | { readonly kind: 'source'; readonly source: string };

/** Names the target in the store; equal for equal targets. */
export function erasureId(target: ErasureTarget): string {
  const parts = [target.kind, target.source, target.kind === 'author' ? target.pseudonym : ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** What decides about a document. */
export type Suppressible = Pick<RawDocument, 'id' | 'author' | 'source'>;

/** What the store keeps of the erasures that are in force. */
export interface SuppressionList {
  readonly targets: readonly ErasureTarget[];
  /** Documents of erased persons: a later version of one may come without its author. */
  readonly ids: readonly string[];
}

/**
 * Knows which documents must not come back. Filled from the store at the start and at a take-over, and by an erasure at
 * once. Memory: about 100 bytes for each document of an erased person.
 */
export interface Suppressions {
  readonly covers: (document: Suppressible) => boolean;
  /** From now on these too. */
  add(list: SuppressionList): void;
  /** What the store holds, instead of what was known before. */
  replace(list: SuppressionList): void;
}

export function createSuppressions(): Suppressions {
  let sources = new Set<string>();
  let authors = new Set<string>();
  let ids = new Set<string>();
  const add = (list: SuppressionList) => {
    for (const target of list.targets) {
      if (target.kind === 'source') sources.add(target.source);
      else authors.add(authorKey(target.source, target.pseudonym));
    }
    for (const id of list.ids) ids.add(id);
  };
  return {
    add,
    replace(list) {
      sources = new Set();
      authors = new Set();
      ids = new Set();
      add(list);
    },
    covers({ id, author, source }) {
      if (sources.has(source.id) || ids.has(id)) return true;
      return author !== null && authors.has(authorKey(source.id, author));
    },
  };
}

function authorKey(source: string, pseudonym: string): string {
  return `${pseudonym} ${source}`;
}

/** What stands in the log for a document that must not be kept: its id, its source and its times, and nothing it said. */
export function blankDocument(document: RawDocument): RawDocument {
  const { id, action, source, publishedAt, receivedAt, backfill } = document;
  return {
    id,
    contentHash: '',
    action,
    source: {
      id: source.id,
      kind: source.kind,
      name: source.id,
      licence: null,
      credibility: source.credibility,
    },
    nativeId: '',
    url: null,
    title: null,
    text: '',
    language: null,
    author: null,
    publishedAt,
    precision: 'ms',
    modifiedAt: null,
    receivedAt,
    tickers: [],
    extra: {},
    ...(backfill === true ? { backfill } : {}),
    erased: true,
  };
}

const EPOCH = '1970-01-01T00:00:00.000Z';

/** The same for a message that could not be read, named by its place. */
export function blankMessage(place: string): RawDocument {
  return blankDocument({
    ...BLANK,
    id: createHash('sha256').update(place).digest('hex').slice(0, 32),
  });
}

const BLANK: Omit<RawDocument, 'id'> = {
  contentHash: '',
  action: 'add',
  source: { id: 'unknown', kind: 'news', name: 'unknown', licence: null, credibility: 0 },
  nativeId: '',
  url: null,
  title: null,
  text: '',
  language: null,
  author: null,
  publishedAt: EPOCH,
  precision: 'ms',
  modifiedAt: null,
  receivedAt: EPOCH,
  tickers: [],
  extra: {},
};

/** What an alert shows where it showed a document that was erased. In both languages of the mails. */
export const ERASED_TITLE = '[erased · 已删除]';

/** The evidence without what the document said; its arithmetic stays. */
export function blankEvidence(document: EvidenceDocument): EvidenceDocument {
  return { ...document, title: ERASED_TITLE, sentence: '', url: null };
}
