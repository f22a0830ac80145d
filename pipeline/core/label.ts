import type { SentimentLabel } from './taxonomy.js';

/** What a person says about a text: a class, that it cannot be told (`skip`), or that it is not about this company (`wrong_entity`). */
export const LABEL_VALUES = ['negative', 'neutral', 'positive', 'skip', 'wrong_entity'] as const;
export type LabelValue = (typeof LABEL_VALUES)[number];

/** How it came: asked for, brought in a file, said about an alert's document, or the decision between others. */
export const LABEL_ORIGINS = ['label', 'import', 'verdict', 'adjudication'] as const;
export type LabelOrigin = (typeof LABEL_ORIGINS)[number];

/** One thing that one person said about one version of a document. It is never changed: who changes their mind says it again. */
export interface Label {
  readonly documentId: string;
  readonly version: number;
  /** The company that is meant; empty for the text as a whole. */
  readonly instrument: string;
  readonly value: LabelValue;
  readonly origin: LabelOrigin;
  /** Who said it, as the desk names its people. */
  readonly author: string;
  /** Version of the guidelines that were followed. */
  readonly guideline: string;
  /** Milliseconds. */
  readonly at: number;
}

/** A text to label, without what any model or person says of it. */
export interface LabelTask {
  readonly documentId: string;
  readonly version: number;
  readonly language: string;
  readonly text: string;
  readonly source: string;
  readonly publishedAt: string;
  readonly companies: readonly { readonly instrument: string; readonly name: string }[];
}

export function isSentiment(value: LabelValue): value is SentimentLabel {
  return value === 'negative' || value === 'neutral' || value === 'positive';
}

/** Names what was labelled; labels with equal names are about the same. */
export function labelledItem(label: Pick<Label, 'documentId' | 'version' | 'instrument'>): string {
  return `${label.documentId} ${label.version} ${label.instrument}`;
}

/**
 * Leaves out the verdicts that somebody has corrected under another heading: of what one person says of a document in alerts,
 * either what they said of the whole text counts or what they said of its companies, whichever is newer.
 */
export function withoutCorrected(labels: readonly Label[]): readonly Label[] {
  const keyOf = ({ documentId, version, author }: Label) => JSON.stringify([documentId, version, author]);
  const newest = new Map<string, Label>();
  for (const label of labels) {
    const held = newest.get(keyOf(label));
    if (label.origin === 'verdict' && (held === undefined || held.at <= label.at))
      newest.set(keyOf(label), label);
  }
  return labels.filter(
    (label) =>
      label.origin !== 'verdict' ||
      (label.instrument === '') === (newest.get(keyOf(label))?.instrument === ''),
  );
}
