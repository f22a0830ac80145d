import { expect, it } from 'vitest';

import {
  answerQuestion,
  currentQuestion,
  nextTask,
  questionsOf,
  stepBack,
  type LabelSession,
} from '../../../../dashboards/web/src/label-session.js';
import type { LabelTask } from '../../../../pipeline/core/label.js';

const task = (documentId: string, ...companies: string[]): LabelTask => ({
  documentId,
  version: 1,
  language: 'en',
  text: 'A text',
  source: 'Desk',
  publishedAt: '2026-03-10T12:00:00.000Z',
  companies: companies.map((name) => ({ instrument: `${name}.X`, name })),
});
const session = (...tasks: LabelTask[]): LabelSession => ({ tasks, at: 0, answers: [] });

it.each([
  [task('a'), ['']],
  [task('a', 'One'), ['']],
  [task('a', 'One', 'Two'), ['', 'One.X', 'Two.X']],
])('asks about the whole, and about companies where there are several', (one, instruments) => {
  expect(questionsOf(one).map(({ instrument }) => instrument)).toEqual(instruments);
});

it('is complete with the last question, and goes on with the next text', () => {
  let now = session(task('a', 'One', 'Two'), task('b'));
  for (const [value, complete] of [
    ['negative', false],
    ['wrong_entity', false],
    ['positive', true],
  ] as const) {
    const next = answerQuestion(now, value);
    expect(next.complete).toBe(complete);
    now = next.session;
  }
  expect(now.answers).toEqual([
    { instrument: '', value: 'negative' },
    { instrument: 'One.X', value: 'wrong_entity' },
    { instrument: 'Two.X', value: 'positive' },
  ]);
  now = nextTask(now);
  expect(currentQuestion(now)?.task.documentId).toBe('b');
  expect(currentQuestion(nextTask(now))).toBeNull();
});

it('does not hear that the whole text is the wrong company, nor anything when all is done', () => {
  const start = session(task('a'));
  expect(answerQuestion(start, 'wrong_entity')).toEqual({ session: start, complete: false });
  const over = nextTask(start);
  expect(answerQuestion(over, 'neutral')).toEqual({ session: over, complete: false });
});

it('goes back by one answer, then by one text, never before the first', () => {
  const start = session(task('a', 'One', 'Two'), task('b'));
  expect(stepBack(answerQuestion(start, 'neutral').session)).toEqual(start);
  expect(stepBack(nextTask(start))).toEqual(start);
  expect(stepBack(start)).toEqual(start);
});
