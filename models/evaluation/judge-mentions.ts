import type { Classification, ClassifierInput } from '../../pipeline/core/model.js';
import type { Sentiment, Span } from '../../pipeline/core/scored.js';
import type { SentimentLabel } from '../../pipeline/core/taxonomy.js';
import type { LabelledRow } from './read-labelled-rows.js';
import type { TextModel } from './text-model.js';

/** A company in a headline with its label and what the model says of it; null when its name is not found. */
export interface JudgedMention {
  readonly label: SentimentLabel;
  readonly answer: SentimentLabel | null;
  /** The companies of its text do not all fare alike. */
  readonly mixed: boolean;
}

type MentionInput = ClassifierInput & { readonly mentions: readonly (readonly Span[])[] };
type MentionAnswer = Classification & { readonly mentions?: readonly (Sentiment | null)[] };

const BATCH = 256;

/**
 * Asks how each labelled company fares: a model that judges companies is given the places of their names; of another one the whole
 * text's label counts, which for a headline is the sentence that names them.
 */
export async function judgeMentions(
  model: TextModel,
  rows: readonly LabelledRow[],
): Promise<readonly JudgedMention[]> {
  const judged: JudgedMention[] = [];
  const withEntities = rows.filter(({ entities }) => entities.length > 0);
  for (let start = 0; start < withEntities.length; start += BATCH) {
    const batch = withEntities.slice(start, start + BATCH);
    const answers: readonly MentionAnswer[] = await Promise.resolve(model.classify(batch.map(toInput)));
    for (const [index, row] of batch.entries()) judged.push(...judgeRow(row, answers[index]));
  }
  return judged;
}

function toInput({ text, lang, entities }: LabelledRow): MentionInput {
  return { text, language: lang, mentions: entities.map(({ name }) => placesOf(text, name)) };
}

function placesOf(text: string, name: string): readonly Span[] {
  const at = text.toLowerCase().indexOf(name.toLowerCase());
  return at < 0 ? [] : [[at, at + name.length]];
}

function judgeRow(
  { text, entities }: LabelledRow,
  answer: MentionAnswer | undefined,
): readonly JudgedMention[] {
  const mixed = new Set(entities.map(({ sentiment }) => sentiment)).size > 1;
  return entities.map(({ name, sentiment }, index) => ({
    label: sentiment,
    answer:
      placesOf(text, name).length === 0
        ? null
        : (answer?.mentions?.[index]?.label ?? answer?.sentiment.label ?? null),
    mixed,
  }));
}
