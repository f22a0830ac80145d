import type { ClassifiedText } from '../app/classify-texts.js';
import type { ExplainedText } from '../operators/explain-text.js';

export interface Explained {
  /** With --explain; null when the model gave no answer. */
  readonly explanation?: ModelExplanation | null;
}

/** What carried the model's answer for a text. */
export interface ModelExplanation extends Omit<ExplainedText, 'language' | 'model' | 'sentiment' | 'flags'> {
  /** Expert rules that put something else in the place of the answer that is explained; absent where none did. */
  readonly overruledBy?: readonly string[];
}

/** Words on a terminal; all of them are in the JSON. */
const SHOWN_WORDS = 5;
const SHOWN_COMPANIES = 3;
/** From this share on the reader is told that the words are not the whole of it. */
const MUCH_UNEXPLAINED = 1 / 3;
const INDENT = ' '.repeat(10);

/**
 * A classified text as a line of the short table: label, polarity, language, certainty, topic, each company with its own polarity,
 * flags, text. Below it the rules that decided and, where asked for, the strongest words.
 *
 * A text that abstains has no figures: those of its JSON are a guess that counts nowhere.
 */
export function classifiedRows(item: ClassifiedText & Explained): string {
  const { text, language, sentiment, classified, certainty = '', topics } = item;
  const cells = [
    (classified ? sentiment.label : 'abstained').padEnd(9),
    classified ? signed(sentiment.polarity) : '    –',
    language.padEnd(3),
    certainty.padEnd(7),
    (topics[0]?.topic ?? '').padEnd(18),
    companies(item).padEnd(24),
    ...remarks(item),
    text.slice(0, 90),
  ];
  return [cells.join(' '), ...ruleRows(item), ...explanationRows(item)].join('\n');
}

function companies({ mentions, classified }: ClassifiedText): string {
  const shown = mentions
    .slice(0, SHOWN_COMPANIES)
    .map(({ instrument, polarity }) => (classified ? `${instrument} ${signed(polarity)}` : instrument));
  const more = mentions.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(' ');
}

/** The flags, behind why a text abstains; those of rules stand in lines of their own. */
function remarks(item: ClassifiedText): readonly string[] {
  const flags = item.flags.filter((flag) => flag !== 'unclassified' && !flag.startsWith('rule:'));
  if (item.classified) return flags.length === 0 ? [] : [`[${flags.join(', ')}]`];
  const others = flags.filter((flag) => !ABSTENTIONS.includes(flag));
  return [`[because ${[reasonOf(item), ...others].join(', ')}]`];
}

/** Flags that say by themselves why a text abstains. */
const ABSTENTIONS: readonly string[] = ['language_unsupported', 'foreign'];

function reasonOf({ flags, ruled }: ClassifiedText): string {
  const reasons = flags.filter((flag) => ABSTENTIONS.includes(flag));
  if (reasons.length > 0) return reasons.join(', ');
  return ruled === undefined ? 'the model has no answer' : 'a rule says so';
}

function ruleRows({ ruled }: ClassifiedText): readonly string[] {
  if (ruled === undefined) return [];
  const { negative, positive } = ruled.model;
  return ruled.rules.map(
    ({ id, version, reason }) =>
      `${INDENT}rule ${id} ${version} decided (${reason}); the model had said ${signed(positive - negative)}`,
  );
}

function explanationRows({ explanation }: Explained): readonly string[] {
  const words = explanation?.words.slice(0, SHOWN_WORDS) ?? [];
  if (explanation === null || explanation === undefined || words.length === 0) return [];
  const { unexplained, overruledBy = [] } = explanation;
  const told = words.map(
    ({ word, contribution }) => `${contribution > 0 ? '▼' : '▲'} ${word} ${signed(contribution)}`,
  );
  return [
    ...(overruledBy.length === 0
      ? []
      : [`${INDENT}These words carried what the model said, which ${overruledBy.join(', ')} overruled:`]),
    `${INDENT}${told.join('   ')}`,
    ...(unexplained > MUCH_UNEXPLAINED
      ? [`${INDENT}${Math.round(100 * unexplained)} % of what was weighed belongs to no single word.`]
      : []),
  ];
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
