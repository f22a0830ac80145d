import type { LabelTask, LabelValue } from '../core/label.js';
import { widthOf, wrapText } from './terminal-text.js';

const COLUMNS = 78;
/** A text is read by its head; longer ones are cut for the eye. */
const SHOWN_CHARACTERS = 3_000;

const VALUE_OF_KEY: Readonly<Record<string, LabelValue>> = {
  n: 'negative',
  u: 'neutral',
  p: 'positive',
  w: 'wrong_entity',
  s: 'skip',
};
const KEYS_WHOLE = 'n negative 负面  u neutral 中性  p positive 正面  s skip 跳过  q quit 退出';
const KEYS_COMPANY = 'n 负面  u 中性  p 正面  w wrong company 不是这家  s skip 跳过  q quit 退出';

export interface Answered {
  /** Empty for the text as a whole. */
  readonly instrument: string;
  readonly value: LabelValue;
}

/** The text as a person judges it: without what any model says. At most 78 columns. */
export function showTask(task: LabelTask, place: string): string {
  const head = [place, task.source, task.publishedAt.slice(0, 16).replace('T', ' ')].join(' · ');
  const cut = task.text.slice(0, SHOWN_CHARACTERS);
  const text = wrapText(cut.length < task.text.length ? `${cut} …` : cut, COLUMNS);
  return `\n${[ruleUnder(wrapText(head, COLUMNS)[0] ?? ''), ...text, ''].join('\n')}\n`;
}

/**
 * Asks about the text as a whole and, when it names several companies, about each. Null when the person stops; what was
 * answered about this text is then dropped.
 */
export async function askLabel(
  task: LabelTask,
  keys: AsyncIterator<string>,
  say: (text: string) => void,
): Promise<readonly Answered[] | null> {
  const companies = task.companies.length > 1 ? task.companies : [];
  const questions = [
    { instrument: '', name: 'the whole text · 整段文字', keys: KEYS_WHOLE },
    ...companies.map(({ instrument, name }) => ({
      instrument,
      name: `${name} (${instrument})`,
      keys: KEYS_COMPANY,
    })),
  ];
  const answers: Answered[] = [];
  for (const question of questions) {
    say(`${[...wrapText(`? ${question.name}`, COLUMNS), `  ${question.keys}`].join('\n')}\n`);
    const value = await nextValue(keys, question.instrument !== '');
    if (value === null) return null;
    say(`  → ${value}\n`);
    answers.push({ instrument: question.instrument, value });
  }
  return answers;
}

/** Other keys are not heard. */
async function nextValue(keys: AsyncIterator<string>, company: boolean): Promise<LabelValue | null> {
  for (;;) {
    const next = await keys.next();
    if (next.done === true || next.value === 'q') return null;
    const value = VALUE_OF_KEY[next.value];
    if (value !== undefined && (company || value !== 'wrong_entity')) return value;
  }
}

function ruleUnder(line: string): string {
  return `${line}\n${'─'.repeat(Math.min(COLUMNS, widthOf(line)))}`;
}
