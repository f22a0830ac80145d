import { textKind } from '../../ngram/text-kind.js';
import type { JudgedRow } from '../judge-rows.js';
import { toTopicId } from '../topic-map.js';

export const SLICE_DIMENSIONS = [
  'language',
  'kind',
  'topic',
  'length',
  'negation',
  'numbers',
  'source',
] as const;
export type SliceDimension = (typeof SLICE_DIMENSIONS)[number];

const NEGATED: Readonly<Record<'en' | 'zh', RegExp>> = {
  en: /\b(?:not|no|never|without|cannot|nor|neither|none|nothing|hardly)\b|n['’]t\b/i,
  zh: /不|没|未|无|非|别|勿|毫/,
};
const NUMBER = /\p{Nd}/u;
/** Words (English) and characters (Chinese) up to which a text belongs to a slice. */
const LENGTHS: Readonly<Record<'en' | 'zh', readonly number[]>> = { en: [10, 20, 40], zh: [20, 40, 80] };

/** The slice of each dimension that a judged row belongs to. Linear in the length of the text. */
export function sliceNames({ row, answer }: JudgedRow): Readonly<Record<SliceDimension, string>> {
  const language = row.lang.startsWith('zh') ? 'zh' : 'en';
  return {
    language: row.lang,
    kind: textKind(row.text),
    topic: topicOf(row.source, row.topics[0], answer.topics[0]?.topic),
    length: lengthOf(row.text, language),
    negation: NEGATED[language].test(row.text) ? 'present' : 'absent',
    numbers: NUMBER.test(row.text) ? 'present' : 'absent',
    source: row.source === '' ? 'unnamed' : row.source,
  };
}

/** The set's own topic; what the model answers where the set has none, so that sets about sentiment alone are cut too. */
function topicOf(source: string, native: string | undefined, answered: string | undefined): string {
  return (native === undefined ? null : toTopicId(source, native)) ?? answered ?? 'other';
}

function lengthOf(text: string, language: 'en' | 'zh'): string {
  const length = language === 'zh' ? Array.from(text).length : (text.match(/\S+/g)?.length ?? 0);
  const unit = language === 'zh' ? 'characters' : 'words';
  const borders = LENGTHS[language];
  const index = borders.findIndex((border) => length <= border);
  if (index < 0) return `${unit} over ${borders.at(-1) ?? 0}`;
  return `${unit} to ${borders[index] ?? 0}`;
}
