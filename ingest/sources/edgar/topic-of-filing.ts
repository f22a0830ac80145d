import type { TopicId } from '../../../pipeline/core/taxonomy.js';

/** By the form without `/A`; forms that may be about anything (6-K, DEF 14A) are not here. */
const TOPIC_OF_FORM: Readonly<Record<string, TopicId>> = {
  '10-K': 'earnings',
  '10-Q': 'earnings',
  '20-F': 'earnings',
  '40-F': 'earnings',
  'NT 10-K': 'fraud_risk',
  'NT 10-Q': 'fraud_risk',
  'NT 20-F': 'fraud_risk',
  'S-1': 'ipo',
  'F-1': 'ipo',
  '424B4': 'ipo',
  '25': 'ipo',
  '25-NSE': 'ipo',
  'S-4': 'mna',
  'F-4': 'mna',
  '425': 'mna',
  DEFM14A: 'mna',
  'SC TO-T': 'mna',
  'SC 14D9': 'mna',
  'SC 13D': 'mna',
  'SCHEDULE 13D': 'mna',
};

/** By the item of form 8-K, the gravest first. */
const TOPIC_OF_ITEM: readonly (readonly [item: string, topic: TopicId])[] = [
  ['1.03', 'debt_credit'],
  ['4.02', 'fraud_risk'],
  ['1.05', 'fraud_risk'],
  ['3.01', 'legal_regulation'],
  ['2.04', 'debt_credit'],
  ['2.01', 'mna'],
  ['5.02', 'personnel'],
  ['2.02', 'earnings'],
  ['2.03', 'debt_credit'],
];

/** What a filing is about as far as its form and its items (`Item 5.02: …`, one a line) say; null when they do not. */
export function topicOfFiling(form: string, text: string): TopicId | null {
  const plain = form.replace(/\/A$/, '');
  if (plain !== '8-K') return Object.hasOwn(TOPIC_OF_FORM, plain) ? (TOPIC_OF_FORM[plain] ?? null) : null;
  const items = new Set([...text.matchAll(/^Item (\d\.\d\d)/gm)].map(([, item]) => item));
  return TOPIC_OF_ITEM.find(([item]) => items.has(item))?.[1] ?? null;
}
