import type { Classification, ClassifierInput, SplitSentences } from '../../pipeline/core/model.js';
import type { Span } from '../../pipeline/core/scored.js';
import type { SentimentLabel } from '../../pipeline/core/taxonomy.js';
import { createSentenceSplitter } from '../text/split-sentences.js';
import type { LabelledRow } from './read-labelled-rows.js';
import { classifyAll, type TextModel } from './text-model.js';

/** How the labelled companies of each row fare, in their order; null for one whose name is not found in the text. */
export type ScoreMentions = (
  rows: readonly LabelledRow[],
) => Promise<readonly (readonly (SentimentLabel | null)[])[]>;

/**
 * Judges companies as the service does: by the model itself where it can, or else by the sentence that names them, which is the
 * whole text where it has but one. One call for the rows and one for such sentences.
 */
export function createMentionScorer(model: TextModel): ScoreMentions {
  const split = createSentenceSplitter();
  return async (rows) => {
    const places = rows.map(({ text, entities }) => entities.map(({ name }) => placeOf(text, name)));
    const wholes = await classifyAll(
      model,
      rows.map((row, index) => toInput(row, places[index] ?? [])),
    );
    const drafts = rows.map((row, index) => draftRow(row, places[index] ?? [], wholes[index], split));
    const open = drafts.flat().filter((draft): draft is ClassifierInput => isOpen(draft));
    const answers = await classifyAll(model, open);
    const labels = new Map(open.map((input, index) => [input, answers[index]?.sentiment.label ?? null]));
    return drafts.map((row) => row.map((draft) => (isOpen(draft) ? (labels.get(draft) ?? null) : draft)));
  };
}

/** A label, or the sentence that is still to be asked about. */
type Draft = SentimentLabel | null | ClassifierInput;

function isOpen(draft: Draft): draft is ClassifierInput {
  return typeof draft === 'object' && draft !== null;
}

function toInput({ text, lang }: LabelledRow, places: readonly (Span | null)[]): ClassifierInput {
  return { text, language: lang, mentions: places.map((place) => (place === null ? [] : [place])) };
}

function placeOf(text: string, name: string): Span | null {
  const at = text.toLowerCase().indexOf(name.toLowerCase());
  return at < 0 ? null : [at, at + name.length];
}

function draftRow(
  { text, lang }: LabelledRow,
  places: readonly (Span | null)[],
  whole: Classification | undefined,
  split: SplitSentences,
): readonly Draft[] {
  const sentences = places.length === 0 ? [] : split(text, lang);
  return places.map((place, index) => {
    if (place === null) return null;
    const judged = whole?.mentions?.[index]?.label;
    if (judged !== undefined) return judged;
    const naming = sentences.find(([start, end]) => place[0] >= start && place[0] < end);
    if (sentences.length < 2 || naming === undefined) return whole?.sentiment.label ?? null;
    return { text: text.slice(naming[0], naming[1]), language: lang, sentimentOnly: true };
  });
}

/** A company in a text with its label and what the model says of it; null when its name is not found. */
export interface JudgedMention {
  readonly label: SentimentLabel;
  readonly answer: SentimentLabel | null;
  /** The companies of its text do not all fare alike. */
  readonly mixed: boolean;
}

/** Asks how each labelled company of the rows fares. */
export async function judgeMentions(
  model: TextModel,
  rows: readonly LabelledRow[],
): Promise<readonly JudgedMention[]> {
  const named = rows.filter(({ entities }) => entities.length > 0);
  const answers = await createMentionScorer(model)(named);
  return named.flatMap(({ entities }, index) => {
    const mixed = new Set(entities.map(({ sentiment }) => sentiment)).size > 1;
    return entities.map(({ sentiment }, place) => ({
      label: sentiment,
      answer: answers[index]?.[place] ?? null,
      mixed,
    }));
  });
}
